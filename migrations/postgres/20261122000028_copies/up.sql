-- Safety copies: when the last good one was made, and whether somebody was told that it is too old.

CREATE TABLE copies (
    name TEXT NOT NULL PRIMARY KEY CHECK (name = 'backup'),        -- what the row is about; there is one row, or none while no copy was ever expected
    watched_from TIMESTAMP NOT NULL,         -- UTC; since when copies are expected: none is too old before that
    good_at TIMESTAMP,                       -- UTC; the moment that the last good copy shows; null: there is none
    good_file TEXT,                          -- name of its file, without the folder; null: there is none
    good_bytes BIGINT CHECK (good_bytes >= 0),                     -- its size in bytes; null: there is none
    tried_at TIMESTAMP,                      -- UTC; when a copy was last tried; null: never
    failures BIGINT NOT NULL CHECK (failures >= 0),                -- tries that failed since the last good copy
    failed_because TEXT,                     -- why the last of them failed; null: none did
    late_from TIMESTAMP,                     -- UTC; since when it has been told that the last good copy is too old; null: it is not
    CHECK ((good_at IS NULL) = (good_file IS NULL) AND (good_at IS NULL) = (good_bytes IS NULL)),
    CHECK ((failures = 0) = (failed_because IS NULL))
);
