DROP TABLE idempotency;
DROP TABLE audit;
DROP FUNCTION audit_refuse();
DROP FUNCTION audit_in_order();
