-- The table is made anew: SQLite drops no column that refers to another table.

DROP INDEX sessions_by_identity;
DROP INDEX sessions_by_person;
ALTER TABLE sessions RENAME TO sessions_before;
CREATE TABLE sessions (
  id TEXT NOT NULL PRIMARY KEY,            -- UUID, by which it is listed and ended
  hash TEXT NOT NULL UNIQUE CHECK (length(hash) = 64),           -- SHA-256 of what the cookie holds, hexadecimal
  person_id TEXT NOT NULL REFERENCES people (id),                -- whose
  stage TEXT NOT NULL CHECK (stage IN ('second-factor', 'enrolment', 'full')),   -- what is still wanted; full: nothing, it lets in
  created_at TIMESTAMP NOT NULL,           -- UTC; when they signed in
  seen_at TIMESTAMP NOT NULL,              -- UTC; when it was last used, to the minute
  expires_at TIMESTAMP NOT NULL,           -- UTC; when it ends however much it is used
  wrong BIGINT NOT NULL CHECK (wrong >= 0),                      -- how many wrong codes were tried at this stage
  agent TEXT NOT NULL                      -- what the browser calls itself, for its owner to recognise
);
INSERT INTO sessions SELECT id, hash, person_id, stage, created_at, seen_at, expires_at, wrong, agent FROM sessions_before WHERE identity_id IS NULL;
DROP TABLE sessions_before;
CREATE INDEX sessions_by_person ON sessions (person_id, id);
