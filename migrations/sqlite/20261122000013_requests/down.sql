DROP TABLE request_payload;
DROP TABLE requests;
