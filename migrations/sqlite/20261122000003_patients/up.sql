-- Patients. All that is personal stands in patient_payload and nowhere else, so that it can be
-- erased; everything else holds the id and a salted hash.

CREATE TABLE patient_payload (
    patient_id TEXT NOT NULL PRIMARY KEY,    -- UUID
    site TEXT NOT NULL REFERENCES sites (finess),                  -- where the patient is treated
    salt TEXT NOT NULL CHECK (length(salt) = 32),                  -- random, hexadecimal; outlives what it salts
    hash TEXT NOT NULL CHECK (length(hash) = 64),                  -- SHA-256 of salt and pseudonym, hexadecimal
    pseudonym TEXT,                          -- the site's word for the patient; null once erased
    weight_g BIGINT CHECK (weight_g > 0),    -- body weight in grams; null once erased
    infusion_on DATE,                        -- day of the CAR-T infusion; null once erased
    erased_at TIMESTAMP                      -- UTC; null: not erased
);
CREATE UNIQUE INDEX patient_payload_by_pseudonym ON patient_payload (site, pseudonym) WHERE pseudonym IS NOT NULL;

CREATE TABLE car_t_patients (
    id TEXT NOT NULL PRIMARY KEY REFERENCES patient_payload (patient_id),   -- UUID
    site TEXT NOT NULL REFERENCES sites (finess),                  -- the CAR-T centre
    state TEXT NOT NULL CHECK (state IN ('waiting', 'expected', 'cancelled', 'ended')),  -- waiting: not cleared; expected: to be infused, or inside the window after it
    doses_given BIGINT NOT NULL CHECK (doses_given >= 0),          -- doses already given for this infusion
    version BIGINT NOT NULL CHECK (version >= 1),                  -- counts its edits, for If-Match
    created_at TIMESTAMP NOT NULL            -- UTC
);
CREATE INDEX car_t_patients_by_site ON car_t_patients (site, state, id);
