-- What a pharmacist must hear, and the letters that say it.

CREATE TABLE recipients (
    id TEXT NOT NULL PRIMARY KEY,            -- UUID
    site TEXT NOT NULL REFERENCES sites (finess),                  -- whose alerts they hear
    role TEXT NOT NULL CHECK (role IN ('pharmacist', 'car-t-unit', 'coordinator')),  -- in what capacity: decides which kinds they hear
    name TEXT NOT NULL,                      -- of the person or the desk
    email TEXT NOT NULL,                     -- address
    language TEXT NOT NULL CHECK (language IN ('fr', 'en')),       -- of their letters
    position BIGINT NOT NULL CHECK (position > 0),                 -- their place in the site's list, from 1
    active BOOLEAN NOT NULL,                 -- whether they are written to
    UNIQUE (site, role, email)
);

CREATE TABLE alerts (
    id TEXT NOT NULL PRIMARY KEY,            -- UUID
    site TEXT NOT NULL REFERENCES sites (finess),                  -- where
    kind TEXT NOT NULL,                      -- reserve-below-minimum, clearance-broken, …
    subject TEXT NOT NULL,                   -- what of: a rulebook, a clearance, …
    state TEXT NOT NULL CHECK (state IN ('open', 'acknowledged', 'closed')),
    found BIGINT NOT NULL,                   -- what there is: doses possible, units, …
    expected BIGINT NOT NULL,                -- what there should be
    opened_at TIMESTAMP NOT NULL,            -- UTC
    changed_at TIMESTAMP NOT NULL,           -- UTC; last change of found, expected or state
    acknowledged_at TIMESTAMP,               -- UTC
    acknowledged_by TEXT,                    -- id of the token that acknowledged it
    note TEXT,                               -- what they wrote
    closed_at TIMESTAMP,                     -- UTC
    version BIGINT NOT NULL CHECK (version >= 1),                  -- counts its edits, for If-Match
    CHECK ((state = 'closed') = (closed_at IS NOT NULL))
);
CREATE UNIQUE INDEX alerts_one_open ON alerts (site, kind, subject) WHERE state <> 'closed';
CREATE INDEX alerts_by_site ON alerts (site, id);

CREATE TABLE outbox (
    id TEXT NOT NULL PRIMARY KEY,            -- UUID
    site TEXT REFERENCES sites (finess),     -- about which site; null: about the service
    alert_id TEXT REFERENCES alerts (id),    -- about which alert; null: a test
    event TEXT NOT NULL CHECK (event IN ('opened', 'worsened', 'acknowledged', 'closed', 'test')),
    to_name TEXT NOT NULL,                   -- name of the one recipient
    to_email TEXT NOT NULL,                  -- address of the one recipient
    language TEXT NOT NULL CHECK (language IN ('fr', 'en')),       -- of the letter
    message_id TEXT NOT NULL UNIQUE,         -- Message-ID, made from the id: a repeat carries the same
    subject TEXT NOT NULL,                   -- Subject
    body_text TEXT NOT NULL,                 -- plain text part
    body_html TEXT NOT NULL,                 -- HTML part
    state TEXT NOT NULL CHECK (state IN ('queued', 'sent', 'failed')),
    attempts BIGINT NOT NULL CHECK (attempts >= 0),                -- times it was tried
    due_at TIMESTAMP NOT NULL,               -- UTC; when it is tried next
    leased_by TEXT,                          -- the worker that has it in hand
    leased_until TIMESTAMP,                  -- UTC; when another may take it
    last_error TEXT,                         -- what the server said last
    created_at TIMESTAMP NOT NULL,           -- UTC
    sent_at TIMESTAMP,                       -- UTC; when the server took it
    CHECK ((state = 'sent') = (sent_at IS NOT NULL))
);
CREATE INDEX outbox_due ON outbox (state, due_at, id);
CREATE INDEX outbox_by_alert ON outbox (alert_id, id);
