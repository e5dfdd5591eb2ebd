-- An alert about a day to come says which, and is worse when that day comes nearer than was told.

ALTER TABLE alerts ADD COLUMN
    told_on DATE;                            -- the day to come of which its last letter told; null: it is about no day to come
