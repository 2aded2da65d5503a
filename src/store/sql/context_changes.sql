-- The keys in which two contexts differ, each with its value before and after, as far as it had one; null where none does.
SELECT pg_catalog.jsonb_object_agg(
    COALESCE(old.key, new.key),
    CASE
        WHEN old.key IS NULL THEN pg_catalog.jsonb_build_object('after', new.value)
        WHEN new.key IS NULL THEN pg_catalog.jsonb_build_object('before', old.value)
        ELSE pg_catalog.jsonb_build_object('before', old.value, 'after', new.value)
    END
)
FROM pg_catalog.jsonb_each($1) AS old (key, value)
FULL JOIN pg_catalog.jsonb_each($2) AS new (key, value) ON new.key = old.key
WHERE old.value IS DISTINCT FROM new.value
