DELETE FROM holds WHERE line_id IS NOT NULL;
DROP INDEX holds_by_line;
ALTER TABLE holds DROP CONSTRAINT holds_for_one_thing;
ALTER TABLE holds DROP COLUMN line_id;
ALTER TABLE holds ALTER COLUMN clearance_id SET NOT NULL;
CREATE OR REPLACE FUNCTION holds_keep_their_lot() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT (NEW.site = OLD.site AND NEW.lot_id = OLD.lot_id AND NEW.clearance_id = OLD.clearance_id) THEN
        RAISE EXCEPTION 'a hold keeps its lot and its clearance' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
DROP TABLE plan_lines;
DROP TABLE plan_sites;
DROP TABLE plan_payload;
DROP FUNCTION plan_payload_no_update();
DROP TABLE plans;
DROP TABLE plan_seeds;
