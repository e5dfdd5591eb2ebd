-- Treatments of patients under rulebooks that say when counts are due, by pseudonym. What is personal
-- stands in treatment_payload, whose rows can be erased. Nothing is changed: another version follows.

CREATE TABLE treatments (
    id TEXT NOT NULL PRIMARY KEY,            -- UUID, of this version
    site TEXT NOT NULL REFERENCES sites (finess),                  -- where the patient is treated
    patient_id TEXT NOT NULL REFERENCES patient_payload (patient_id),  -- of whom
    patient_hash TEXT NOT NULL,              -- salted hash of the pseudonym, which outlives it
    rulebook TEXT NOT NULL,                  -- name of the safety rulebook that the treatment follows
    version BIGINT NOT NULL CHECK (version >= 1),                  -- counts its edits, for If-Match; the greatest one stands
    state TEXT NOT NULL CHECK (state IN ('planned', 'ongoing', 'interrupted', 'stopped')),  -- how far it has come
    recorded_at TIMESTAMP NOT NULL,          -- UTC
    recorded_by TEXT NOT NULL,               -- id of the token that told it
    UNIQUE (patient_id, rulebook, version)
);
CREATE INDEX treatments_by_site ON treatments (site, rulebook, patient_id, version);

CREATE TABLE treatment_payload (
    treatment_id TEXT NOT NULL PRIMARY KEY REFERENCES treatments (id),  -- of which version; the row is deleted when the patient is erased
    indication TEXT NOT NULL,                -- code of what is treated
    age_years BIGINT NOT NULL CHECK (age_years >= 0),              -- whole years on the day they were told
    age_told_on DATE NOT NULL,               -- that day, at the site
    started_on DATE,                         -- first day of the treatment; null: not known, or planned
    interrupted_on DATE,                     -- since when it pauses; null: it does not
    resumes_on DATE,                         -- when it is to go on; null: it does not pause, or nobody says
    stopped_on DATE,                         -- when it was stopped for good; null: it was not
    benign_ethnic_neutropenia BOOLEAN NOT NULL,                    -- whether one is confirmed
    symptoms_of_infection BOOLEAN NOT NULL,                        -- whether there are signs or symptoms
    conditions TEXT NOT NULL,                -- codes of what else is known, in their order, with a space between
    co_medication TEXT NOT NULL,             -- codes of what is taken besides, in their order, with a space between
    disease_activity TEXT                    -- code of how active the disease is; null: not told
);

CREATE TRIGGER treatments_no_update BEFORE UPDATE ON treatments
BEGIN
    SELECT RAISE(ABORT, 'a treatment is never changed or deleted; another version follows it');
END;
CREATE TRIGGER treatments_no_delete BEFORE DELETE ON treatments
BEGIN
    SELECT RAISE(ABORT, 'a treatment is never changed or deleted; another version follows it');
END;
CREATE TRIGGER treatment_payload_no_update BEFORE UPDATE ON treatment_payload
BEGIN
    SELECT RAISE(ABORT, 'a treatment is never changed or deleted; another version follows it');
END;
