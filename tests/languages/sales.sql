-- Sales for the workers of docs/workers.md: those above 100 are refused.
SELECT version FROM wf_define('{"id": "sale", "initial": "paying", "states": {
    "paying": {"invoke": {"src": "card.charge", "input": {"amount": "$.amount"}, "retry": {"maximum_attempts": 1},
                          "onDone": "paid", "onError": {"target": "unpaid",
                              "actions": {"type": "assign", "params": {"error": "$event.error"}}}}},
    "paid": {"type": "final", "entry": {"type": "mail.send", "params": {"template": "receipt", "amount": "$.amount"}}},
    "unpaid": {"type": "final", "tags": ["failed"]}}}');
SELECT wf_start('sale', jsonb_build_object('amount', 10 * n)) FROM generate_series(1, 25) AS n;
