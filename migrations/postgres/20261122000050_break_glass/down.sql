-- Who broke the glass is known by the audit trail alone.

DROP TABLE breakings;
