-- A digest is about nothing that there was before.

DROP INDEX outbox_by_address;
DROP INDEX outbox_given_up;
ALTER TABLE outbox RENAME TO outbox_before;
CREATE TABLE outbox (
  id TEXT NOT NULL PRIMARY KEY,            -- UUID
  site TEXT REFERENCES sites (finess),     -- about which site; null: about the service
  alert_id TEXT REFERENCES alerts (id),    -- about which alert; null: about none
  event TEXT NOT NULL CHECK (event IN ('opened', 'worsened', 'acknowledged', 'closed', 'test')),
  to_name TEXT NOT NULL,                   -- name of the one recipient
  to_email TEXT NOT NULL,                  -- address of the one recipient
  language TEXT NOT NULL CHECK (language IN ('fr', 'en')),       -- of the letter
  message_id TEXT NOT NULL UNIQUE,         -- Message-ID, made from the id: a repeat carries the same
  subject TEXT NOT NULL,                   -- Subject
  body_text TEXT NOT NULL,                 -- plain text part
  body_html TEXT NOT NULL,                 -- HTML part
  state TEXT NOT NULL CHECK (state IN ('queued', 'sent', 'failed', 'superseded')),
  attempts BIGINT NOT NULL CHECK (attempts >= 0),                -- times it was tried
  due_at TIMESTAMP NOT NULL,               -- UTC; when it is tried next
  leased_by TEXT,                          -- the worker that has it in hand
  leased_until TIMESTAMP,                  -- UTC; when another may take it
  last_error TEXT,                         -- what the server said last
  created_at TIMESTAMP NOT NULL,           -- UTC
  sent_at TIMESTAMP,                       -- UTC; when the server took it
  CHECK ((state = 'sent') = (sent_at IS NOT NULL))
);
INSERT INTO outbox (id, site, alert_id, event, to_name, to_email, language, message_id, subject, body_text, body_html, state, attempts, due_at, leased_by, leased_until, last_error, created_at, sent_at)
SELECT id, site, alert_id, CASE event WHEN 'escalated' THEN 'opened' ELSE event END, to_name, to_email, language, message_id, subject, body_text, body_html, CASE state WHEN 'withdrawn' THEN 'superseded' ELSE state END, attempts, due_at, leased_by, leased_until, last_error, created_at, sent_at FROM outbox_before WHERE event <> 'digest';
DROP TABLE outbox_before;
CREATE INDEX outbox_due ON outbox (state, due_at, id);
CREATE INDEX outbox_by_alert ON outbox (alert_id, id);
ALTER TABLE recipients DROP COLUMN version;
ALTER TABLE recipients DROP COLUMN refused_because;
ALTER TABLE recipients DROP COLUMN refused_at;
ALTER TABLE recipients DROP COLUMN digest;
ALTER TABLE recipients DROP COLUMN quiet_to;
ALTER TABLE recipients DROP COLUMN quiet_from;
ALTER TABLE recipients DROP COLUMN silent;
