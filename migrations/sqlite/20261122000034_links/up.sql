-- Links in letters that need no other access; and whether the service itself sees what happens.

CREATE TABLE letter_links (
    hash TEXT NOT NULL PRIMARY KEY,          -- SHA-256 of the token, in hexadecimal
    letter_id TEXT NOT NULL,                 -- the letter that holds it
    purpose TEXT NOT NULL CHECK (purpose IN ('acknowledge', 'unsubscribe')),       -- what it is good for
    recipient_id TEXT NOT NULL,              -- whom it was written to; may have been taken off the list since
    site TEXT NOT NULL REFERENCES sites (finess),                  -- about which site
    alert_id TEXT REFERENCES alerts (id),    -- about which alert; null: about none
    kind TEXT NOT NULL,                      -- of which kind: of the alert, or digest
    address TEXT,                            -- the whole link, until the letter has left or the link is worth nothing; null then
    expires_at TIMESTAMP NOT NULL,           -- UTC; until when it is good
    used_at TIMESTAMP                        -- UTC; when it was used; null: it was not
);
CREATE INDEX letter_links_by_letter ON letter_links (letter_id);

CREATE TABLE evaluations (
    site TEXT NOT NULL PRIMARY KEY REFERENCES sites (finess),      -- where
    seq BIGINT NOT NULL CHECK (seq >= 0),    -- number of the last movement after which its alerts were evaluated
    evaluated_at TIMESTAMP NOT NULL          -- UTC; when
);

CREATE TABLE service_alerts (
    kind TEXT NOT NULL PRIMARY KEY,          -- what about the service: evaluation-late
    opened_at TIMESTAMP NOT NULL             -- UTC; since when; the row goes when it is over
);
