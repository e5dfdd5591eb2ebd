-- Lots that are recalled: no unit of one may be used at any site while its recall stands.

CREATE TABLE recalls (
    id TEXT NOT NULL PRIMARY KEY,            -- UUID, ordered by time
    cip13 TEXT NOT NULL REFERENCES presentations (cip13),          -- of which presentation
    lot TEXT NOT NULL CHECK (length(lot) BETWEEN 1 AND 20),        -- batch number: every expiry of it is recalled
    reason TEXT NOT NULL,                    -- why, in words; it is about a medicine and about no patient
    reference TEXT,                          -- the document that says so: of the agency, of the manufacturer
    started_at TIMESTAMP NOT NULL,           -- UTC
    started_by TEXT NOT NULL,                -- id of the token that started it
    lifted_at TIMESTAMP,                     -- UTC; null: it stands
    lifted_by TEXT,                          -- id of the token that lifted it
    lift_reason TEXT,                        -- why it was lifted, in words
    CHECK ((lifted_at IS NULL) = (lifted_by IS NULL)),
    CHECK ((lifted_at IS NULL) = (lift_reason IS NULL))
);
CREATE INDEX recalls_standing ON recalls (cip13, lot, id) WHERE lifted_at IS NULL;

CREATE TABLE recall_sites (
    recall_id TEXT NOT NULL REFERENCES recalls (id),               -- which recall
    site TEXT NOT NULL REFERENCES sites (finess),                  -- a site that had units of the lot on its shelf, or had dispensed some
    set_apart BIGINT NOT NULL CHECK (set_apart >= 0),              -- usable units that it set apart there, when it began or they arrived
    stood BIGINT NOT NULL CHECK (stood >= 0),                      -- units that were in quarantine there when it began
    dispensed BIGINT NOT NULL CHECK (dispensed >= 0),              -- units that were dispensed there and had not come back, when it began
    dealt_at TIMESTAMP,                      -- UTC; when the site's pharmacist said that it is dealt with there; null: not yet
    dealt_by TEXT,                           -- id of the token that said so
    dealt_note TEXT,                         -- what was done, in words; about units and about no patient
    PRIMARY KEY (recall_id, site),
    CHECK ((dealt_at IS NULL) = (dealt_by IS NULL)),
    CHECK ((dealt_at IS NULL) = (dealt_note IS NULL))
);
