DROP TABLE audit_statements;
DROP FUNCTION audit_statements_in_order();
DROP FUNCTION audit_statements_refuse();
