DROP TABLE request_tried_payload;
ALTER TABLE request_payload DROP COLUMN conditions;
ALTER TABLE request_payload RENAME COLUMN alternatives_reason TO tried; -- the alternatives that were tried, in the prescriber's words
