-- The whole life of a transfer: asked, accepted, sent, received, and what came back or was lost on the way.
-- A plan asks for one, or a NO-GO, or somebody by hand; what is asked for by hand is held at the giver.

-- The tables are made anew: SQLite changes no constraint.
ALTER TABLE transfer_rows RENAME TO transfer_rows_before;
ALTER TABLE transfers RENAME TO transfers_before;
CREATE TABLE transfers (
  id TEXT NOT NULL PRIMARY KEY,                                    -- UUID
  plan_id TEXT REFERENCES plans (id),                              -- out of which plan; null: asked for by hand
  from_site TEXT NOT NULL REFERENCES sites (finess),               -- who gives
  to_site TEXT NOT NULL REFERENCES sites (finess),                 -- who receives
  state TEXT NOT NULL CHECK (state IN ('asked', 'accepted', 'sent', 'returning', 'received', 'cancelled')),  -- returning: what the receiver refused is on its way back
  asked_at TIMESTAMP NOT NULL,                                     -- UTC
  asked_by TEXT NOT NULL,                                          -- id of the token that approved the plan, or asked
  closed_at TIMESTAMP,                                             -- UTC; when all of it was accounted for, or it was cancelled
  closed_by TEXT,                                                  -- id of the token that closed it
  version BIGINT NOT NULL CHECK (version >= 1),                    -- counts its edits, for If-Match
  purpose TEXT NOT NULL CHECK (purpose IN ('plan', 'clearance', 'free')),  -- what it is for: a line of a plan, a NO-GO, or as somebody asked
  clearance_id TEXT REFERENCES clearances (id),                    -- the NO-GO that it is to turn; null: for none
  legal_basis TEXT CHECK (legal_basis IN ('ars-authorisation', 'imperative-need')),  -- by what right: CSP, art. L5126-8; null: not told yet, or closed before it was asked for
  legal_reference TEXT,                                            -- reference of the authorisation; null: an imperative need
  ars_told_at TIMESTAMP,                                           -- UTC; when the ARS was told of the imperative need; null: it authorised
  accepted_at TIMESTAMP,                                           -- UTC; when the giver accepted, as told
  accepted_by TEXT,                                                -- id of the token that accepted
  fmd_state TEXT CHECK (fmd_state IN ('not-decommissioned', 'decommissioned')),  -- whether the unique identifiers of the packs were decommissioned at the giver
  fmd_decommissioned_at TIMESTAMP,                                 -- UTC; when they were
  cold_chain_sent BOOLEAN,                                         -- whether the giver confirmed 2 to 8 degrees when it left
  sent_at TIMESTAMP,                                               -- UTC; when it left, as told
  sent_by TEXT,                                                    -- id of the token that sent it
  cold_chain_kept BOOLEAN,                                         -- whether the receiver confirmed 2 to 8 degrees at every arrival
  received_at TIMESTAMP,                                           -- UTC; when the last of it arrived, as told
  received_by TEXT,                                                -- id of the token that received it
  returned_at TIMESTAMP,                                           -- UTC; when the last of what was refused came back, as told
  returned_by TEXT,                                                -- id of the token that took it back
  closed_as TEXT CHECK (closed_as IN ('declined', 'cancelled', 'line-ended', 'units-lost')),  -- why it was cancelled; null: it was not, or before this was kept
  CHECK (from_site <> to_site),
  CONSTRAINT transfers_closed CHECK ((state IN ('received', 'cancelled')) = (closed_at IS NOT NULL)),
  CONSTRAINT transfers_purpose CHECK (CASE purpose WHEN 'plan' THEN plan_id IS NOT NULL AND clearance_id IS NULL WHEN 'clearance' THEN plan_id IS NULL AND clearance_id IS NOT NULL ELSE plan_id IS NULL AND clearance_id IS NULL END),
  CONSTRAINT transfers_legal CHECK (CASE WHEN legal_basis IS NULL THEN legal_reference IS NULL AND ars_told_at IS NULL WHEN legal_basis = 'ars-authorisation' THEN legal_reference IS NOT NULL AND ars_told_at IS NULL ELSE legal_reference IS NULL AND ars_told_at IS NOT NULL END),
  CONSTRAINT transfers_fmd CHECK ((fmd_state IS NOT NULL AND fmd_state = 'decommissioned') = (fmd_decommissioned_at IS NOT NULL)),
  CONSTRAINT transfers_accepted CHECK (state NOT IN ('accepted', 'sent', 'returning') OR (legal_basis IS NOT NULL AND accepted_at IS NOT NULL)),
  CONSTRAINT transfers_sent CHECK (state NOT IN ('sent', 'returning') OR (sent_at IS NOT NULL AND fmd_state IS NOT NULL AND cold_chain_sent))
);
INSERT INTO transfers (id, plan_id, from_site, to_site, state, asked_at, asked_by, closed_at, closed_by, version, purpose)
SELECT id, plan_id, from_site, to_site, state, asked_at, asked_by, closed_at, closed_by, version, 'plan' FROM transfers_before;
CREATE TABLE transfer_rows (
  id TEXT NOT NULL PRIMARY KEY,                                    -- UUID
  transfer_id TEXT NOT NULL REFERENCES transfers (id),             -- of which transfer
  line_id TEXT REFERENCES plan_lines (id),                         -- for which line of a plan; null: for none
  dose BIGINT CHECK (dose > 0),                                    -- for which of its doses, from 1
  lot_id TEXT NOT NULL REFERENCES lots (id),                       -- of which lot
  units BIGINT NOT NULL CHECK (units > 0),                         -- how many are asked for
  state TEXT NOT NULL CHECK (state IN ('asked', 'accepted', 'sent', 'returning', 'received', 'cancelled')),  -- a row may be cancelled before its transfer
  sent BIGINT NOT NULL DEFAULT 0,                                  -- units that left the giver
  received BIGINT NOT NULL DEFAULT 0,                              -- of them, units that arrived and may be used
  quarantined BIGINT NOT NULL DEFAULT 0,                           -- units that arrived and were set apart
  refused BIGINT NOT NULL DEFAULT 0,                               -- units that the receiver refused at the door
  lost BIGINT NOT NULL DEFAULT 0,                                  -- units lost on the way there
  returned BIGINT NOT NULL DEFAULT 0,                              -- of the refused, units that are back at the giver
  lost_back BIGINT NOT NULL DEFAULT 0,                             -- of the refused, units lost on the way back
  lost_reason TEXT CHECK (lost_reason IN ('breakage', 'expiry', 'cold-chain', 'theft', 'missing')),  -- how units were lost
  CONSTRAINT transfer_rows_line CHECK ((line_id IS NULL) = (dose IS NULL)),
  CONSTRAINT transfer_rows_lost CHECK ((lost + lost_back > 0) = (lost_reason IS NOT NULL)),
  CONSTRAINT transfer_rows_add_up CHECK (sent >= 0 AND received >= 0 AND quarantined >= 0 AND refused >= 0 AND lost >= 0 AND returned >= 0 AND lost_back >= 0
    AND received + quarantined + refused + lost <= sent AND returned + lost_back <= refused
    AND CASE state
        WHEN 'sent' THEN received + quarantined + refused + lost < sent
        WHEN 'returning' THEN received + quarantined + refused + lost = sent AND returned + lost_back < refused
        WHEN 'received' THEN sent > 0 AND sent = received + quarantined + lost + returned + lost_back
        ELSE sent = 0
    END)
);
INSERT INTO transfer_rows (id, transfer_id, line_id, dose, lot_id, units, state, sent, received)
SELECT id, transfer_id, line_id, dose, lot_id, units, state, CASE state WHEN 'received' THEN units ELSE 0 END, CASE state WHEN 'received' THEN units ELSE 0 END FROM transfer_rows_before;
DROP TABLE transfer_rows_before;
DROP TABLE transfers_before;
CREATE INDEX transfers_by_giver ON transfers (from_site, id);
CREATE INDEX transfers_by_receiver ON transfers (to_site, id);
CREATE INDEX transfers_by_plan ON transfers (plan_id, id);
CREATE INDEX transfer_rows_by_transfer ON transfer_rows (transfer_id, id);
CREATE INDEX transfer_rows_by_line ON transfer_rows (line_id, id);
CREATE INDEX transfers_by_clearance ON transfers (clearance_id, id);
CREATE INDEX transfer_rows_on_the_way ON transfer_rows (lot_id, id) WHERE state IN ('sent', 'returning');

