-- What a letter failed at, so that only an address that refuses letters is marked; and what an upgrade must not tell as news.

ALTER TABLE outbox ADD COLUMN
    failure TEXT CHECK (failure IN ('address', 'recipient', 'other'));             -- what the last try failed at: the address for good, the recipient for now, anything else; null: none failed, or it was long ago

-- alerts that were open before there were escalations wait from now
UPDATE escalations SET raised_at = now() AT TIME ZONE 'UTC' WHERE raised_at < (now() AT TIME ZONE 'UTC') - INTERVAL '4 hours';
-- movements of before there were evaluations were seen by their own transactions
INSERT INTO evaluations (site, seq, evaluated_at)
SELECT site, MAX(seq), now() AT TIME ZONE 'UTC' FROM movements
WHERE site NOT IN (SELECT site FROM evaluations) GROUP BY site;
