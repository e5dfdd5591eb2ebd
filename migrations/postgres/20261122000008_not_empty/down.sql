DROP INDEX balances_not_empty;
