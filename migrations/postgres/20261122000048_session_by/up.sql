-- A session says by which identity it was opened, so that it ends with it.

ALTER TABLE sessions ADD COLUMN
    identity_id TEXT; -- by which identity they signed in, of those that are never deleted; null: by a password
ALTER TABLE sessions ADD COLUMN
    factor_outside BOOLEAN NOT NULL DEFAULT FALSE; -- whether the second factor was shown to the provider
CREATE INDEX sessions_by_identity ON sessions (identity_id) WHERE identity_id IS NOT NULL;
