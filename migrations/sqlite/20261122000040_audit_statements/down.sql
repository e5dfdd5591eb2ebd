DROP TABLE audit_statements;
