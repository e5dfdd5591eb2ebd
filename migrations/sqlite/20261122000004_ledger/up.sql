-- The ledger: every unit enters and leaves by a movement, and a movement is never changed.

CREATE TABLE lots (
    id TEXT NOT NULL PRIMARY KEY,            -- UUID
    cip13 TEXT NOT NULL REFERENCES presentations (cip13),          -- of which presentation
    lot TEXT NOT NULL CHECK (length(lot) BETWEEN 1 AND 20),        -- batch number, as on the box
    expiry DATE NOT NULL,                    -- last day on which a unit may be used
    UNIQUE (cip13, lot, expiry)
);

CREATE TABLE movements (
    id TEXT NOT NULL PRIMARY KEY,            -- UUID
    site TEXT NOT NULL REFERENCES sites (finess),                  -- where
    seq BIGINT NOT NULL,                     -- number in the site's ledger, from 1, without gaps
    operation TEXT NOT NULL,                 -- UUID shared by the movements of one act
    kind TEXT NOT NULL,                      -- what it is; see the check below
    lot_id TEXT NOT NULL REFERENCES lots (id),                     -- of which lot
    usable BIGINT NOT NULL,                  -- units that become usable, negative when they cease to be
    quarantined BIGINT NOT NULL,             -- units that enter quarantine, negative when they leave it
    reason TEXT,                             -- code of the reason: breakage, expiry, cold-chain, theft, …
    note TEXT,                               -- why, in the words of who recorded it
    patient_id TEXT REFERENCES patient_payload (patient_id),       -- for whom; null: for nobody in particular
    patient_hash TEXT,                       -- salted hash of the pseudonym, which outlives it
    delivery_id TEXT,                        -- the delivery it came with
    reverses TEXT UNIQUE REFERENCES movements (id),                -- the movement that this one undoes
    happened_at TIMESTAMP NOT NULL,          -- UTC; when it happened, as told
    recorded_at TIMESTAMP NOT NULL,          -- UTC; when it was recorded
    recorded_by TEXT NOT NULL,               -- id of the token that recorded it
    UNIQUE (site, seq),
    CHECK (usable <> 0 OR quarantined <> 0),
    CHECK ((kind = 'reversal') = (reverses IS NOT NULL)),
    CHECK ((patient_id IS NULL) = (patient_hash IS NULL)),
    CHECK (CASE kind
        WHEN 'receipt' THEN usable >= 0 AND quarantined >= 0
        WHEN 'return' THEN usable >= 0 AND quarantined >= 0
        WHEN 'transfer-in' THEN usable >= 0 AND quarantined >= 0
        WHEN 'dispensing' THEN usable < 0 AND quarantined = 0
        WHEN 'dispensing-override' THEN usable < 0 AND quarantined = 0
        WHEN 'transfer-out' THEN usable < 0 AND quarantined = 0
        WHEN 'loss' THEN usable <= 0 AND quarantined <= 0
        WHEN 'destruction' THEN usable = 0 AND quarantined < 0
        WHEN 'quarantine' THEN usable < 0 AND quarantined = -usable
        WHEN 'release' THEN usable > 0 AND quarantined = -usable
        WHEN 'count-adjustment' THEN usable = 0 OR quarantined = 0
        WHEN 'reversal' THEN reverses IS NOT NULL
        ELSE FALSE
    END)
);
CREATE INDEX movements_by_lot ON movements (lot_id, site, seq);
CREATE INDEX movements_by_operation ON movements (operation, seq);

CREATE TABLE balances (
    site TEXT NOT NULL REFERENCES sites (finess),                  -- where
    lot_id TEXT NOT NULL REFERENCES lots (id),                     -- of which lot
    usable BIGINT NOT NULL CHECK (usable >= 0),                    -- units that may be used; sum of the movements
    quarantined BIGINT NOT NULL CHECK (quarantined >= 0),          -- units set apart; sum of the movements
    held BIGINT NOT NULL CHECK (held >= 0),                        -- usable units that are held; sum of the holds
    last_seq BIGINT NOT NULL,                -- number of the last movement counted in
    PRIMARY KEY (site, lot_id),
    CONSTRAINT no_unit_held_twice CHECK (held <= usable)
);

