DROP INDEX sessions_by_identity;
DELETE FROM sessions WHERE identity_id IS NOT NULL;
ALTER TABLE sessions DROP COLUMN factor_outside;
ALTER TABLE sessions DROP COLUMN identity_id;
