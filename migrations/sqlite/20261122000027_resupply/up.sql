-- Resupply that turns compromised is heard of, and not that of a site that never could count on any: what
-- it was when the site was last settled is kept.

ALTER TABLE sites ADD COLUMN
    resupply_assured TEXT NOT NULL DEFAULT ''; -- names of the rulebooks by which resupply was assured when the site was last settled, with a space between; empty: by none, or never settled

-- What was done with a delivery is found without reading all that was ever done at its site.
CREATE INDEX audit_of_delivery ON audit (chain, object, seq) WHERE action = 'delivery.change';
