-- Counting a site's shelf while others go on: each count keeps what the ledger expected at its moment.

CREATE TABLE inventories (
    id TEXT NOT NULL PRIMARY KEY,            -- UUID, ordered by time
    site TEXT NOT NULL REFERENCES sites (finess),                  -- where
    state TEXT NOT NULL CHECK (state IN ('open', 'closed', 'cancelled')),  -- how far it has come
    note TEXT,                               -- what it is for, in words
    opened_at TIMESTAMP NOT NULL,            -- UTC
    opened_by TEXT NOT NULL,                 -- id of the token that opened it
    ended_at TIMESTAMP,                      -- UTC; when it was closed or cancelled
    ended_by TEXT,                           -- id of the token that closed or cancelled it
    CHECK ((state = 'open') = (ended_at IS NULL)),
    CHECK ((ended_at IS NULL) = (ended_by IS NULL))
);
CREATE INDEX inventories_by_site ON inventories (site, id);
CREATE UNIQUE INDEX inventories_one_open ON inventories (site) WHERE state = 'open';

CREATE TABLE inventory_counts (
    id TEXT NOT NULL PRIMARY KEY,            -- UUID, ordered by time; of a lot and state the last one counts
    inventory_id TEXT NOT NULL REFERENCES inventories (id),        -- in which inventory
    lot_id TEXT NOT NULL REFERENCES lots (id),                     -- of which lot
    unit_state TEXT NOT NULL CHECK (unit_state IN ('usable', 'quarantined')),  -- which units of it
    counted BIGINT NOT NULL CHECK (counted >= 0),                  -- how many were there
    expected BIGINT NOT NULL,                -- how many the ledger said at that moment, as it was known then
    seq BIGINT NOT NULL,                     -- number of the site's last movement when the count was recorded
    counted_at TIMESTAMP NOT NULL,           -- UTC; when it was counted, as told
    recorded_at TIMESTAMP NOT NULL,          -- UTC
    recorded_by TEXT NOT NULL,               -- id of the token that recorded it
    CHECK (counted_at <= recorded_at)
);
CREATE INDEX inventory_counts_by_inventory ON inventory_counts (inventory_id, id);

CREATE TABLE inventory_differences (
    inventory_id TEXT NOT NULL REFERENCES inventories (id),        -- of which inventory
    lot_id TEXT NOT NULL REFERENCES lots (id),                     -- of which lot
    unit_state TEXT NOT NULL CHECK (unit_state IN ('usable', 'quarantined')),  -- which units of it
    units BIGINT NOT NULL CHECK (units <> 0),                      -- what was booked: more, or negative: fewer than the ledger had
    reason TEXT NOT NULL CHECK (reason IN ('missing', 'clerical', 'found')),   -- why
    note TEXT,                               -- why, in words
    movement_id TEXT NOT NULL REFERENCES movements (id),           -- by which movement
    PRIMARY KEY (inventory_id, lot_id, unit_state)
);
