-- What `flask doctor` asks.

-- name: doctor.has_reference
-- Gives whether the reference data is there.
SELECT EXISTS (SELECT 1 FROM jurisdiction WHERE level = 'district') AND EXISTS (SELECT 1 FROM crime_head)
  AND EXISTS (SELECT 1 FROM section_rule)

-- name: doctor.deliveries_off
-- Gives the number of deliveries whose counts disagree, or whose quarantine holds another number of rows.
SELECT count(*) FROM delivery d
WHERE d.received <> d.accepted + d.duplicate + d.quarantined OR d.accepted <> d.placed + d.unplaced
  OR d.quarantined <> (SELECT count(*) FROM quarantine q WHERE q.delivery_id = d.id)

-- name: doctor.deliveries_unfinished
-- Gives the number of deliveries that have stood half-done for more than an hour.
SELECT count(*) FROM delivery WHERE state IN ('waiting', 'receiving') AND started_at < now() - interval '1 hour'

-- name: doctor.records_without_mass
-- Gives the number of records whose current mass is missing, or there though they are cancelled.
SELECT count(*) FROM record r LEFT JOIN mass m ON m.record_id = r.id AND m.known_until IS NULL
WHERE (m.id IS NULL) <> r.cancelled

-- name: doctor.rollups_off
-- Gives the number of (level, span, kind, discovery) whose rollups and deltas do not hold the current mass.
WITH held AS (
  SELECT level, span, kind, discovery, sum(total) AS mass FROM rollup GROUP BY 1, 2, 3, 4
), waiting AS (
  SELECT kind, discovery, resolution, sum(u.mass) AS mass FROM rollup_delta CROSS JOIN LATERAL unnest(masses) AS u (mass) GROUP BY 1, 2, 3
), truth AS (
  SELECT kind, discovery, resolution, count(*) * 1000000 AS mass FROM mass WHERE known_until IS NULL GROUP BY 1, 2, 3
)
SELECT count(*) FROM (VALUES (0), (5), (7), (9)) AS l (level)
CROSS JOIN (VALUES (1), (16)) AS s (span)
CROSS JOIN (SELECT DISTINCT kind, discovery FROM truth) AS k
WHERE coalesce((SELECT h.mass FROM held h WHERE (h.level, h.span, h.kind, h.discovery) = (l.level, s.span, k.kind, k.discovery)), 0)
  + coalesce((SELECT sum(w.mass) FROM waiting w WHERE (w.kind, w.discovery) = (k.kind, k.discovery) AND w.resolution >= greatest(l.level - 1, 0)), 0)
  <> coalesce((SELECT sum(t.mass) FROM truth t WHERE (t.kind, t.discovery) = (k.kind, k.discovery) AND t.resolution >= greatest(l.level - 1, 0)), 0)

-- name: doctor.deltas
-- Gives the number of changes that wait to be folded.
SELECT count(*) FROM rollup_delta

-- name: doctor.stays_overdue
-- Gives the number of stays older than they may be kept.
SELECT count(*) FROM stay WHERE check_in < now() - make_interval(days => CAST(:days AS integer))

-- name: doctor.leakproof
-- Gives how many of the operators that maps need are marked as leaking nothing.
SELECT count(*) FROM pg_proc p
WHERE p.proleakproof AND p.oid::regprocedure::text IN
  ('range_overlaps(anyrange,anyrange)', 'arrayoverlap(anyarray,anyarray)', 'geometry_overlaps(geometry,geometry)')
