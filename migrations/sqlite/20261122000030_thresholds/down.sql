DROP TABLE thresholds;
ALTER TABLE sites DROP COLUMN forecast_days;
ALTER TABLE sites DROP COLUMN expiry_notice_days;
