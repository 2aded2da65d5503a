-- What effects need and no instance stores. No member may read the table.

CREATE TABLE wf.secret (
    organization_id uuid        NOT NULL,
    name            text        NOT NULL,
    value           text        NOT NULL,
    set_at          timestamptz NOT NULL,
    CONSTRAINT idx_wf_secrets PRIMARY KEY (organization_id, name)
);
COMMENT ON TABLE wf.secret IS
    'Passwords and keys behind {"secret": "name"}, for wf_resolve_secrets alone. In clear: superusers and dumps see them.';
