-- What became of each alternative, as it was declared: whether one is left follows from it where a
-- rulebook lists them. Where none does, the prescriber states why there is none; the words of before
-- are such a statement.

ALTER TABLE request_payload RENAME COLUMN tried TO alternatives_reason; -- why nothing else could be given, in the prescriber's words
ALTER TABLE request_payload ADD COLUMN conditions TEXT NOT NULL DEFAULT ''; -- what is known of the patient: codes, sorted, with a space between

CREATE TABLE request_tried_payload (
    request_id TEXT NOT NULL REFERENCES request_payload (request_id) ON DELETE CASCADE, -- of which request; erased with the patient
    place BIGINT NOT NULL CHECK (place >= 0),                      -- its place among what was declared, from 0
    code TEXT NOT NULL CHECK (code <> ''),   -- which alternative: a code of the rulebook's list of that day
    outcome TEXT NOT NULL CHECK (outcome IN ('failed', 'contraindicated', 'unsuitable', 'unavailable', 'not-tried')),  -- what became of it
    note TEXT,                               -- more about it, in the words of whoever declared it
    declared_by TEXT NOT NULL,               -- id of the token that declared it
    declared_at TIMESTAMP NOT NULL,          -- UTC
    PRIMARY KEY (request_id, place)
);
