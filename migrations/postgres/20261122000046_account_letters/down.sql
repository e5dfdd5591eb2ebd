-- A letter about an account is about nothing that there was before.

DELETE FROM outbox WHERE event IN ('account', 'account-link');
ALTER TABLE outbox DROP CONSTRAINT outbox_event_check;
ALTER TABLE outbox ADD CONSTRAINT outbox_event_check CHECK (event IN ('opened', 'worsened', 'acknowledged', 'closed', 'test', 'escalated', 'digest'));
