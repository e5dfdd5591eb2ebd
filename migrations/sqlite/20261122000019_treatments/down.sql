DROP TABLE treatment_payload;
DROP TABLE treatments;
