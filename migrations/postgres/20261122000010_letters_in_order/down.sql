-- What was superseded was never sent.

UPDATE outbox SET state = 'failed' WHERE state = 'superseded';
ALTER TABLE outbox DROP CONSTRAINT outbox_state_check;
ALTER TABLE outbox ADD CONSTRAINT outbox_state_check CHECK (state IN ('queued', 'sent', 'failed'));
