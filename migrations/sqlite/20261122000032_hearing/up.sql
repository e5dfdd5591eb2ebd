-- Who hears what, when: kinds, quiet hours, the daily digest; and letters that wait, are withdrawn, or fall back to somebody else.

ALTER TABLE recipients ADD COLUMN
    silent TEXT NOT NULL DEFAULT '';         -- codes of the kinds of alerts of their capacity that they chose not to hear, separated by blanks; none: they hear all
ALTER TABLE recipients ADD COLUMN
    quiet_from BIGINT CHECK (quiet_from BETWEEN 0 AND 1439);       -- minute of the site's day from which what can wait waits; null: nothing waits
ALTER TABLE recipients ADD COLUMN
    quiet_to BIGINT CHECK (quiet_to BETWEEN 0 AND 1439 AND quiet_to <> quiet_from); -- minute of the site's day until which it waits; null: nothing waits
ALTER TABLE recipients ADD COLUMN
    digest BOOLEAN NOT NULL DEFAULT TRUE;    -- whether they hear each morning what is open
ALTER TABLE recipients ADD COLUMN
    refused_at TIMESTAMP;                    -- UTC; since when their address refuses letters for good; null: it does not, as far as is known
ALTER TABLE recipients ADD COLUMN
    refused_because TEXT;                    -- what their server said then; null: nothing was refused
ALTER TABLE recipients ADD COLUMN
    version BIGINT NOT NULL DEFAULT 1 CHECK (version >= 1);        -- counts their edits, for If-Match

-- The table is made anew: SQLite changes no check.

ALTER TABLE outbox RENAME TO outbox_before;
CREATE TABLE outbox (
  id TEXT NOT NULL PRIMARY KEY,            -- UUID
  site TEXT REFERENCES sites (finess),     -- about which site; null: about the service
  alert_id TEXT REFERENCES alerts (id),    -- about which alert; null: about none
  event TEXT NOT NULL CHECK (event IN ('opened', 'worsened', 'acknowledged', 'closed', 'test', 'escalated', 'digest')),
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
  CHECK ((state = 'sent') = (sent_at IS NOT NULL))
);
INSERT INTO outbox (id, site, alert_id, event, to_name, to_email, language, message_id, subject, body_text, body_html, state, attempts, due_at, leased_by, leased_until, last_error, created_at, sent_at)
SELECT id, site, alert_id, event, to_name, to_email, language, message_id, subject, body_text, body_html, state, attempts, due_at, leased_by, leased_until, last_error, created_at, sent_at FROM outbox_before;
DROP TABLE outbox_before;
CREATE INDEX outbox_due ON outbox (state, due_at, id);
CREATE INDEX outbox_by_alert ON outbox (alert_id, id);
ALTER TABLE outbox ADD COLUMN
    held_until TIMESTAMP;                    -- UTC; the end of the quiet hours for which it waited before it was first due; null: it waited for none
ALTER TABLE outbox ADD COLUMN
    followed_at TIMESTAMP;                   -- UTC; when it was seen to that it was given up: who else hears; null: it was not, or is to be
-- what was given up before is nobody's news any more
UPDATE outbox SET followed_at = created_at WHERE state = 'failed';
CREATE INDEX outbox_given_up ON outbox (id) WHERE state = 'failed' AND followed_at IS NULL;
CREATE INDEX outbox_by_address ON outbox (to_email, id);
