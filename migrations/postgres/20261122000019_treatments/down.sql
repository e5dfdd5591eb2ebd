DROP TABLE treatment_payload;
DROP TABLE treatments;
DROP FUNCTION treatments_refuse();
