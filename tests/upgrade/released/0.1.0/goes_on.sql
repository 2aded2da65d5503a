-- What becomes of work.sql's work under another version: all of it goes on. An ASSERT that fails ends the script.
\set ON_ERROR_STOP on
SET timezone = 'UTC';
SELECT count(*) FROM wf_error_codes \g /dev/null
SET pg_workflow.fake_now = '2026-03-02 12:00+00';

CREATE FUNCTION pg_temp.id(text) RETURNS uuid LANGUAGE sql AS
    'SELECT instance_id FROM wf_instances_view WHERE instance_key = $1';
CREATE FUNCTION pg_temp.state(text) RETURNS text LANGUAGE sql AS
    'SELECT current_state FROM wf_instances_view WHERE instance_key = $1';
-- Batch after batch, until nothing is due.
CREATE PROCEDURE pg_temp.tick() LANGUAGE plpgsql AS $$
BEGIN
    FOR round IN 1 .. 20 LOOP
        PERFORM wf_scheduler_tick();
    END LOOP;
END $$;

DO $$
DECLARE
    sent record;
    held uuid;
    child uuid;
BEGIN
    -- A key that was used before the upgrade is known after it.
    sent := wf_send(pg_temp.id('keyed'), 'ADD', '{"by": 3}', idempotency_key => 'once');
    ASSERT sent.replayed, 'the key is known';
    sent := wf_send(pg_temp.id('keyed'), 'ADD', '{"by": 4}', idempotency_key => 'twice');
    ASSERT (SELECT context ->> 'n' = '7' FROM wf_instances_view WHERE instance_key = 'keyed'), 'data goes on';
    ASSERT (SELECT duplicate FROM wf_publish('LATER', 'nobody', message_id => 'known')), 'the message is known';
    -- A region that was ended stays ended, an event that waited is still there.
    sent := wf_send(pg_temp.id('split'), 'RIGHT');
    ASSERT sent.to_state = 'closed', sent;
    sent := wf_send(pg_temp.id('buffered'), 'SPLIT');
    CALL pg_temp.tick();
    ASSERT pg_temp.state('buffered') = 'split.left.a split.right.z', pg_temp.state('buffered');
    -- Timers of each kind have fired, late; those of the paused one have not.
    ASSERT pg_temp.state('timer') = 'late', pg_temp.state('timer');
    ASSERT pg_temp.state('delayed') = 'closed', pg_temp.state('delayed');
    ASSERT pg_temp.state('set') = 'closed', pg_temp.state('set');
    ASSERT pg_temp.state('published') = 'closed', pg_temp.state('published');
    ASSERT pg_temp.state('paused') = 'open', pg_temp.state('paused');
    ASSERT (SELECT timer_status = 'SUSPENDED' FROM wf_timers_view WHERE instance_id = pg_temp.id('paused')), 'suspended';
    PERFORM wf_resume(pg_temp.id('paused'));
    ASSERT (SELECT fire_at = '2026-03-02 13:00+00' FROM wf_timers_view
        WHERE instance_id = pg_temp.id('paused') AND timer_status = 'PENDING'), 'delayed by the pause';
    -- The child answers its parent.
    SELECT instance_id INTO STRICT child FROM wf_instances_view WHERE parent_id = pg_temp.id('parent');
    PERFORM wf_send(child, 'READY');
    CALL pg_temp.tick();
    ASSERT pg_temp.state('parent') = 'closed', pg_temp.state('parent');
    -- The worker that held an effect still holds it; what failed is tried again.
    SELECT effect_id INTO STRICT held FROM wf_effects_view WHERE instance_id = pg_temp.id('leased') AND effect_status = 'EXECUTING';
    ASSERT (SELECT status = 'COMPLETED' FROM wf_complete_effects('w1', ARRAY[held], ARRAY[1], ARRAY['{}'::jsonb])), 'its lease counts';
    ASSERT pg_temp.state('leased') = 'closed', pg_temp.state('leased');
    ASSERT (SELECT count(*) = 3 AND sum(attempt) = 5 FROM wf_claim_effects('w2', ARRAY['pay.charge', 'mail.send'], 100)),
        'two second attempts and a first one';
    -- Who claimed a task still has it.
    SELECT task_id INTO STRICT held FROM wf_tasks_view WHERE instance_id = pg_temp.id('asked') AND assignee_user_id = 'otto';
    ASSERT (SELECT task_state = 'COMPLETED' FROM wf_complete_task(held, 'good', 'otto')), 'otto may complete it';
    ASSERT pg_temp.state('asked') = 'closed', pg_temp.state('asked');
    ASSERT (SELECT NOT enabled FROM wf_check_feature_flag('retired')), 'off is off';
    ASSERT EXISTS (SELECT FROM wf_calendars_view WHERE code = 'office' AND time_zone = 'Europe/Vienna'), 'the calendar';
    -- What has ended has ended, an operator's tools work on what was stored before.
    BEGIN
        PERFORM wf_send(pg_temp.id('done'), 'CLOSE');
        ASSERT false, 'it has ended';
    EXCEPTION WHEN SQLSTATE 'WF010' THEN NULL;
    END;
    ASSERT (SELECT to_state = 'late' FROM wf_modify(pg_temp.id('cancelled'), state => 'late', reason => 'wanted after all')), 'revived';
    ASSERT (SELECT count(*) = 1 FROM wf_list_instances(search => '{"customer": "timer"}')), 'found by its customer';
    ASSERT (SELECT sla_at = '2026-03-03 09:00+00' FROM wf_instances_view WHERE instance_key = 'calling'), 'the deadline';
    -- The schedule starts its next instance.
    SET pg_workflow.fake_now = '2026-03-03 02:00:01+00';
    CALL pg_temp.tick();
    ASSERT (SELECT count(*) = 2 FROM wf_instances_view WHERE definition_code = 'child'), 'scheduled';
    ASSERT (SELECT version = 1 AND NOT created FROM wf_define(wf_definition('work'))), 'the same definition';
END $$;
SELECT 'goes on';
