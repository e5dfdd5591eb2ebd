-- Letters to people about their own account. The table is made anew: SQLite changes no check.

DROP INDEX outbox_tried;
DROP INDEX outbox_in_hand;
DROP INDEX outbox_by_address;
DROP INDEX outbox_given_up;
ALTER TABLE outbox RENAME TO outbox_before;
CREATE TABLE outbox (
  id TEXT NOT NULL PRIMARY KEY,            -- UUID
  site TEXT REFERENCES sites (finess),     -- about which site; null: about the service
  alert_id TEXT REFERENCES alerts (id),    -- about which alert; null: about none
  event TEXT NOT NULL CHECK (event IN ('opened', 'worsened', 'acknowledged', 'closed', 'test', 'escalated', 'digest', 'account', 'account-link')),
  to_name TEXT NOT NULL,                   -- name of the one recipient
  to_email TEXT NOT NULL,                  -- address of the one recipient
  language TEXT NOT NULL CHECK (language IN ('fr', 'en')),       -- of the letter
  message_id TEXT NOT NULL UNIQUE,         -- Message-ID, made from the id: a repeat carries the same
  subject TEXT NOT NULL,                   -- Subject
  body_text TEXT NOT NULL,                 -- plain text part
  body_html TEXT NOT NULL,                 -- HTML part
  state TEXT NOT NULL CHECK (state IN ('queued', 'sent', 'failed', 'superseded', 'withdrawn')),
  attempts BIGINT NOT NULL CHECK (attempts >= 0),                -- times it was tried
  due_at TIMESTAMP NOT NULL,               -- UTC; when it is tried next
  leased_by TEXT,                          -- the worker that has it in hand
  leased_until TIMESTAMP,                  -- UTC; when another may take it
  last_error TEXT,                         -- what the server said last
  created_at TIMESTAMP NOT NULL,           -- UTC
  sent_at TIMESTAMP,                       -- UTC; when the server took it
  held_until TIMESTAMP,                    -- UTC; the end of the quiet hours for which it waited before it was first due; null: it waited for none
  followed_at TIMESTAMP,                   -- UTC; when it was seen to that it was given up: who else hears; null: it was not, or is to be
  failure TEXT CHECK (failure IN ('address', 'recipient', 'other')),  -- what the last try failed at: the address for good, the recipient for now, anything else; null: none failed, or it was long ago
  CHECK ((state = 'sent') = (sent_at IS NOT NULL))
);
INSERT INTO outbox (id, site, alert_id, event, to_name, to_email, language, message_id, subject, body_text, body_html, state, attempts, due_at, leased_by, leased_until, last_error, created_at, sent_at, held_until, followed_at, failure)
SELECT id, site, alert_id, event, to_name, to_email, language, message_id, subject, body_text, body_html, state, attempts, due_at, leased_by, leased_until, last_error, created_at, sent_at, held_until, followed_at, failure FROM outbox_before;
DROP TABLE outbox_before;
CREATE INDEX outbox_due ON outbox (state, due_at, id);
CREATE INDEX outbox_by_alert ON outbox (alert_id, id);
CREATE INDEX outbox_given_up ON outbox (id) WHERE state = 'failed' AND followed_at IS NULL;
CREATE INDEX outbox_by_address ON outbox (to_email, id);
CREATE INDEX outbox_in_hand ON outbox (state, leased_until) WHERE leased_until IS NOT NULL;
CREATE INDEX outbox_tried ON outbox (alert_id, to_email, id) WHERE state = 'queued' AND attempts > 0;
