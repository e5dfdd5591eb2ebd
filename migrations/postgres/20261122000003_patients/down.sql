DROP TABLE car_t_patients;
DROP TABLE patient_payload;
