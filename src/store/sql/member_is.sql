-- Index: idx_wf_members.
SELECT EXISTS (SELECT FROM wf.member AS m WHERE m.role = $1)
