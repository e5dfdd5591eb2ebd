ALTER TABLE idempotency DROP COLUMN content_language;
