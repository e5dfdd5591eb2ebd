DROP TABLE count_payload;
DROP TABLE counts;
