DROP INDEX patient_payload_by_word;
DROP TABLE count_payload;
DROP TABLE counts;
DROP FUNCTION counts_of_one_patient();
DROP FUNCTION counts_refuse();
