-- A delivery may come box by box: what is still to come is what was announced less what has arrived.

ALTER TABLE deliveries ADD COLUMN
    arrived BIGINT NOT NULL DEFAULT 0 CHECK (arrived >= 0); -- units received against it, less receipts undone
UPDATE deliveries SET arrived = (
    SELECT COALESCE(SUM(m.usable + m.quarantined), 0) FROM movements m
    WHERE m.delivery_id = deliveries.id AND m.site = deliveries.site AND m.kind = 'receipt'
        AND NOT EXISTS (SELECT 1 FROM movements r WHERE r.reverses = m.id)
);

-- What is in force at a site is found without reading all that it ever cleared.
CREATE INDEX clearances_in_force ON clearances (site, seq) WHERE state IN ('standing', 'broken');

-- Patients are found by the day of their infusion: a site has ever more whose window is over.
CREATE INDEX patient_payload_by_day ON patient_payload (site, infusion_on) WHERE infusion_on IS NOT NULL;