CREATE TABLE transfer_payload (
    transfer_id TEXT NOT NULL PRIMARY KEY REFERENCES transfers (id),  -- of which transfer; the row is deleted when it is erased
    asked_words TEXT,                        -- why it was asked for, in somebody's words
    closed_words TEXT,                       -- why it was declined or cancelled, in somebody's words
    received_words TEXT                      -- what was said of a difference, or of what came back
);

CREATE TABLE transfer_movements (
    movement_id TEXT NOT NULL PRIMARY KEY REFERENCES movements (id),  -- a movement by which units left, arrived or came back
    transfer_id TEXT NOT NULL REFERENCES transfers (id)            -- with which transfer
);
CREATE INDEX transfer_movements_by_transfer ON transfer_movements (transfer_id, movement_id);

-- Units are held for a clearance, for an approved line of a plan, or for a transfer.
DROP TRIGGER balances_follow_holds;
DROP TRIGGER holds_taken;
DROP TRIGGER holds_changed;
DROP TRIGGER holds_given_back;
DROP TRIGGER holds_keep_their_lot;
ALTER TABLE holds RENAME TO holds_before;
CREATE TABLE holds (
  id TEXT NOT NULL PRIMARY KEY,                                    -- UUID
  clearance_id TEXT REFERENCES clearances (id),                    -- for which clearance; null: for a line or a transfer
  dose BIGINT NOT NULL CHECK (dose > 0),                           -- for which of its doses, from 1; of a transfer, 1
  site TEXT NOT NULL,                                              -- where the units are
  lot_id TEXT NOT NULL,                                            -- of which lot
  units BIGINT NOT NULL CHECK (units > 0),                         -- how many
  held_at TIMESTAMP NOT NULL,                                      -- UTC
  line_id TEXT REFERENCES plan_lines (id),                         -- for which approved line; null: for another thing
  transfer_id TEXT REFERENCES transfers (id),                      -- for which transfer that was asked for by hand; null: for another thing
  UNIQUE (clearance_id, dose, lot_id),
  FOREIGN KEY (site, lot_id) REFERENCES balances (site, lot_id),
  CONSTRAINT holds_for_one_thing CHECK ((CASE WHEN clearance_id IS NULL THEN 0 ELSE 1 END) + (CASE WHEN line_id IS NULL THEN 0 ELSE 1 END) + (CASE WHEN transfer_id IS NULL THEN 0 ELSE 1 END) = 1)
);
INSERT INTO holds (id, clearance_id, dose, site, lot_id, units, held_at, line_id)
SELECT id, clearance_id, dose, site, lot_id, units, held_at, line_id FROM holds_before;
DROP TABLE holds_before;
CREATE INDEX holds_by_lot ON holds (site, lot_id, id);
CREATE UNIQUE INDEX holds_by_line ON holds (line_id, dose, site, lot_id) WHERE line_id IS NOT NULL;
CREATE UNIQUE INDEX holds_by_transfer ON holds (transfer_id, site, lot_id) WHERE transfer_id IS NOT NULL;
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
WHEN NOT (NEW.site = OLD.site AND NEW.lot_id = OLD.lot_id AND NEW.clearance_id IS OLD.clearance_id AND NEW.line_id IS OLD.line_id AND NEW.transfer_id IS OLD.transfer_id)
BEGIN
    SELECT RAISE(ABORT, 'a hold keeps its lot and its clearance');
