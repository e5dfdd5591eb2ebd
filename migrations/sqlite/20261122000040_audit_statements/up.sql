-- Statements that say where every chain of the audit trail ended, each signed and holding the hash of the one
-- before it.

CREATE TABLE audit_statements (
    number BIGINT NOT NULL PRIMARY KEY CHECK (number >= 1),        -- from 1, without gaps
    made_at TIMESTAMP NOT NULL,              -- UTC; the same stands in the body
    day DATE UNIQUE,                         -- the day (UTC) that it is the statement of; null: one more, asked for
    key TEXT NOT NULL CHECK (length(key) = 16),                    -- id of the key that signed it: SHA-256 of the public key, its first 16 hexadecimal digits
    body TEXT NOT NULL,                      -- what was signed, byte for byte: JSON with number, moment, hash of the statement before, and every chain with its last line
    hash TEXT NOT NULL CHECK (length(hash) = 64),                  -- SHA-256 of the body, hexadecimal
    previous TEXT NOT NULL CHECK (length(previous) = 64),          -- hash of the statement before; zeros for the first
    signature TEXT NOT NULL CHECK (length(signature) = 128)        -- Ed25519 over the body, hexadecimal
);

CREATE TRIGGER audit_statements_no_update BEFORE UPDATE ON audit_statements
BEGIN
    SELECT RAISE(ABORT, 'a signed statement is never changed or deleted');
END;
CREATE TRIGGER audit_statements_no_delete BEFORE DELETE ON audit_statements
BEGIN
    SELECT RAISE(ABORT, 'a signed statement is never changed or deleted');
END;
CREATE TRIGGER audit_statements_in_order BEFORE INSERT ON audit_statements
WHEN NOT (NEW.number = (SELECT COALESCE(MAX(s.number), 0) + 1 FROM audit_statements s) AND NEW.previous = COALESCE((SELECT s.hash FROM audit_statements s WHERE s.number = NEW.number - 1), '0000000000000000000000000000000000000000000000000000000000000000'))
BEGIN
    SELECT RAISE(ABORT, 'a signed statement follows the one before it');
END;
