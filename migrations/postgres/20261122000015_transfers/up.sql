-- What an approved plan sends from one pharmacy to another.

CREATE TABLE transfers (
    id TEXT NOT NULL PRIMARY KEY,            -- UUID
    plan_id TEXT NOT NULL REFERENCES plans (id),                   -- out of which plan
    from_site TEXT NOT NULL REFERENCES sites (finess),             -- who gives
    to_site TEXT NOT NULL REFERENCES sites (finess),               -- who receives
    state TEXT NOT NULL CHECK (state IN ('asked', 'received', 'cancelled')),  -- asked: to be sent and received
    asked_at TIMESTAMP NOT NULL,             -- UTC
    asked_by TEXT NOT NULL,                  -- id of the token that approved the plan
    closed_at TIMESTAMP,                     -- UTC; when it was received or cancelled
    closed_by TEXT,                          -- id of the token that closed it
    version BIGINT NOT NULL CHECK (version >= 1),                  -- counts its edits, for If-Match
    CHECK (from_site <> to_site),
    CHECK ((state = 'asked') = (closed_at IS NULL))
);
CREATE INDEX transfers_by_giver ON transfers (from_site, id);
CREATE INDEX transfers_by_receiver ON transfers (to_site, id);
CREATE INDEX transfers_by_plan ON transfers (plan_id, id);

CREATE TABLE transfer_rows (
    id TEXT NOT NULL PRIMARY KEY,            -- UUID
    transfer_id TEXT NOT NULL REFERENCES transfers (id),           -- of which transfer
    line_id TEXT NOT NULL REFERENCES plan_lines (id),              -- for which line of the plan
    dose BIGINT NOT NULL CHECK (dose > 0),   -- for which of its doses, from 1
    lot_id TEXT NOT NULL REFERENCES lots (id),                     -- of which lot
    units BIGINT NOT NULL CHECK (units > 0), -- how many
    state TEXT NOT NULL CHECK (state IN ('asked', 'received', 'cancelled'))  -- a row is cancelled with its line
);
CREATE INDEX transfer_rows_by_transfer ON transfer_rows (transfer_id, id);
CREATE INDEX transfer_rows_by_line ON transfer_rows (line_id, id);
