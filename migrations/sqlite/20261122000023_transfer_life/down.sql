-- Before this a transfer was asked for, received or cancelled, and out of a plan: one that was asked for by
-- hand goes, what was accepted is asked for, and what is on its way is taken to have arrived.
DROP TRIGGER transfers_no_delete;
DROP TRIGGER transfer_rows_no_delete;
DROP TRIGGER transfer_rows_only_grow;
DELETE FROM holds WHERE transfer_id IS NOT NULL;
DROP TABLE transfer_movements;
DROP TABLE transfer_payload;
DELETE FROM transfer_rows WHERE transfer_id IN (SELECT id FROM transfers WHERE plan_id IS NULL);
DELETE FROM transfers WHERE plan_id IS NULL;
DROP TRIGGER balances_follow_holds;
DROP TRIGGER holds_taken;
DROP TRIGGER holds_changed;
DROP TRIGGER holds_given_back;
DROP TRIGGER holds_keep_their_lot;
ALTER TABLE holds RENAME TO holds_after;
CREATE TABLE holds (
  id TEXT NOT NULL PRIMARY KEY,                                    -- UUID
  clearance_id TEXT REFERENCES clearances (id),                    -- for which clearance; null: for a line of a plan
  dose BIGINT NOT NULL CHECK (dose > 0),                           -- for which of its doses, from 1; of a transfer, 1
  site TEXT NOT NULL,                                              -- where the units are
  lot_id TEXT NOT NULL,                                            -- of which lot
  units BIGINT NOT NULL CHECK (units > 0),                         -- how many
  held_at TIMESTAMP NOT NULL,                                      -- UTC
  line_id TEXT REFERENCES plan_lines (id),                         -- for which approved line; null: for another thing
  UNIQUE (clearance_id, dose, lot_id),
  FOREIGN KEY (site, lot_id) REFERENCES balances (site, lot_id),
  CONSTRAINT holds_for_one_thing CHECK ((clearance_id IS NULL) <> (line_id IS NULL))
);
INSERT INTO holds (id, clearance_id, dose, site, lot_id, units, held_at, line_id)
SELECT id, clearance_id, dose, site, lot_id, units, held_at, line_id FROM holds_after;
DROP TABLE holds_after;
CREATE INDEX holds_by_lot ON holds (site, lot_id, id);
CREATE UNIQUE INDEX holds_by_line ON holds (line_id, dose, site, lot_id) WHERE line_id IS NOT NULL;
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
WHEN NOT (NEW.site = OLD.site AND NEW.lot_id = OLD.lot_id AND NEW.clearance_id IS OLD.clearance_id AND NEW.line_id IS OLD.line_id)
BEGIN
    SELECT RAISE(ABORT, 'a hold keeps its lot and its clearance');
END;
CREATE TRIGGER balances_follow_holds BEFORE UPDATE ON balances
WHEN NOT (NEW.held = OLD.held OR NEW.held = (SELECT COALESCE(SUM(h.units), 0) FROM holds h WHERE h.site = NEW.site AND h.lot_id = NEW.lot_id))
BEGIN
    SELECT RAISE(ABORT, 'what is held of a lot is the sum of its holds');
END;
ALTER TABLE transfer_rows RENAME TO transfer_rows_after;
ALTER TABLE transfers RENAME TO transfers_after;
CREATE TABLE transfers (
  id TEXT NOT NULL PRIMARY KEY,
  plan_id TEXT NOT NULL REFERENCES plans (id),
  from_site TEXT NOT NULL REFERENCES sites (finess),
  to_site TEXT NOT NULL REFERENCES sites (finess),
  state TEXT NOT NULL CHECK (state IN ('asked', 'received', 'cancelled')),
  asked_at TIMESTAMP NOT NULL,
  asked_by TEXT NOT NULL,
  closed_at TIMESTAMP,
  closed_by TEXT,
  version BIGINT NOT NULL CHECK (version >= 1),
  CHECK (from_site <> to_site),
  CHECK ((state = 'asked') = (closed_at IS NULL))
);
INSERT INTO transfers (id, plan_id, from_site, to_site, state, asked_at, asked_by, closed_at, closed_by, version)
SELECT id, plan_id, from_site, to_site, CASE WHEN state = 'accepted' THEN 'asked' WHEN state IN ('sent', 'returning') THEN 'received' ELSE state END, asked_at, asked_by, CASE WHEN state IN ('sent', 'returning') THEN sent_at ELSE closed_at END, CASE WHEN state IN ('sent', 'returning') THEN sent_by ELSE closed_by END, version FROM transfers_after;
CREATE TABLE transfer_rows (
  id TEXT NOT NULL PRIMARY KEY,
  transfer_id TEXT NOT NULL REFERENCES transfers (id),
  line_id TEXT NOT NULL REFERENCES plan_lines (id),
  dose BIGINT NOT NULL CHECK (dose > 0),
  lot_id TEXT NOT NULL REFERENCES lots (id),
  units BIGINT NOT NULL CHECK (units > 0),
  state TEXT NOT NULL CHECK (state IN ('asked', 'received', 'cancelled'))
);
INSERT INTO transfer_rows (id, transfer_id, line_id, dose, lot_id, units, state)
SELECT id, transfer_id, line_id, dose, lot_id, units, CASE WHEN state = 'accepted' THEN 'asked' WHEN state IN ('sent', 'returning') THEN 'received' ELSE state END FROM transfer_rows_after;
DROP TABLE transfer_rows_after;
DROP TABLE transfers_after;
CREATE INDEX transfers_by_giver ON transfers (from_site, id);
CREATE INDEX transfers_by_receiver ON transfers (to_site, id);
CREATE INDEX transfers_by_plan ON transfers (plan_id, id);
CREATE INDEX transfer_rows_by_transfer ON transfer_rows (transfer_id, id);
CREATE INDEX transfer_rows_by_line ON transfer_rows (line_id, id);
