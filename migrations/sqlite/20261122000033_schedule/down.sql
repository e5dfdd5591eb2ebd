DROP TABLE escalations;
DROP TABLE turns;
DROP TABLE leases;
