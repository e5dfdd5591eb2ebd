DROP INDEX patient_payload_by_day;
DROP INDEX clearances_in_force;
ALTER TABLE deliveries DROP COLUMN arrived;
