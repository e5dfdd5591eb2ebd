-- Who did what, in chains of hashes; and the answers kept for repeated requests.

CREATE TABLE audit (
    chain TEXT NOT NULL,                     -- FINESS number of a site, or 'service'
    seq BIGINT NOT NULL,                     -- number in the chain, from 1, without gaps
    at TIMESTAMP NOT NULL,                   -- UTC
    actor TEXT NOT NULL,                     -- id of a token, or 'command-line', 'service'
    role TEXT NOT NULL,                      -- the role it acted in
    request_id TEXT NOT NULL,                -- the request that did it
    action TEXT NOT NULL,                    -- verb and object: stock.dispense, …
    outcome TEXT NOT NULL CHECK (outcome IN ('done', 'refused', 'read')),
    object TEXT NOT NULL,                    -- id of what it was done to
    patient_id TEXT,                         -- whose record, if a patient's
    patient_hash TEXT,                       -- salted hash of the pseudonym, which outlives it
    details TEXT NOT NULL,                   -- what changed, as JSON; nothing personal
    previous TEXT NOT NULL CHECK (length(previous) = 64),          -- hash of the line before; zeros for the first
    hash TEXT NOT NULL CHECK (length(hash) = 64),                  -- SHA-256 over all of the above, hexadecimal
    PRIMARY KEY (chain, seq)
);

CREATE TABLE idempotency (
    caller TEXT NOT NULL,                    -- id of the token
    route TEXT NOT NULL,                     -- method and path
    key TEXT NOT NULL,                       -- Idempotency-Key
    body_hash TEXT NOT NULL CHECK (length(body_hash) = 64),        -- SHA-256 of the request's body, hexadecimal
    status BIGINT NOT NULL,                  -- of the answer
    content_type TEXT NOT NULL,              -- of the answer
    location TEXT,                           -- of the answer
    etag TEXT,                               -- of the answer
    answer TEXT NOT NULL,                    -- its body, byte for byte
    created_at TIMESTAMP NOT NULL,           -- UTC
    PRIMARY KEY (caller, route, key)
);
CREATE INDEX idempotency_by_age ON idempotency (created_at, caller, route, key);

CREATE TRIGGER audit_no_update BEFORE UPDATE ON audit
BEGIN
    SELECT RAISE(ABORT, 'a line of the audit trail is never changed or deleted');
END;
CREATE TRIGGER audit_no_delete BEFORE DELETE ON audit
BEGIN
    SELECT RAISE(ABORT, 'a line of the audit trail is never changed or deleted');
END;
CREATE TRIGGER audit_in_order BEFORE INSERT ON audit
WHEN NOT (NEW.seq = (SELECT COALESCE(MAX(a.seq), 0) + 1 FROM audit a WHERE a.chain = NEW.chain) AND NEW.previous = COALESCE((SELECT a.hash FROM audit a WHERE a.chain = NEW.chain AND a.seq = NEW.seq - 1), '0000000000000000000000000000000000000000000000000000000000000000'))
BEGIN
    SELECT RAISE(ABORT, 'a line of the audit trail follows the one before it');
END;
