DROP INDEX clearances_in_force;
ALTER TABLE deliveries DROP COLUMN arrived;
