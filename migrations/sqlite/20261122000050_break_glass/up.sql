-- Who broke the glass: took access to a site that is not theirs, for a while and a stated reason.

CREATE TABLE breakings (
    id TEXT NOT NULL PRIMARY KEY,            -- UUID
    person_id TEXT NOT NULL REFERENCES people (id),                -- who
    role TEXT NOT NULL CHECK (role IN ('pharmacist', 'car-t-unit', 'prescriber')), -- in which of their roles
    site TEXT NOT NULL REFERENCES sites (finess),                  -- where
    reason TEXT NOT NULL CHECK (length(reason) BETWEEN 1 AND 500), -- why, in their words
    broken_at TIMESTAMP NOT NULL,            -- UTC; since when
    until TIMESTAMP NOT NULL,                -- UTC; until when at the latest
    ended_at TIMESTAMP,                      -- UTC; when somebody ended it before; null: nobody did
    ended_by TEXT,                           -- who ended it; null: nobody did
    CHECK (until > broken_at),
    CHECK ((ended_at IS NULL) = (ended_by IS NULL))
);
CREATE INDEX breakings_by_person ON breakings (person_id, until);
CREATE INDEX breakings_by_site ON breakings (site, id);
