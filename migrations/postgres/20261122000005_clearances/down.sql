DROP TRIGGER balances_follow_holds ON balances;
DROP TABLE holds;
DROP TABLE deliveries;
DROP TABLE clearances;
DROP FUNCTION holds_taken();
DROP FUNCTION holds_changed();
DROP FUNCTION holds_given_back();
DROP FUNCTION holds_keep_their_lot();
DROP FUNCTION balances_follow_holds();
