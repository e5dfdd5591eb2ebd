-- What was out of 2 to 8 °C and is decided later, and which quarantined units wait for which decision.

CREATE TABLE excursions (
    id TEXT NOT NULL PRIMARY KEY,            -- UUID, ordered by time
    site TEXT NOT NULL REFERENCES sites (finess),                  -- where
    seq BIGINT NOT NULL,                     -- number of the site's last movement when its units were set apart: what was there by then was in it
    whole BOOLEAN NOT NULL,                  -- whether it is about everything that was on the shelf, and not about chosen lots
    reason TEXT NOT NULL,                    -- what happened, in words; about no patient
    began_at TIMESTAMP,                      -- UTC; when the cold was lost, if known
    ended_at TIMESTAMP,                      -- UTC; when it was back, if known
    lowest BIGINT,                           -- lowest temperature, in tenths of a degree Celsius, if measured
    highest BIGINT,                          -- highest temperature, in tenths of a degree Celsius, if measured
    recorded_at TIMESTAMP NOT NULL,          -- UTC
    recorded_by TEXT NOT NULL,               -- id of the token that recorded it
    CHECK (ended_at >= began_at),
    CHECK (highest >= lowest)
);
CREATE INDEX excursions_by_site ON excursions (site, id);

CREATE TABLE excursion_lots (
    excursion_id TEXT NOT NULL REFERENCES excursions (id),         -- which excursion
    lot_id TEXT NOT NULL REFERENCES lots (id),                     -- a lot that was in it
    set_apart BIGINT NOT NULL CHECK (set_apart >= 0),              -- usable units that it set apart
    stood BIGINT NOT NULL CHECK (stood >= 0),                      -- units that were in quarantine already and were in it too
    decision TEXT CHECK (decision IN ('release', 'destroy')),      -- what was decided; null: nothing yet
    decided_at TIMESTAMP,                    -- UTC
    decided_by TEXT,                         -- id of the token that decided it
    decided_reason TEXT,                     -- why, in words
    decided_reference TEXT,                  -- on whose word: the manufacturer's answer about stability, as a reference
    PRIMARY KEY (excursion_id, lot_id),
    CHECK ((decision IS NULL) = (decided_at IS NULL)),
    CHECK ((decision IS NULL) = (decided_by IS NULL)),
    CHECK ((decision IS NULL) = (decided_reason IS NULL)),
    CHECK (decision IS NOT NULL OR decided_reference IS NULL)
);
CREATE INDEX excursion_lots_by_lot ON excursion_lots (lot_id, excursion_id);

CREATE TABLE set_apart (
    id TEXT NOT NULL PRIMARY KEY,            -- UUID, ordered by time
    site TEXT NOT NULL REFERENCES sites (finess),                  -- where
    lot_id TEXT NOT NULL REFERENCES lots (id),                     -- of which lot
    seq BIGINT NOT NULL,                     -- number of the site's last movement when they were set apart
    cause TEXT NOT NULL CHECK (cause IN ('hand', 'recall', 'excursion')),  -- why they are: what a person set apart is released by one
    excursion_id TEXT REFERENCES excursions (id),                  -- by which excursion; null: by none
    units BIGINT NOT NULL CHECK (units > 0), -- how many quarantined units wait for a decision
    CHECK ((cause = 'excursion') = (excursion_id IS NOT NULL))
);
CREATE INDEX set_apart_by_lot ON set_apart (lot_id, site, seq, id);
