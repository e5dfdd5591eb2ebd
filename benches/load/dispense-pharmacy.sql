-- What dispensing one unit at a pharmacy asks of PostgreSQL: the statements of the handler,
-- in its order, as `log_statement = all` shows them. `pgbench` prepares them as the handler does.
-- Left out: what an answer says beside, and the one round trip in which the handler makes sure,
-- before COMMIT, that nothing has failed.
\set site :first + random(0, :sites - 1)
\set key random(1, 9000000000000000000)

-- whose token is it
BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY;
SELECT id, hash, name, role, all_sites, created_at, expires_at, revoked_at FROM tokens WHERE hash = :token_hash;
COMMIT;

BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE;
SELECT finess FROM sites WHERE finess = ANY (ARRAY[:site]) ORDER BY finess FOR UPDATE;
SELECT pg_try_advisory_xact_lock(:key);
SELECT body_hash, status, content_type, location, etag, answer FROM idempotency WHERE caller = :caller AND route = 'POST /api/v1/sites/' || :site || '/movements' AND key = :key;
SAVEPOINT diesel_savepoint_1;
SELECT finess, network_id, name, time_zone, car_t, reference_dose_ug, resupply_by_hand, resupply_reason, resupply_until, version, created_at FROM sites WHERE finess = :site;
SELECT lots.id, lots.cip13, lots.lot, lots.expiry, balances.usable, balances.quarantined, balances.held FROM balances INNER JOIN lots ON balances.lot_id = lots.id WHERE balances.site = :site ORDER BY lots.cip13, lots.expiry, lots.lot, lots.id;
SELECT max(seq) AS last FROM movements WHERE site = :site
\gset
\set seq :last + 1
INSERT INTO movements (id, site, seq, operation, kind, lot_id, usable, quarantined, reason, note, patient_id, patient_hash, delivery_id, reverses, happened_at, recorded_at, recorded_by) VALUES (to_char(clock_timestamp(), 'YYYYMMDDHH24MISSUS') || '-' || :key, :site, :seq, 'o-' || :key, 'dispensing', :lot, -1, 0, NULL, NULL, NULL, NULL, NULL, NULL, :now, :now, :caller);
SELECT pg_advisory_xact_lock(hashtextextended('audit ' || :site, 0));
SELECT seq AS line, hash AS previous FROM audit WHERE chain = :site AND seq IN (SELECT max(newest.seq) FROM audit AS newest WHERE newest.chain = :site)
\gset
\set line :line + 1
INSERT INTO audit (chain, seq, at, actor, role, request_id, action, outcome, object, patient_id, patient_hash, details, previous, hash, form, peer, rulebook) VALUES (:site, :line, :now, :caller, 'pharmacist', '1dc3bb22355e70a6fd36', 'stock.move', 'done', 'o-' || :key, NULL, NULL, repeat('x', 160), :previous, md5(:key) || md5(:previous), 2, '127.0.0.1', repeat('r', 86));
RELEASE SAVEPOINT diesel_savepoint_1;
INSERT INTO idempotency (caller, route, key, body_hash, status, content_type, location, etag, answer, created_at) VALUES (:caller, 'POST /api/v1/sites/' || :site || '/movements', :key, repeat('0', 64), 201, 'application/json', '/api/v1/sites/' || :site || '/movements/' || :key, NULL, repeat('x', 420), :now);
COMMIT;
