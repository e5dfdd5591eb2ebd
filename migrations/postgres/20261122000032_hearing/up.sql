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

ALTER TABLE outbox DROP CONSTRAINT outbox_event_check;
ALTER TABLE outbox ADD CONSTRAINT outbox_event_check CHECK (event IN ('opened', 'worsened', 'acknowledged', 'closed', 'test', 'escalated', 'digest'));
ALTER TABLE outbox DROP CONSTRAINT outbox_state_check;
ALTER TABLE outbox ADD CONSTRAINT outbox_state_check CHECK (state IN ('queued', 'sent', 'failed', 'superseded', 'withdrawn'));
ALTER TABLE outbox ADD COLUMN
    held_until TIMESTAMP;                    -- UTC; the end of the quiet hours for which it waited before it was first due; null: it waited for none
ALTER TABLE outbox ADD COLUMN
    followed_at TIMESTAMP;                   -- UTC; when it was seen to that it was given up: who else hears; null: it was not, or is to be
-- what was given up before is nobody's news any more
UPDATE outbox SET followed_at = created_at WHERE state = 'failed';
CREATE INDEX outbox_given_up ON outbox (id) WHERE state = 'failed' AND followed_at IS NULL;
CREATE INDEX outbox_by_address ON outbox (to_email, id);
