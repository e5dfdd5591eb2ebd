DROP TABLE person_links;
DROP TABLE sign_in_failures;
DROP TABLE devices;
DROP TABLE sessions;
DROP TABLE recovery_codes;
DROP TABLE person_roles;
DROP TABLE people;
