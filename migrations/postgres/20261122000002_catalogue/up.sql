-- What there is to keep: presentations, and the imported public medicines database (BDPM).

CREATE TABLE presentations (
    cip13 TEXT NOT NULL PRIMARY KEY CHECK (length(cip13) = 13),    -- code on the box
    cis TEXT CHECK (length(cis) = 8),        -- code of the product in the BDPM; null: unknown
    label TEXT NOT NULL,                     -- name, in French
    strength_ug BIGINT NOT NULL CHECK (strength_ug > 0),           -- active substance in one unit, micrograms
    route TEXT NOT NULL CHECK (route IN ('iv', 'sc', 'oral')),     -- how it is given
    units_per_box BIGINT NOT NULL CHECK (units_per_box > 0),       -- single vials, syringes or pens in a box
    added_at TIMESTAMP NOT NULL              -- UTC
);

CREATE TABLE bdpm_products (
    cis TEXT NOT NULL PRIMARY KEY,           -- code of the product, eight digits
    name TEXT NOT NULL,                      -- name, strength and form
    form TEXT NOT NULL,                      -- pharmaceutical form
    routes TEXT NOT NULL,                    -- routes of administration, separated by semicolons
    marketing TEXT NOT NULL,                 -- whether it is marketed
    holder TEXT NOT NULL                     -- holder of the authorisation
);

CREATE TABLE bdpm_packs (
    cip13 TEXT NOT NULL PRIMARY KEY,         -- code on the box
    cis TEXT NOT NULL,                       -- code of the product; a pack may stand without one
    label TEXT NOT NULL,                     -- what the box holds
    status TEXT NOT NULL,                    -- administrative status
    marketing TEXT NOT NULL                  -- whether it is marketed, as declared
);
CREATE INDEX bdpm_packs_by_cis ON bdpm_packs (cis, cip13);
