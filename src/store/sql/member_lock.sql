-- One grant at a time: two at once would change the same rows of the catalog. Readers go on.
LOCK TABLE wf.member IN SHARE ROW EXCLUSIVE MODE