CREATE TABLE packs (
    cip13 TEXT NOT NULL REFERENCES presentations (cip13),          -- of which presentation
    serial TEXT NOT NULL CHECK (length(serial) BETWEEN 1 AND 20),  -- serial number on the box
    site TEXT REFERENCES sites (finess),     -- where it is; null: it has left
    lot_id TEXT NOT NULL REFERENCES lots (id),                     -- of which lot
    came_by TEXT NOT NULL REFERENCES movements (id),               -- the receipt that brought it last
    left_by TEXT REFERENCES movements (id),  -- the movement by which it left; null: it is there
    PRIMARY KEY (cip13, serial),
    CHECK ((site IS NULL) = (left_by IS NOT NULL))
);
CREATE INDEX packs_by_site ON packs (site, lot_id, serial);
CREATE INDEX packs_by_arrival ON packs (came_by);
CREATE INDEX packs_by_departure ON packs (left_by);

-- Movements are counted without gaps, change nothing but their own lot, and stay as they are.
CREATE TRIGGER movements_no_update BEFORE UPDATE ON movements
BEGIN
    SELECT RAISE(ABORT, 'a movement is never changed or deleted; undo it by a reversal');
END;
CREATE TRIGGER movements_no_delete BEFORE DELETE ON movements
BEGIN
    SELECT RAISE(ABORT, 'a movement is never changed or deleted; undo it by a reversal');
END;
CREATE TRIGGER movements_in_order BEFORE INSERT ON movements
WHEN NOT (NEW.seq = (SELECT COALESCE(MAX(m.seq), 0) + 1 FROM movements m WHERE m.site = NEW.site))
BEGIN
    SELECT RAISE(ABORT, 'movements of a site are numbered without gaps');
END;
CREATE TRIGGER movements_reversal BEFORE INSERT ON movements
WHEN NOT (NEW.reverses IS NULL OR EXISTS (SELECT 1 FROM movements m WHERE m.id = NEW.reverses AND m.kind <> 'reversal' AND m.site = NEW.site AND m.lot_id = NEW.lot_id AND m.usable = -NEW.usable AND m.quarantined = -NEW.quarantined))
BEGIN
    SELECT RAISE(ABORT, 'a reversal undoes one movement, whole, at its site');
END;

-- Balances follow the movements, and only them.
CREATE TRIGGER movements_counted AFTER INSERT ON movements
BEGIN
    INSERT INTO balances (site, lot_id, usable, quarantined, held, last_seq)
    VALUES (NEW.site, NEW.lot_id, 0, 0, 0, 0) ON CONFLICT DO NOTHING;
    UPDATE balances SET usable = usable + NEW.usable, quarantined = quarantined + NEW.quarantined, last_seq = NEW.seq
    WHERE site = NEW.site AND lot_id = NEW.lot_id;
END;
CREATE TRIGGER balances_begin_empty BEFORE INSERT ON balances
WHEN NOT (NEW.usable = 0 AND NEW.quarantined = 0 AND NEW.held = 0 AND NEW.last_seq = 0)
BEGIN
    SELECT RAISE(ABORT, 'a balance begins empty and is filled by movements');
END;
CREATE TRIGGER balances_follow_movements BEFORE UPDATE ON balances
WHEN NOT ((NEW.site = OLD.site AND NEW.lot_id = OLD.lot_id) AND ((NEW.usable = OLD.usable AND NEW.quarantined = OLD.quarantined AND NEW.last_seq = OLD.last_seq) OR EXISTS (SELECT 1 FROM movements m WHERE m.site = NEW.site AND m.seq = NEW.last_seq AND m.lot_id = NEW.lot_id AND m.seq > OLD.last_seq AND NEW.usable = OLD.usable + m.usable AND NEW.quarantined = OLD.quarantined + m.quarantined)))
BEGIN
    SELECT RAISE(ABORT, 'a balance is the sum of its movements');
END;
CREATE TRIGGER balances_no_delete BEFORE DELETE ON balances
BEGIN
    SELECT RAISE(ABORT, 'a balance is never deleted');
END;
