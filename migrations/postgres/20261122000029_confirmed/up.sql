-- Whether the supplier had confirmed a delivery, kept also once it was received: what turns out not to have
-- arrived stands again as it stood.

ALTER TABLE deliveries ADD COLUMN confirmed BOOLEAN NOT NULL DEFAULT TRUE;  -- whether it was confirmed when it was last to come
UPDATE deliveries SET confirmed = FALSE WHERE state = 'announced';