END;
CREATE TRIGGER balances_follow_holds BEFORE UPDATE ON balances
WHEN NOT (NEW.held = OLD.held OR NEW.held = (SELECT COALESCE(SUM(h.units), 0) FROM holds h WHERE h.site = NEW.site AND h.lot_id = NEW.lot_id))
BEGIN
    SELECT RAISE(ABORT, 'what is held of a lot is the sum of its holds');
END;

CREATE TRIGGER transfers_no_delete BEFORE DELETE ON transfers
BEGIN
    SELECT RAISE(ABORT, 'a transfer is never deleted');
END;
CREATE TRIGGER transfer_rows_no_delete BEFORE DELETE ON transfer_rows
BEGIN
    SELECT RAISE(ABORT, 'a transfer is never deleted');
END;
CREATE TRIGGER transfer_rows_only_grow BEFORE UPDATE ON transfer_rows
WHEN NOT (NEW.transfer_id = OLD.transfer_id AND NEW.lot_id = OLD.lot_id AND NEW.sent >= OLD.sent AND NEW.received >= OLD.received AND NEW.quarantined >= OLD.quarantined AND NEW.refused >= OLD.refused AND NEW.lost >= OLD.lost AND NEW.returned >= OLD.returned AND NEW.lost_back >= OLD.lost_back AND (OLD.sent = 0 OR NEW.sent = OLD.sent))
BEGIN
    SELECT RAISE(ABORT, 'what left, arrived or was lost with a transfer is never taken back');
END;
