DROP TRIGGER balances_follow_holds;
DROP TABLE holds;
DROP TABLE deliveries;
DROP TABLE clearances;
