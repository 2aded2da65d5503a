-- What operators see and do about effects.

CREATE VIEW wf_holds_view WITH (security_invoker = true) AS
SELECT
    h.organization_id,
    h.pattern AS code,
    h.reason,
    h.held_by,
    h.held_as,
    h.held_at,
    h.released_at,
    h.released_by,
    h.released_as
FROM wf.effect_hold AS h;
COMMENT ON VIEW wf_holds_view IS 'Codes whose effects are held back (released_at IS NULL), and past holds. organization_id zero: for all organizations.';

ALTER FUNCTION wf_retry_effects ROWS 1;
COMMENT ON FUNCTION wf_retry_effects IS
'Puts failed effects of an instance back at once: FAILED ones that wait for their next attempt and PERMANENTLY_FAILED ones. step_id (of wf_steps_view) names the step that queued them, effect_filter their codes, or patterns such as HERA.COMMS.*; params takes the place of what was evaluated when they were queued. Effects of SQL handlers run now, the others wait for a worker. Each gets one more attempt, and so many by hand as its policy gives it by itself; force_retry lifts that. An invoke whose state was left is not tried again. Answers the codes of all that were put back, of those that are done, and of those that failed again; retry_summary is {"retried", "successful", "still_failed", "queued", "over_limit", "effects": [{"effect_id", "code", "status"}]}. Leaves a step. Errors: INSTANCE_NOT_FOUND, STEP_NOT_FOUND, NO_FAILED_EFFECTS, EFFECT_ALREADY_COMPLETED where all that match are done, RETRY_LIMIT_EXCEEDED where all that match are over the limit, PAYLOAD_TOO_LARGE.';
ALTER FUNCTION wf_skip_effect ROWS 1;
COMMENT ON FUNCTION wf_skip_effect IS
'Completes an effect with an output that the operator supplies, as if its handler had given it: an invoke goes on with it in this transaction. A worker that holds the effect comes too late. Leaves a step. Errors: EFFECT_NOT_FOUND, EFFECT_ALREADY_COMPLETED, INVALID_ARGUMENT for a cancelled effect and a running child workflow, PAYLOAD_TOO_LARGE.';
ALTER FUNCTION wf_hold_effects ROWS 1;
COMMENT ON FUNCTION wf_hold_effects IS
'Holds back effects by code, or by pattern (PREFIX.* or *): from now on they are given to no worker and run by no handler, and lose no attempt. What runs goes on. For the caller''s organization; for all where it names none. A code that is held stays as it is held. effects_waiting counts what waits under it. Error: INVALID_ARGUMENT.';
ALTER FUNCTION wf_release_effects ROWS 1;
COMMENT ON FUNCTION wf_release_effects IS
'Ends the hold of exactly this code or pattern; released is false where there was none. Who did it is app.current_user_id.';
