DROP INDEX tokens_by_old_hash;
ALTER TABLE tokens DROP COLUMN old_until;
ALTER TABLE tokens DROP COLUMN old_hash;
ALTER TABLE tokens DROP COLUMN used_at;
ALTER TABLE tokens DROP COLUMN scope;
