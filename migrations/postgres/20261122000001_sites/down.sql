DROP TABLE token_sites;
DROP TABLE tokens;
DROP TABLE sites;
DROP TABLE networks;
