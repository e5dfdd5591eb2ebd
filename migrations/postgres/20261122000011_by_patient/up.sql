-- What was dispensed to a patient is found without reading the whole ledger of the site.

CREATE INDEX movements_by_patient ON movements (patient_id, seq) WHERE patient_id IS NOT NULL;
