-- name: audit.note
-- Gives the id of the line written.
SELECT audit.note(:action, :object, CAST(:object_id AS bigint), :reason, CAST(:detail AS jsonb))

-- name: audit.entries
-- A page of lines, newest first, with the number under which each is sealed.
-- Answered by the primary key from its end, entry_account or entry_object.
SELECT e.id, e.at, e.account_id, coalesce(nullif(a.display_name, ''), a.name) AS officer, e.action, e.object, e.object_id,
  e.reason, e.detail, s.number
FROM audit.entry e LEFT JOIN audit.seal s ON s.entry_id = e.id LEFT JOIN access.account a ON a.id = e.account_id
WHERE (CAST(:before AS bigint) IS NULL OR e.id < :before)
  AND (CAST(:account AS bigint) IS NULL OR e.account_id = :account)
  AND (CAST(:object AS text) IS NULL OR e.object = :object)
  AND (CAST(:object_id AS bigint) IS NULL OR e.object_id = :object_id)
ORDER BY e.id DESC LIMIT :limit

-- name: audit.lock
-- Whether this transaction is now the only sealer.
SELECT pg_try_advisory_xact_lock(4203002)

-- name: audit.head
-- At most one row: the last seal.
SELECT number, hash FROM audit.seal ORDER BY number DESC LIMIT 1

-- name: audit.newest
-- The highest id among the sealed lines; 0 before the first.
SELECT coalesce(max(entry_id), 0) FROM audit.seal

-- name: audit.unsealed
-- Lines that no seal holds, in the order of their ids.  A line may commit after one with a higher id, so a stretch behind the
-- newest sealed one is looked at again.  Answered by the primary key and seal_entry_id_key.
SELECT e.id, e.at, e.account_id, e.action, e.object, e.object_id, e.reason, CAST(e.detail AS text) AS detail
FROM audit.entry e
WHERE e.id > :after AND e.id > :newest - CAST(:behind AS bigint)
  AND NOT EXISTS (SELECT FROM audit.seal s WHERE s.entry_id = e.id)
ORDER BY e.id LIMIT :limit

-- name: audit.seal
-- Writes seals: arrays of one length, in their order.
INSERT INTO audit.seal (number, entry_id, previous, hash)
SELECT * FROM unnest(CAST(:numbers AS bigint[]), CAST(:entries AS bigint[]), CAST(:previous AS bytea[]), CAST(:hashes AS bytea[]))

-- name: audit.sealed
-- Every seal in its order, with the line that it seals; that line's columns are null where it is gone.
SELECT s.number, s.entry_id, s.previous, s.hash, e.id, e.at, e.account_id, e.action, e.object, e.object_id, e.reason,
  CAST(e.detail AS text) AS detail
FROM audit.seal s LEFT JOIN audit.entry e ON e.id = s.entry_id
WHERE s.number > :after ORDER BY s.number LIMIT :limit

-- name: audit.waiting
-- How many lines no seal holds, and since when the oldest waits.
SELECT count(*), min(e.at) FROM audit.entry e WHERE NOT EXISTS (SELECT FROM audit.seal s WHERE s.entry_id = e.id)
