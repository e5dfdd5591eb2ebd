DELETE FROM holds WHERE line_id IS NOT NULL;
DROP TRIGGER balances_follow_holds;
DROP TRIGGER holds_taken;
DROP TRIGGER holds_changed;
DROP TRIGGER holds_given_back;
DROP TRIGGER holds_keep_their_lot;
ALTER TABLE holds RENAME TO holds_after;
CREATE TABLE holds (
  id TEXT NOT NULL PRIMARY KEY,
  clearance_id TEXT NOT NULL REFERENCES clearances (id),
  dose BIGINT NOT NULL CHECK (dose > 0),
  site TEXT NOT NULL,
  lot_id TEXT NOT NULL,
  units BIGINT NOT NULL CHECK (units > 0),
  held_at TIMESTAMP NOT NULL,
  UNIQUE (clearance_id, dose, lot_id),
  FOREIGN KEY (site, lot_id) REFERENCES balances (site, lot_id)
);
INSERT INTO holds (id, clearance_id, dose, site, lot_id, units, held_at)
SELECT id, clearance_id, dose, site, lot_id, units, held_at FROM holds_after;
DROP TABLE holds_after;
CREATE INDEX holds_by_lot ON holds (site, lot_id, id);
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
DROP TABLE plan_lines;
DROP TABLE plan_sites;
DROP TABLE plan_payload;
DROP TABLE plans;
DROP TABLE plan_seeds;
