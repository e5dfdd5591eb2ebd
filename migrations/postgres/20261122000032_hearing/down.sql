-- A digest is about nothing that there was before.

DROP INDEX outbox_by_address;
DROP INDEX outbox_given_up;
DELETE FROM outbox WHERE event = 'digest';
UPDATE outbox SET event = 'opened' WHERE event = 'escalated';
UPDATE outbox SET state = 'superseded' WHERE state = 'withdrawn';
ALTER TABLE outbox DROP COLUMN followed_at;
ALTER TABLE outbox DROP COLUMN held_until;
ALTER TABLE outbox DROP CONSTRAINT outbox_state_check;
ALTER TABLE outbox ADD CONSTRAINT outbox_state_check CHECK (state IN ('queued', 'sent', 'failed', 'superseded'));
ALTER TABLE outbox DROP CONSTRAINT outbox_event_check;
ALTER TABLE outbox ADD CONSTRAINT outbox_event_check CHECK (event IN ('opened', 'worsened', 'acknowledged', 'closed', 'test'));
ALTER TABLE recipients DROP COLUMN version;
ALTER TABLE recipients DROP COLUMN refused_because;
ALTER TABLE recipients DROP COLUMN refused_at;
ALTER TABLE recipients DROP COLUMN digest;
ALTER TABLE recipients DROP COLUMN quiet_to;
ALTER TABLE recipients DROP COLUMN quiet_from;
ALTER TABLE recipients DROP COLUMN silent;
