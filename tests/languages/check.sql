-- How the sales went; :refusal is the type of the error in the worker's language.
SELECT i.current_state, count(*), min((i.context ->> 'amount')::numeric), max((i.context ->> 'amount')::numeric),
    count(e.output -> 'reference'), bool_and(i.context -> 'error' ->> 'type' = :'refusal'),
    string_agg(DISTINCT i.context -> 'error' ->> 'message', ' ')
FROM wf_instances_view AS i
JOIN wf_effects_view AS e ON e.instance_id = i.instance_id AND e.effect_smart_code = 'card.charge'
GROUP BY i.current_state ORDER BY i.current_state;
SELECT effect_smart_code, effect_status, attempt_count, count(*) FROM wf_effects_view GROUP BY 1, 2, 3 ORDER BY 1, 2, 3;
