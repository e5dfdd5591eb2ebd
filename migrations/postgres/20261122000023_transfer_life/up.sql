-- The whole life of a transfer: asked, accepted, sent, received, and what came back or was lost on the way.
-- A plan asks for one, or a NO-GO, or somebody by hand; what is asked for by hand is held at the giver.

ALTER TABLE transfers ALTER COLUMN plan_id DROP NOT NULL;
ALTER TABLE transfers DROP CONSTRAINT transfers_state_check;
ALTER TABLE transfers DROP CONSTRAINT transfers_check1;
ALTER TABLE transfers ADD CONSTRAINT transfers_state_check CHECK (state IN ('asked', 'accepted', 'sent', 'returning', 'received', 'cancelled'));
ALTER TABLE transfers ADD COLUMN purpose TEXT NOT NULL DEFAULT 'plan' CHECK (purpose IN ('plan', 'clearance', 'free'));  -- what it is for: a line of a plan, a NO-GO, or as somebody asked
ALTER TABLE transfers ADD COLUMN clearance_id TEXT REFERENCES clearances (id);  -- the NO-GO that it is to turn; null: for none
ALTER TABLE transfers ADD COLUMN legal_basis TEXT CHECK (legal_basis IN ('ars-authorisation', 'imperative-need'));  -- by what right: CSP, art. L5126-8; null: not told yet, or closed before it was asked for
ALTER TABLE transfers ADD COLUMN legal_reference TEXT;  -- reference of the authorisation; null: an imperative need
ALTER TABLE transfers ADD COLUMN ars_told_at TIMESTAMP;  -- UTC; when the ARS was told of the imperative need; null: it authorised
ALTER TABLE transfers ADD COLUMN accepted_at TIMESTAMP;  -- UTC; when the giver accepted, as told
ALTER TABLE transfers ADD COLUMN accepted_by TEXT;  -- id of the token that accepted
ALTER TABLE transfers ADD COLUMN fmd_state TEXT CHECK (fmd_state IN ('not-decommissioned', 'decommissioned'));  -- whether the unique identifiers of the packs were decommissioned at the giver
ALTER TABLE transfers ADD COLUMN fmd_decommissioned_at TIMESTAMP;  -- UTC; when they were
ALTER TABLE transfers ADD COLUMN cold_chain_sent BOOLEAN;  -- whether the giver confirmed 2 to 8 degrees when it left
ALTER TABLE transfers ADD COLUMN sent_at TIMESTAMP;  -- UTC; when it left, as told
ALTER TABLE transfers ADD COLUMN sent_by TEXT;  -- id of the token that sent it
ALTER TABLE transfers ADD COLUMN cold_chain_kept BOOLEAN;  -- whether the receiver confirmed 2 to 8 degrees at every arrival
ALTER TABLE transfers ADD COLUMN received_at TIMESTAMP;  -- UTC; when the last of it arrived, as told
ALTER TABLE transfers ADD COLUMN received_by TEXT;  -- id of the token that received it
ALTER TABLE transfers ADD COLUMN returned_at TIMESTAMP;  -- UTC; when the last of what was refused came back, as told
ALTER TABLE transfers ADD COLUMN returned_by TEXT;  -- id of the token that took it back
ALTER TABLE transfers ADD COLUMN closed_as TEXT CHECK (closed_as IN ('declined', 'cancelled', 'line-ended', 'units-lost'));  -- why it was cancelled; null: it was not, or before this was kept
ALTER TABLE transfers ALTER COLUMN purpose DROP DEFAULT;
ALTER TABLE transfers ADD CONSTRAINT transfers_closed CHECK ((state IN ('received', 'cancelled')) = (closed_at IS NOT NULL));
ALTER TABLE transfers ADD CONSTRAINT transfers_purpose CHECK (CASE purpose WHEN 'plan' THEN plan_id IS NOT NULL AND clearance_id IS NULL WHEN 'clearance' THEN plan_id IS NULL AND clearance_id IS NOT NULL ELSE plan_id IS NULL AND clearance_id IS NULL END);
ALTER TABLE transfers ADD CONSTRAINT transfers_legal CHECK (CASE WHEN legal_basis IS NULL THEN legal_reference IS NULL AND ars_told_at IS NULL WHEN legal_basis = 'ars-authorisation' THEN legal_reference IS NOT NULL AND ars_told_at IS NULL ELSE legal_reference IS NULL AND ars_told_at IS NOT NULL END);
ALTER TABLE transfers ADD CONSTRAINT transfers_fmd CHECK ((fmd_state IS NOT NULL AND fmd_state = 'decommissioned') = (fmd_decommissioned_at IS NOT NULL));
ALTER TABLE transfers ADD CONSTRAINT transfers_accepted CHECK (state NOT IN ('accepted', 'sent', 'returning') OR (legal_basis IS NOT NULL AND accepted_at IS NOT NULL));
ALTER TABLE transfers ADD CONSTRAINT transfers_sent CHECK (state NOT IN ('sent', 'returning') OR (sent_at IS NOT NULL AND fmd_state IS NOT NULL AND cold_chain_sent));

