DROP TABLE safety_decision_payload;
DROP TABLE safety_decisions;
