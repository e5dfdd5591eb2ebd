-- From where somebody acted, and by which rulebook something was decided. Lines that are there keep their
-- hash: they are of the first form, and new ones of the second, whose hash holds both.

ALTER TABLE audit ADD COLUMN form BIGINT NOT NULL DEFAULT 1 CHECK (form IN (1, 2));  -- how the hash of the line is made: 1 without peer and rulebook, 2 with both
ALTER TABLE audit ADD COLUMN peer TEXT NOT NULL DEFAULT '';        -- network address that asked, 'local': the machine itself; empty in the first form
ALTER TABLE audit ADD COLUMN rulebook TEXT;                        -- by which rulebooks it was decided: name, space, SHA-256 of the file; several with commas between; null: by none
