-- A letter that was not taken, and no longer says what is so, is superseded by the next about its alert.

ALTER TABLE outbox DROP CONSTRAINT outbox_state_check;
ALTER TABLE outbox ADD CONSTRAINT outbox_state_check CHECK (state IN ('queued', 'sent', 'failed', 'superseded'));
