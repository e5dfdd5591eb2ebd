-- Plans: what they were made from, what they decided, and what became of each line.

CREATE TABLE plan_seeds (
    network TEXT NOT NULL,                   -- short name of a network; * for plans of several networks
    day DATE NOT NULL,                       -- the planning day
    seed TEXT NOT NULL,                      -- drawn once, from the system's randomness; fixes the order between equals
    drawn_at TIMESTAMP NOT NULL,             -- UTC
    PRIMARY KEY (network, day)
);

CREATE TABLE plans (
    id TEXT NOT NULL PRIMARY KEY,            -- UUID
    network TEXT NOT NULL,                   -- whose seed it was drawn by: see plan_seeds
    day DATE NOT NULL,                       -- the day of the plan
    rulebook TEXT NOT NULL,                  -- by which rulebook
    rulebook_hash TEXT NOT NULL CHECK (length(rulebook_hash) = 64),  -- SHA-256 of its file, hexadecimal
    transfers TEXT NOT NULL CHECK (transfers IN ('none', 'network', 'all')),  -- which sites share their stock
    case_sha256 TEXT NOT NULL CHECK (length(case_sha256) = 64),    -- SHA-256 of the frozen case, hexadecimal
    made_at TIMESTAMP NOT NULL,              -- UTC; when its inputs were frozen
    made_by TEXT NOT NULL,                   -- id of the token that asked for it
    version BIGINT NOT NULL CHECK (version >= 1)                   -- counts the approvals, for If-Match
);

CREATE TABLE plan_payload (
    plan_id TEXT NOT NULL PRIMARY KEY REFERENCES plans (id),       -- of which plan; the row is deleted when it is erased
    frozen TEXT NOT NULL,                    -- the case it was made from, in its canonical form
    answer_fr TEXT NOT NULL,                 -- the plan, with reasons in French
    answer_en TEXT NOT NULL                  -- the plan, with reasons in English
);

CREATE TABLE plan_sites (
    plan_id TEXT NOT NULL REFERENCES plans (id),                   -- the plan
    site TEXT NOT NULL REFERENCES sites (finess),                  -- a site that it covers
    PRIMARY KEY (plan_id, site)
);
CREATE INDEX plan_sites_by_site ON plan_sites (site, plan_id);

CREATE TABLE plan_lines (
    id TEXT NOT NULL PRIMARY KEY,            -- UUID
    plan_id TEXT NOT NULL REFERENCES plans (id),                   -- of which plan
    place BIGINT NOT NULL CHECK (place >= 0),                      -- its place in the plan's decisions, from 0
    name TEXT NOT NULL,                      -- the decision's id in the plan
    kind TEXT NOT NULL CHECK (kind IN ('request', 'reserve')),     -- what it is for
    site TEXT NOT NULL REFERENCES sites (finess),                  -- whose patient or reserve it serves
    class TEXT,                              -- class of the ranking; null: unranked
    rank BIGINT,                             -- place in the plan's order, from 1; null: unranked
    status TEXT NOT NULL CHECK (status IN ('granted', 'deferred', 'refused', 'blocked', 'out-of-horizon')),  -- what was decided
    reason_code TEXT NOT NULL,               -- why, as a stable code
    above_reserve BOOLEAN NOT NULL,          -- whether it ranks above reserves, which then do not hold it back
    request_id TEXT REFERENCES requests (id),                      -- the request it answers; null: a reserve
    request_version BIGINT,                  -- the version of the request that was planned
    state TEXT CHECK (state IN ('planned', 'approved', 'left-out', 'refused', 'served', 'expired', 'broken', 'released')),  -- what became of a granted line; null: not granted
    why TEXT,                                -- why it was left out, refused, broken or released
    decided_at TIMESTAMP,                    -- UTC; when its state was last decided
    decided_by TEXT,                         -- id of the token that decided it
    expires_at TIMESTAMP,                    -- UTC; until when its units are held
    UNIQUE (plan_id, place),
    CHECK ((status = 'granted') = (state IS NOT NULL)),
    CHECK ((request_id IS NULL) = (request_version IS NULL)),
    CHECK ((kind = 'request') = (request_id IS NOT NULL))
);
CREATE INDEX plan_lines_by_request ON plan_lines (request_id, id);
CREATE UNIQUE INDEX plan_lines_one_approved ON plan_lines (request_id) WHERE state = 'approved' AND request_id IS NOT NULL;
CREATE INDEX plan_lines_expiring ON plan_lines (expires_at, id) WHERE state = 'approved';

-- Units are held for a clearance or for an approved line of a plan.
ALTER TABLE holds ALTER COLUMN clearance_id DROP NOT NULL;
ALTER TABLE holds ADD COLUMN line_id TEXT REFERENCES plan_lines (id);  -- for which approved line; null: for a clearance
ALTER TABLE holds ADD CONSTRAINT holds_for_one_thing CHECK ((clearance_id IS NULL) <> (line_id IS NULL));
CREATE UNIQUE INDEX holds_by_line ON holds (line_id, dose, site, lot_id) WHERE line_id IS NOT NULL;
CREATE OR REPLACE FUNCTION holds_keep_their_lot() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT (NEW.site = OLD.site AND NEW.lot_id = OLD.lot_id AND NEW.clearance_id IS NOT DISTINCT FROM OLD.clearance_id AND NEW.line_id IS NOT DISTINCT FROM OLD.line_id) THEN
        RAISE EXCEPTION 'a hold keeps its lot and its clearance' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE FUNCTION plan_payload_no_update() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'what a plan was made from is never changed' USING ERRCODE = 'check_violation';
END $$;
CREATE TRIGGER plan_payload_no_update BEFORE UPDATE ON plan_payload
    FOR EACH ROW EXECUTE FUNCTION plan_payload_no_update();
