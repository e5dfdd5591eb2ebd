DROP TABLE packs;
DROP TABLE balances;
DROP TABLE movements;
DROP TABLE lots;
