-- What a pharmacist wants to hear of in good time: minimums of their own, and how far ahead is looked.

ALTER TABLE sites ADD COLUMN
    expiry_notice_days BIGINT NOT NULL DEFAULT 60 CHECK (expiry_notice_days BETWEEN 0 AND 365); -- days; usable units that expire within so many are heard of
ALTER TABLE sites ADD COLUMN
    forecast_days BIGINT NOT NULL DEFAULT 14 CHECK (forecast_days BETWEEN 1 AND 90);            -- days; how far ahead a breach of the reserve is looked for

CREATE TABLE thresholds (
    site TEXT NOT NULL REFERENCES sites (finess),                  -- whose minimum it is
    subject TEXT NOT NULL,                   -- what of: a CIP13, or the name of a rulebook, a colon and a route
    minimum_units BIGINT CHECK (minimum_units > 0),                -- of a presentation, free units in date; null: it is of a route
    minimum_mg BIGINT CHECK (minimum_mg > 0),                      -- of a route, whole milligrams free and in date; null: it is of a presentation
    version BIGINT NOT NULL CHECK (version >= 1),                  -- counts its edits, for If-Match
    set_at TIMESTAMP NOT NULL,               -- UTC; when it was last set
    set_by TEXT NOT NULL,                    -- id of the token that set it
    PRIMARY KEY (site, subject),
    CHECK ((minimum_units IS NULL) <> (minimum_mg IS NULL))
);