ALTER TABLE transfer_rows ALTER COLUMN line_id DROP NOT NULL;
ALTER TABLE transfer_rows ALTER COLUMN dose DROP NOT NULL;
ALTER TABLE transfer_rows DROP CONSTRAINT transfer_rows_state_check;
ALTER TABLE transfer_rows ADD CONSTRAINT transfer_rows_state_check CHECK (state IN ('asked', 'accepted', 'sent', 'returning', 'received', 'cancelled'));
ALTER TABLE transfer_rows ADD COLUMN sent BIGINT NOT NULL DEFAULT 0;  -- units that left the giver
ALTER TABLE transfer_rows ADD COLUMN received BIGINT NOT NULL DEFAULT 0;  -- of them, units that arrived and may be used
ALTER TABLE transfer_rows ADD COLUMN quarantined BIGINT NOT NULL DEFAULT 0;  -- units that arrived and were set apart
ALTER TABLE transfer_rows ADD COLUMN refused BIGINT NOT NULL DEFAULT 0;  -- units that the receiver refused at the door
ALTER TABLE transfer_rows ADD COLUMN lost BIGINT NOT NULL DEFAULT 0;  -- units lost on the way there
ALTER TABLE transfer_rows ADD COLUMN returned BIGINT NOT NULL DEFAULT 0;  -- of the refused, units that are back at the giver
ALTER TABLE transfer_rows ADD COLUMN lost_back BIGINT NOT NULL DEFAULT 0;  -- of the refused, units lost on the way back
ALTER TABLE transfer_rows ADD COLUMN lost_reason TEXT CHECK (lost_reason IN ('breakage', 'expiry', 'cold-chain', 'theft', 'missing'));  -- how units were lost
UPDATE transfer_rows SET sent = units, received = units WHERE state = 'received';
ALTER TABLE transfer_rows ADD CONSTRAINT transfer_rows_line CHECK ((line_id IS NULL) = (dose IS NULL));
ALTER TABLE transfer_rows ADD CONSTRAINT transfer_rows_lost CHECK ((lost + lost_back > 0) = (lost_reason IS NOT NULL));
ALTER TABLE transfer_rows ADD CONSTRAINT transfer_rows_add_up CHECK (sent >= 0 AND received >= 0 AND quarantined >= 0 AND refused >= 0 AND lost >= 0 AND returned >= 0 AND lost_back >= 0
    AND received + quarantined + refused + lost <= sent AND returned + lost_back <= refused
    AND CASE state
        WHEN 'sent' THEN received + quarantined + refused + lost < sent
        WHEN 'returning' THEN received + quarantined + refused + lost = sent AND returned + lost_back < refused
        WHEN 'received' THEN sent > 0 AND sent = received + quarantined + lost + returned + lost_back
        ELSE sent = 0
    END);
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
ALTER TABLE holds ADD COLUMN transfer_id TEXT REFERENCES transfers (id);  -- for which transfer that was asked for by hand; null: for another thing
ALTER TABLE holds DROP CONSTRAINT holds_for_one_thing;
ALTER TABLE holds ADD CONSTRAINT holds_for_one_thing CHECK ((CASE WHEN clearance_id IS NULL THEN 0 ELSE 1 END) + (CASE WHEN line_id IS NULL THEN 0 ELSE 1 END) + (CASE WHEN transfer_id IS NULL THEN 0 ELSE 1 END) = 1);
CREATE UNIQUE INDEX holds_by_transfer ON holds (transfer_id, site, lot_id) WHERE transfer_id IS NOT NULL;
CREATE OR REPLACE FUNCTION holds_keep_their_lot() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT (NEW.site = OLD.site AND NEW.lot_id = OLD.lot_id AND NEW.clearance_id IS NOT DISTINCT FROM OLD.clearance_id AND NEW.line_id IS NOT DISTINCT FROM OLD.line_id AND NEW.transfer_id IS NOT DISTINCT FROM OLD.transfer_id) THEN
        RAISE EXCEPTION 'a hold keeps its lot and its clearance' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;

CREATE FUNCTION transfers_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'a transfer is never deleted' USING ERRCODE = 'check_violation';
END $$;
CREATE TRIGGER transfers_no_delete BEFORE DELETE ON transfers
    FOR EACH ROW EXECUTE FUNCTION transfers_refuse();
CREATE TRIGGER transfer_rows_no_delete BEFORE DELETE ON transfer_rows
    FOR EACH ROW EXECUTE FUNCTION transfers_refuse();
CREATE FUNCTION transfer_rows_only_grow() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT (NEW.transfer_id = OLD.transfer_id AND NEW.lot_id = OLD.lot_id AND NEW.sent >= OLD.sent AND NEW.received >= OLD.received AND NEW.quarantined >= OLD.quarantined AND NEW.refused >= OLD.refused AND NEW.lost >= OLD.lost AND NEW.returned >= OLD.returned AND NEW.lost_back >= OLD.lost_back AND (OLD.sent = 0 OR NEW.sent = OLD.sent)) THEN
        RAISE EXCEPTION 'what left, arrived or was lost with a transfer is never taken back' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER transfer_rows_only_grow BEFORE UPDATE ON transfer_rows
    FOR EACH ROW EXECUTE FUNCTION transfer_rows_only_grow();
