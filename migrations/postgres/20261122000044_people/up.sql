-- People who sign in: who they are, which roles they hold where, how they prove it, and where they are signed in.

CREATE TABLE people (
    id TEXT NOT NULL PRIMARY KEY,            -- UUID
    name TEXT NOT NULL CHECK (length(name) > 0),                   -- as colleagues call them
    email TEXT NOT NULL CHECK (length(email) > 0),                 -- where they are written to, as they write it
    email_key TEXT NOT NULL UNIQUE,          -- the same in small letters, by which they sign in
    language TEXT NOT NULL CHECK (language IN ('fr', 'en')),       -- of their letters
    active BOOLEAN NOT NULL,                 -- may sign in
    password TEXT,                           -- Argon2id with its parameters and salt (PHC string); null: none was set
    password_at TIMESTAMP,                   -- UTC; when it was set; null: none was
    totp_secret TEXT,                        -- the secret of the codes of their second factor, sealed when a key is configured; null: none
    totp_since TIMESTAMP,                    -- UTC; since when a code of it was shown; null: it is not in force
    totp_step BIGINT,                        -- number of the 30 seconds whose code was used last; null: none was
    version BIGINT NOT NULL CHECK (version >= 1),                  -- counts edits of name, address, language and state, for If-Match
    created_at TIMESTAMP NOT NULL,           -- UTC
    CHECK ((password IS NULL) = (password_at IS NULL)),
    CHECK (totp_since IS NULL OR totp_secret IS NOT NULL)
);

CREATE TABLE person_roles (
    id TEXT NOT NULL PRIMARY KEY,            -- UUID
    person_id TEXT NOT NULL REFERENCES people (id),                -- who holds it
    role TEXT NOT NULL CHECK (role IN ('pharmacist', 'car-t-unit', 'prescriber', 'coordinator', 'admin', 'reader')),
    site TEXT REFERENCES sites (finess),     -- where; null: at every site
    given_by TEXT NOT NULL,                  -- who gave it, as on the audit trail
    given_at TIMESTAMP NOT NULL,             -- UTC; since when
    until TIMESTAMP,                         -- UTC; until when; null: until it is taken
    taken_by TEXT,                           -- who took it; null: it was not taken
    taken_at TIMESTAMP,                      -- UTC; when it was taken
    CHECK ((taken_by IS NULL) = (taken_at IS NULL))
);
CREATE UNIQUE INDEX person_roles_held ON person_roles (person_id, role, COALESCE(site, '')) WHERE taken_at IS NULL;

CREATE TABLE recovery_codes (
    person_id TEXT NOT NULL REFERENCES people (id),                -- whose
    hash TEXT NOT NULL CHECK (length(hash) = 64),                  -- SHA-256 of the code, hexadecimal; the code has 120 random bits and is kept nowhere
    used_at TIMESTAMP,                       -- UTC; null: it was not used
    PRIMARY KEY (person_id, hash)
);

CREATE TABLE sessions (
    id TEXT NOT NULL PRIMARY KEY,            -- UUID, by which it is listed and ended
    hash TEXT NOT NULL UNIQUE CHECK (length(hash) = 64),           -- SHA-256 of what the cookie holds, hexadecimal
    person_id TEXT NOT NULL REFERENCES people (id),                -- whose
    stage TEXT NOT NULL CHECK (stage IN ('second-factor', 'enrolment', 'full')),   -- what is still wanted; full: nothing, it lets in
    created_at TIMESTAMP NOT NULL,           -- UTC; when they signed in
    seen_at TIMESTAMP NOT NULL,              -- UTC; when it was last used, to the minute
    expires_at TIMESTAMP NOT NULL,           -- UTC; when it ends however much it is used
    wrong BIGINT NOT NULL CHECK (wrong >= 0),                      -- how many wrong codes were tried at this stage
    agent TEXT NOT NULL                      -- what the browser calls itself, for its owner to recognise
);
CREATE INDEX sessions_by_person ON sessions (person_id, id);

CREATE TABLE devices (
    hash TEXT NOT NULL PRIMARY KEY CHECK (length(hash) = 64),      -- SHA-256 of what the cookie holds, hexadecimal
    person_id TEXT NOT NULL REFERENCES people (id),                -- who signed in there
    created_at TIMESTAMP NOT NULL,           -- UTC; when they first did
    seen_at TIMESTAMP NOT NULL               -- UTC; when they last did
);
CREATE INDEX devices_by_person ON devices (person_id, hash);

CREATE TABLE sign_in_failures (
    bucket TEXT NOT NULL PRIMARY KEY,        -- of what: a hash of an account, a device or a network address
    failures BIGINT NOT NULL CHECK (failures >= 0),                -- how many in a row
    last_at TIMESTAMP NOT NULL,              -- UTC; when the last was
    wait_until TIMESTAMP NOT NULL            -- UTC; until when no other is looked at
);

CREATE TABLE person_links (
    hash TEXT NOT NULL PRIMARY KEY CHECK (length(hash) = 64),      -- SHA-256 of the token, hexadecimal
    person_id TEXT NOT NULL REFERENCES people (id),                -- whose password it sets
    letter_id TEXT NOT NULL,                 -- the letter that holds it
    purpose TEXT NOT NULL CHECK (purpose IN ('invitation', 'reset')),              -- why it was written
    address TEXT,                            -- the whole link, until the letter has left or the link is worth nothing; null then
    created_at TIMESTAMP NOT NULL,           -- UTC
    expires_at TIMESTAMP NOT NULL,           -- UTC; until when it is good
    used_at TIMESTAMP                        -- UTC; when it was used, or another took its place; null: it is good
);
CREATE INDEX person_links_by_person ON person_links (person_id, hash);
CREATE INDEX person_links_by_letter ON person_links (letter_id);
