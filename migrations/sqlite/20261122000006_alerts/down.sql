DROP TABLE outbox;
DROP TABLE alerts;
DROP TABLE recipients;
