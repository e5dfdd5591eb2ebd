-- Who asks for a medicine. What is personal stands in request_payload, whose rows can be erased;
-- requests hold the patient's id and salted hash.

CREATE TABLE requests (
    id TEXT NOT NULL PRIMARY KEY,            -- UUID
    name TEXT NOT NULL,                      -- its name in plans, by which the lottery draws: the id of the first request for the patient's indication
    site TEXT NOT NULL REFERENCES sites (finess),                  -- where the patient is treated
    rulebook TEXT NOT NULL,                  -- by which rulebook it is ranked
    patient_id TEXT NOT NULL REFERENCES patient_payload (patient_id),  -- for whom
    patient_hash TEXT NOT NULL,              -- salted hash of the pseudonym, which outlives it
    state TEXT NOT NULL CHECK (state IN ('proposed', 'open', 'served', 'withdrawn')),  -- proposed: follows a dispensing, and is to be confirmed
    follows TEXT REFERENCES requests (id),   -- the request whose dispensing proposed it
    reason TEXT,                             -- why it was withdrawn
    filed_at TIMESTAMP NOT NULL,             -- UTC
    filed_by TEXT NOT NULL,                  -- id of the token that filed it
    ended_at TIMESTAMP,                      -- UTC; when it was served or withdrawn
    version BIGINT NOT NULL CHECK (version >= 1),                  -- counts its edits, for If-Match
    CHECK ((state IN ('served', 'withdrawn')) = (ended_at IS NOT NULL))
);
CREATE UNIQUE INDEX requests_one_open ON requests (name) WHERE state = 'open';
CREATE UNIQUE INDEX requests_one_proposed ON requests (name) WHERE state = 'proposed';
CREATE INDEX requests_by_site ON requests (site, id);
CREATE INDEX requests_open ON requests (site, id) WHERE state = 'open';
CREATE INDEX requests_by_patient ON requests (patient_id, id);

CREATE TABLE request_payload (
    request_id TEXT NOT NULL PRIMARY KEY REFERENCES requests (id), -- of which request; the row is deleted when the patient is erased
    indication TEXT NOT NULL,                -- word of the rulebook
    route TEXT NOT NULL CHECK (route IN ('iv', 'sc', 'oral')),     -- how it is given
    treatment TEXT NOT NULL CHECK (treatment IN ('ongoing', 'initiation')),  -- whether it runs already
    alternatives TEXT NOT NULL CHECK (alternatives IN ('none', 'available')),  -- whether something else could be given
    tried TEXT,                              -- the alternatives that were tried, in the prescriber's words
    risk TEXT NOT NULL CHECK (risk IN ('vital', 'functional', 'none')),  -- what an interruption puts at stake
    approved_exception BOOLEAN NOT NULL,     -- a medicines committee decided as if the indication were listed
    age_years BIGINT NOT NULL CHECK (age_years >= 0),              -- whole years
    weight_g BIGINT CHECK (weight_g > 0),    -- body weight in grams; null: not needed for single units
    units BIGINT CHECK (units > 0),          -- single units asked for; null: a dose made of vials
    prescribed_ug BIGINT CHECK (prescribed_ug > 0),                -- replaces the dose by weight, in micrograms; null: by weight
    interval_days BIGINT CHECK (interval_days > 0),                -- days from one administration to the next; null: it does not repeat
    last_given_on DATE,                      -- last administration, as the prescriber says; null: as the ledger says
    due_by_hand DATE,                        -- day set by hand; null: computed
    due_reason TEXT,                         -- why it was set by hand
    anc_per_mm3 BIGINT CHECK (anc_per_mm3 >= 0),                   -- latest absolute neutrophil count, cells per cubic millimetre; null: unknown
    anc_on DATE                              -- the day of that count
);
