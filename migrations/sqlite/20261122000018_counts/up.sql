-- Neutrophil counts of patients, by pseudonym. What is personal stands in count_payload, whose rows can
-- be erased; counts hold the patient's id and salted hash. Nothing is changed: a correction replaces.

CREATE TABLE counts (
    id TEXT NOT NULL PRIMARY KEY,            -- UUID
    site TEXT NOT NULL REFERENCES sites (finess),                  -- where the patient is treated
    patient_id TEXT NOT NULL REFERENCES patient_payload (patient_id),  -- of whom
    patient_hash TEXT NOT NULL,              -- salted hash of the pseudonym, which outlives it
    kind TEXT NOT NULL CHECK (kind IN ('entered', 'corrected', 'withdrawn')),  -- corrected: stands in the place of another; withdrawn: the other was entered by mistake, and nothing stands in its place
    replaces TEXT UNIQUE REFERENCES counts (id),                   -- the count that it corrects or withdraws
    entered_at TIMESTAMP NOT NULL,           -- UTC
    entered_by TEXT NOT NULL,                -- id of the token that entered it
    CHECK ((kind = 'entered') = (replaces IS NULL))
);
CREATE INDEX counts_by_patient ON counts (patient_id, id);
CREATE INDEX patient_payload_by_word ON patient_payload (pseudonym, site) WHERE pseudonym IS NOT NULL;

CREATE TABLE count_payload (
    count_id TEXT NOT NULL PRIMARY KEY REFERENCES counts (id),     -- of which count; the row is deleted when the patient is erased
    amount TEXT,                             -- digits as they were entered, with a point; null: a withdrawal
    unit TEXT CHECK (unit IN ('10*9/L', 'G/L', '10*3/uL', '10*3/mm3', '/mm3', '/uL')),  -- of the amount, as it was entered; null: a withdrawal
    taken_on DATE,                           -- the day the blood was taken; null: a withdrawal
    reason TEXT,                             -- why it replaces another, in words; null: it replaces none
    CHECK ((amount IS NULL) = (unit IS NULL) AND (amount IS NULL) = (taken_on IS NULL))
);

CREATE TRIGGER counts_no_update BEFORE UPDATE ON counts
BEGIN
    SELECT RAISE(ABORT, 'a count is never changed or deleted; it is corrected by another');
END;
CREATE TRIGGER counts_no_delete BEFORE DELETE ON counts
BEGIN
    SELECT RAISE(ABORT, 'a count is never changed or deleted; it is corrected by another');
END;
CREATE TRIGGER counts_of_one_patient BEFORE INSERT ON counts
WHEN NOT (NEW.replaces IS NULL OR EXISTS (SELECT 1 FROM counts c WHERE c.id = NEW.replaces AND c.patient_id = NEW.patient_id AND c.site = NEW.site AND c.kind <> 'withdrawn'))
BEGIN
    SELECT RAISE(ABORT, 'a count is corrected by one of the same patient');
END;
CREATE TRIGGER count_payload_no_update BEFORE UPDATE ON count_payload
BEGIN
    SELECT RAISE(ABORT, 'a count is never changed or deleted; it is corrected by another');
END;
