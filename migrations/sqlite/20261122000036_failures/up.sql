-- What a letter failed at, so that only an address that refuses letters is marked; and what an upgrade must not tell as news.

ALTER TABLE outbox ADD COLUMN
    failure TEXT CHECK (failure IN ('address', 'recipient', 'other'));             -- what the last try failed at: the address for good, the recipient for now, anything else; null: none failed, or it was long ago

-- alerts that were open before there were escalations wait from now
UPDATE escalations SET raised_at = strftime('%Y-%m-%d %H:%M:%f', 'now') WHERE raised_at < strftime('%Y-%m-%d %H:%M:%f', 'now', '-4 hours');
-- movements of before there were evaluations were seen by their own transactions
INSERT INTO evaluations (site, seq, evaluated_at)
SELECT site, MAX(seq), strftime('%Y-%m-%d %H:%M:%f', 'now') FROM movements
WHERE site NOT IN (SELECT site FROM evaluations) GROUP BY site;
