DROP TABLE service_alerts;
DROP TABLE evaluations;
DROP TABLE letter_links;
