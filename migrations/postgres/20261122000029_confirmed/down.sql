ALTER TABLE deliveries DROP COLUMN confirmed;
