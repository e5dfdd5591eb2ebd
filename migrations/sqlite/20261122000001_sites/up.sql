-- Who keeps stock: pharmacies of hospitals, in networks. And who may call the service.

CREATE TABLE networks (
    id TEXT NOT NULL PRIMARY KEY,            -- short name: ght-001
    name TEXT NOT NULL,                      -- as its people call it
    created_at TIMESTAMP NOT NULL            -- UTC
);

CREATE TABLE sites (
    finess TEXT NOT NULL PRIMARY KEY CHECK (length(finess) = 9),   -- FINESS number
    network_id TEXT NOT NULL REFERENCES networks (id),             -- the network that shares with it
    name TEXT NOT NULL,                      -- as its people call it
    time_zone TEXT NOT NULL,                 -- IANA name: Europe/Paris
    car_t BOOLEAN NOT NULL,                  -- qualified for CAR-T therapies
    reference_dose_ug BIGINT CHECK (reference_dose_ug > 0),        -- its own reference dose in micrograms; null: the rulebook's
    resupply_by_hand TEXT CHECK (resupply_by_hand IN ('assured', 'compromised')),  -- set by a pharmacist; null: derived from deliveries
    resupply_reason TEXT,                    -- why it was set by hand
    resupply_until DATE,                     -- last day on which the setting by hand holds
    version BIGINT NOT NULL CHECK (version >= 1),                  -- counts its edits, for If-Match
    created_at TIMESTAMP NOT NULL,           -- UTC
    CHECK ((resupply_by_hand IS NULL) = (resupply_reason IS NULL)),
    CHECK ((resupply_by_hand IS NULL) = (resupply_until IS NULL))
);
CREATE INDEX sites_by_network ON sites (network_id, finess);

CREATE TABLE tokens (
    id TEXT NOT NULL PRIMARY KEY,            -- UUID
    hash TEXT NOT NULL UNIQUE CHECK (length(hash) = 64),           -- SHA-256 of the token, hexadecimal; the token is kept nowhere
    name TEXT NOT NULL,                      -- whose it is
    role TEXT NOT NULL CHECK (role IN ('pharmacist', 'car-t-unit', 'prescriber', 'coordinator', 'admin', 'reader')),
    all_sites BOOLEAN NOT NULL,              -- holds at every site
    created_at TIMESTAMP NOT NULL,           -- UTC
    expires_at TIMESTAMP,                    -- UTC; null: never
    revoked_at TIMESTAMP                     -- UTC; null: in use
);

CREATE TABLE token_sites (
    token_id TEXT NOT NULL REFERENCES tokens (id),                 -- the token
    site TEXT NOT NULL REFERENCES sites (finess),                  -- a site where it holds
    PRIMARY KEY (token_id, site)
);
