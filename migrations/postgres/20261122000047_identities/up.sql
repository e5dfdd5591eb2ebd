-- Single sign-on: whom providers know people as, and who is on the way to one.

CREATE TABLE identities (
    id TEXT NOT NULL PRIMARY KEY,            -- UUID
    person_id TEXT NOT NULL REFERENCES people (id),                -- whose
    provider TEXT NOT NULL CHECK (length(provider) > 0),           -- short name of the provider in the settings when it was linked, to be shown
    issuer TEXT NOT NULL CHECK (length(issuer) > 0),               -- address by which the provider signs
    claim TEXT NOT NULL CHECK (length(claim) > 0),                 -- claim of its tokens that names people
    subject TEXT NOT NULL CHECK (length(subject) BETWEEN 1 AND 255),               -- what stands there; of an RPPS: an 8 and its eleven digits
    linked_by TEXT NOT NULL,                 -- who linked it, as on the audit trail
    linked_at TIMESTAMP NOT NULL,            -- UTC
    used_at TIMESTAMP,                       -- UTC; when somebody last signed in by it; null: nobody did
    removed_by TEXT,                         -- who removed it; null: it is in force
    removed_at TIMESTAMP,                    -- UTC; when it was removed
    CHECK ((removed_by IS NULL) = (removed_at IS NULL))
);
CREATE UNIQUE INDEX identities_in_force ON identities (issuer, claim, subject) WHERE removed_at IS NULL;
CREATE INDEX identities_by_person ON identities (person_id, id);

CREATE TABLE sign_in_flows (
    state TEXT NOT NULL PRIMARY KEY CHECK (length(state) = 64),    -- SHA-256 of what comes back in the address, hexadecimal
    browser TEXT NOT NULL CHECK (length(browser) = 64),            -- SHA-256 of what the browser's cookie holds, hexadecimal
    provider TEXT NOT NULL,                  -- short name of the provider
    back_to TEXT,                            -- path of this service to go to afterwards; null: none was named
    person_id TEXT REFERENCES people (id),   -- who links an identity to themselves; null: somebody signs in
    session_id TEXT,                         -- the session in which they do; null: somebody signs in
    created_at TIMESTAMP NOT NULL,           -- UTC
    expires_at TIMESTAMP NOT NULL,           -- UTC; until when it is good
    CHECK ((person_id IS NULL) = (session_id IS NULL))
);
CREATE INDEX sign_in_flows_by_end ON sign_in_flows (expires_at);
