-- What people decided at the safety gate: warnings that were confirmed, refusals that were overridden.
-- What is personal stands in safety_decision_payload, whose rows can be erased. Nothing is changed: who
-- decides again adds a row.

CREATE TABLE safety_decisions (
    id TEXT NOT NULL PRIMARY KEY,            -- UUID
    request_id TEXT NOT NULL REFERENCES requests (id),             -- on which request
    kind TEXT NOT NULL CHECK (kind IN ('confirmed', 'overridden')),  -- confirmed: its warnings; overridden: also what would stop or refuse it
    rulebook TEXT NOT NULL,                  -- the rulebook that was applied
    rulebook_hash TEXT NOT NULL,             -- SHA-256 of its file, hexadecimal
    decided_at TIMESTAMP NOT NULL,           -- UTC
    decided_by TEXT NOT NULL                 -- id of the token that decided
);
CREATE INDEX safety_decisions_by_request ON safety_decisions (request_id, id);

CREATE TABLE safety_decision_payload (
    decision_id TEXT NOT NULL PRIMARY KEY REFERENCES safety_decisions (id),  -- of which decision; the row is deleted when the patient is erased
    codes TEXT NOT NULL,                     -- the findings it covers, by their codes, in order, a blank between two
    seen TEXT NOT NULL,                      -- SHA-256 of the facts that were seen, hexadecimal: with others it covers nothing
    reason TEXT,                             -- why, in words of whoever decided; null: a confirmation gives none
    CHECK (length(codes) > 0)
);

CREATE TRIGGER safety_decisions_no_update BEFORE UPDATE ON safety_decisions
BEGIN
    SELECT RAISE(ABORT, 'a decision is never changed or deleted; who decides again adds one');
END;
CREATE TRIGGER safety_decisions_no_delete BEFORE DELETE ON safety_decisions
BEGIN
    SELECT RAISE(ABORT, 'a decision is never changed or deleted; who decides again adds one');
END;
CREATE TRIGGER safety_decision_payload_no_update BEFORE UPDATE ON safety_decision_payload
BEGIN
    SELECT RAISE(ABORT, 'a decision is never changed or deleted; who decides again adds one');
END;
