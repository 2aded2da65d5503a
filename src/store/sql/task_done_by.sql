SELECT wf.was_done_by($1, $2, $3, $4)
