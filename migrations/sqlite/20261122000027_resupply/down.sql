DROP INDEX audit_of_delivery;
ALTER TABLE sites DROP COLUMN resupply_assured;
