-- What a site has is found among all that it ever had: a balance stays when its lot is emptied.

CREATE INDEX balances_not_empty ON balances (site, lot_id) WHERE usable > 0 OR quarantined > 0;
