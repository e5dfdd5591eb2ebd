DROP INDEX patient_payload_by_word;
DROP TABLE count_payload;
DROP TABLE counts;
