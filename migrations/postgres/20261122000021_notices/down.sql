DROP TABLE notices;
DROP FUNCTION notices_refuse();
