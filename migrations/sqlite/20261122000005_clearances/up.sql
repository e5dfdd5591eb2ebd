-- May this infusion start: the answers, and the units that a GO sets aside.

CREATE TABLE clearances (
    id TEXT NOT NULL PRIMARY KEY,            -- UUID
    site TEXT NOT NULL REFERENCES sites (finess),                  -- the CAR-T centre
    seq BIGINT NOT NULL,                     -- number at the site, in the order of asking, from 1
    patient_id TEXT NOT NULL REFERENCES car_t_patients (id),       -- for whom
    rulebook TEXT NOT NULL,                  -- by which rulebook
    rulebook_hash TEXT NOT NULL CHECK (length(rulebook_hash) = 64),  -- SHA-256 of its file, hexadecimal
    state TEXT NOT NULL CHECK (state IN ('refused', 'standing', 'broken', 'used', 'released', 'moved')),
    doses BIGINT NOT NULL CHECK (doses > 0), -- doses that were asked for
    missing BIGINT NOT NULL CHECK (missing >= 0),                  -- doses that were missing when refused, or are now when broken
    reason TEXT,                             -- why it was released or moved
    asked_at TIMESTAMP NOT NULL,             -- UTC
    asked_by TEXT NOT NULL,                  -- id of the token that asked
    ended_at TIMESTAMP,                      -- UTC; when it was used, released or moved
    version BIGINT NOT NULL CHECK (version >= 1),                  -- counts its edits, for If-Match
    UNIQUE (site, seq)
);
CREATE INDEX clearances_by_patient ON clearances (patient_id, seq);
CREATE UNIQUE INDEX clearances_one_in_force ON clearances (patient_id) WHERE state IN ('standing', 'broken');

CREATE TABLE holds (
    id TEXT NOT NULL PRIMARY KEY,            -- UUID
    clearance_id TEXT NOT NULL REFERENCES clearances (id),         -- for which clearance
    dose BIGINT NOT NULL CHECK (dose > 0),   -- for which of its doses, from 1
    site TEXT NOT NULL,                      -- where the units are
    lot_id TEXT NOT NULL,                    -- of which lot
    units BIGINT NOT NULL CHECK (units > 0), -- how many
    held_at TIMESTAMP NOT NULL,              -- UTC
    UNIQUE (clearance_id, dose, lot_id),
    FOREIGN KEY (site, lot_id) REFERENCES balances (site, lot_id)
);
CREATE INDEX holds_by_lot ON holds (site, lot_id, id);

CREATE TABLE deliveries (
    id TEXT NOT NULL PRIMARY KEY,            -- UUID
    site TEXT NOT NULL REFERENCES sites (finess),                  -- to which site
    cip13 TEXT NOT NULL REFERENCES presentations (cip13),          -- of which presentation
    units BIGINT NOT NULL CHECK (units > 0), -- how many
    expected_on DATE NOT NULL,               -- the day it is expected
    state TEXT NOT NULL CHECK (state IN ('announced', 'confirmed', 'received', 'cancelled')),
    reference TEXT,                          -- the supplier's
    created_at TIMESTAMP NOT NULL,           -- UTC
    version BIGINT NOT NULL CHECK (version >= 1)                   -- counts its edits, for If-Match
);
CREATE INDEX deliveries_by_site ON deliveries (site, expected_on, id);

-- What is held of a lot is the sum of its holds.
CREATE TRIGGER holds_taken AFTER INSERT ON holds
BEGIN
    UPDATE balances SET held = (SELECT COALESCE(SUM(h.units), 0) FROM holds h WHERE h.site = NEW.site AND h.lot_id = NEW.lot_id)
    WHERE site = NEW.site AND lot_id = NEW.lot_id;
END;
CREATE TRIGGER holds_changed AFTER UPDATE ON holds
BEGIN
    UPDATE balances SET held = (SELECT COALESCE(SUM(h.units), 0) FROM holds h WHERE h.site = NEW.site AND h.lot_id = NEW.lot_id)
    WHERE site = NEW.site AND lot_id = NEW.lot_id;
END;
CREATE TRIGGER holds_given_back AFTER DELETE ON holds
BEGIN
    UPDATE balances SET held = (SELECT COALESCE(SUM(h.units), 0) FROM holds h WHERE h.site = OLD.site AND h.lot_id = OLD.lot_id)
    WHERE site = OLD.site AND lot_id = OLD.lot_id;
END;
CREATE TRIGGER holds_keep_their_lot BEFORE UPDATE ON holds
WHEN NOT (NEW.site = OLD.site AND NEW.lot_id = OLD.lot_id AND NEW.clearance_id = OLD.clearance_id)
BEGIN
    SELECT RAISE(ABORT, 'a hold keeps its lot and its clearance');
END;
CREATE TRIGGER balances_follow_holds BEFORE UPDATE ON balances
WHEN NOT (NEW.held = OLD.held OR NEW.held = (SELECT COALESCE(SUM(h.units), 0) FROM holds h WHERE h.site = NEW.site AND h.lot_id = NEW.lot_id))
BEGIN
    SELECT RAISE(ABORT, 'what is held of a lot is the sum of its holds');
END;
