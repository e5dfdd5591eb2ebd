ALTER TABLE alerts DROP COLUMN told_on;
