-- Letters to people about their own account.

ALTER TABLE outbox DROP CONSTRAINT outbox_event_check;
ALTER TABLE outbox ADD CONSTRAINT outbox_event_check CHECK (event IN ('opened', 'worsened', 'acknowledged', 'closed', 'test', 'escalated', 'digest', 'account', 'account-link'));
