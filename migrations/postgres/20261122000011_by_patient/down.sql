DROP INDEX movements_by_patient;
