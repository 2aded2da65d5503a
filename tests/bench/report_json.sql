-- The same for machines.
SELECT jsonb_pretty(jsonb_build_object(
    'commit', :'commit', 'form', :'form', 'measured_at', now(), 'processors', :processors::int, 'postgres', version(),
    'settings', (
        SELECT jsonb_object_agg(s.name, current_setting(s.name))
        FROM pg_settings AS s WHERE s.source = 'configuration file' OR s.name IN ('fsync', 'synchronous_commit', 'full_page_writes')
    ),
    'medians', (SELECT jsonb_agg(to_jsonb(m) - 'place' ORDER BY m.figure, m.place) FROM result.median AS m),
    'ratios', (SELECT jsonb_agg(to_jsonb(r) ORDER BY r.figure, r.title, r.clients) FROM result.ratio AS r),
    'facts', (SELECT jsonb_agg(to_jsonb(f) - 'id' ORDER BY f.id) FROM result.fact AS f),
    'targets', (SELECT jsonb_agg(to_jsonb(v) ORDER BY v.figure, v.title, v.clients) FROM result.verdict AS v),
    'runs', (SELECT jsonb_agg(to_jsonb(r) ORDER BY r.id) FROM result.run AS r)
));
