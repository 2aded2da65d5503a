SELECT wf.grant_natively($1::pg_catalog.regrole, $2)
