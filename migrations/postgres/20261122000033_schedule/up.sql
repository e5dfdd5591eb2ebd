-- What follows from time alone: who sees to it, how far it was done, and what waits to be escalated.

CREATE TABLE leases (
    name TEXT NOT NULL PRIMARY KEY,          -- what for: schedule
    owner TEXT NOT NULL,                     -- the instance that has it
    until TIMESTAMP NOT NULL                 -- UTC; when another may take it, unless it is renewed
);

CREATE TABLE turns (
    task TEXT NOT NULL,                      -- what is done again and again: digest
    site TEXT NOT NULL REFERENCES sites (finess),                  -- for which site
    through TIMESTAMP NOT NULL,              -- UTC; up to when it is done: what was due by then was done, or has been made up for
    PRIMARY KEY (task, site)
);

CREATE TABLE escalations (
    alert_id TEXT NOT NULL PRIMARY KEY REFERENCES alerts (id),     -- an alert that nobody may have acknowledged yet
    raised_at TIMESTAMP NOT NULL             -- UTC; when it opened, or got worse last
);
CREATE INDEX escalations_due ON escalations (raised_at);
INSERT INTO escalations (alert_id, raised_at) SELECT id, changed_at FROM alerts WHERE state = 'open';
