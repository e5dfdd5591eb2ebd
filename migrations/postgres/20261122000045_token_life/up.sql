-- Tokens for machines: what they are for, when they were last used, and the secret that a rotation leaves good for a while.

ALTER TABLE tokens ADD COLUMN scope TEXT NOT NULL DEFAULT 'all';   -- what of its role it may do: all, read-only, or codes of actions with commas between
ALTER TABLE tokens ADD COLUMN used_at TIMESTAMP;                   -- UTC; when it was last used, to the minute; null: never
ALTER TABLE tokens ADD COLUMN old_hash TEXT CHECK (length(old_hash) = 64);     -- SHA-256 of the secret before the last rotation, hexadecimal; null: there was none
ALTER TABLE tokens ADD COLUMN old_until TIMESTAMP;                 -- UTC; until when that secret is good; null: there is none
CREATE UNIQUE INDEX tokens_by_old_hash ON tokens (old_hash);
