DROP TABLE recall_sites;
DROP TABLE recalls;
