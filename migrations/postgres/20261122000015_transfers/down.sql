DROP TABLE transfer_rows;
DROP TABLE transfers;
