-- Mass written: deltas of new and ended beliefs, folding them into the rollups, rebuilding the rollups from mass.

-- name: mass.atoms
-- Gives every (cell, week, slot) of the mass rows in :ids with its summed mass, times :sign.
-- Answered by mass's primary key.
SELECT m.resolution, shift_week(a.shift) AS week, a.cell, m.station_id, m.kind, m.discovery, m.protected,
  (m.head_id * 3 + shift_of_day(a.shift))::smallint AS slot, (:sign * sum(a.mass))::bigint AS mass
FROM mass m
CROSS JOIN LATERAL mass_atoms(m.cells, m.cell_upto, m.shifts, m.shift_mass) AS a
WHERE m.id = ANY (CAST(:ids AS bigint[]))
GROUP BY 1, 2, 3, 4, 5, 6, 7, 8
HAVING sum(a.mass) <> 0

-- name: mass.add_deltas
-- Inserts the deltas of the mass rows in :ids, summed by cell and week.
-- Answered by mass's primary key.
INSERT INTO rollup_delta (resolution, week, cell, station_id, kind, discovery, protected, slots, masses)
SELECT resolution, week, cell, station_id, kind, discovery, protected, array_agg(slot ORDER BY slot), array_agg(mass ORDER BY slot)
FROM (
  -- include: mass.atoms
) AS atoms
GROUP BY 1, 2, 3, 4, 5, 6, 7

-- name: mass.close
-- Ends the current mass of the records in :records and gives the ids of the ended rows.
-- Answered by mass_current.
UPDATE mass SET known_until = greatest(now(), known_from) WHERE record_id = ANY (CAST(:records AS bigint[])) AND known_until IS NULL
RETURNING id

-- name: mass.close_fixes
-- Ends the current fix of the records in :records.
-- Answered by fix_current.
UPDATE fix SET known_until = greatest(now(), known_from) WHERE record_id = ANY (CAST(:records AS bigint[])) AND known_until IS NULL

-- name: mass.lifted
-- Gives atoms (at fix cells and weeks) lifted to every rollup level and span.
-- Answered by the scan of what it is given.
SELECT l.level::smallint AS level, s.span::smallint AS span, week_bucket(a.week, s.span) AS bucket,
  level_cell(a.cell, a.resolution, l.level) AS cell, a.station_id, a.kind, a.discovery, a.protected, a.slot, a.mass
FROM fold_atoms a
CROSS JOIN (VALUES (0), (5), (7), (9)) AS l (level)
CROSS JOIN (VALUES (1), (16)) AS s (span)
WHERE level_cell(a.cell, a.resolution, l.level) IS NOT NULL

-- name: mass.fold_make
-- Makes the temporary tables of one fold.
CREATE TEMPORARY TABLE IF NOT EXISTS fold_atoms (
  resolution smallint, week integer, cell bigint, station_id bigint, kind record_kind, discovery discovery, protected boolean,
  slot smallint, mass bigint) ON COMMIT DROP;
CREATE TEMPORARY TABLE IF NOT EXISTS fold_rows (
  level smallint, span smallint, bucket integer, cell bigint, station_id bigint, kind record_kind, discovery discovery,
  protected boolean, slots smallint[], masses bigint[]) ON COMMIT DROP

-- name: mass.fold_take
-- Moves the deltas that are committed by now into the fold.
-- Answered by a scan: deltas are few.
WITH taken AS (DELETE FROM rollup_delta RETURNING *)
INSERT INTO fold_atoms
SELECT t.resolution, t.week, t.cell, t.station_id, t.kind, t.discovery, t.protected, u.slot, sum(u.mass)
FROM taken t CROSS JOIN LATERAL unnest(t.slots, t.masses) AS u (slot, mass)
GROUP BY 1, 2, 3, 4, 5, 6, 7, 8

-- name: mass.fold_old
-- Takes the rollup rows that the fold touches out of the rollups.
-- Answered by rollup's primary key.
WITH touched AS (
  SELECT DISTINCT level, span, bucket, cell, station_id, kind, discovery, protected FROM (
    -- include: mass.lifted
  ) AS lifted
), old AS (
  DELETE FROM rollup r USING touched t
  WHERE (r.level, r.span, r.cell, r.bucket, r.station_id, r.kind, r.discovery, r.protected)
    = (t.level, t.span, t.cell, t.bucket, t.station_id, t.kind, t.discovery, t.protected)
  RETURNING r.*
)
INSERT INTO fold_rows SELECT level, span, bucket, cell, station_id, kind, discovery, protected, slots, masses FROM old

-- name: mass.fold_new
-- Puts the touched rollup rows back with the fold added; a row whose mass is all gone stays away.
-- Answered by the scan of the fold.
INSERT INTO rollup (level, span, bucket, cell, station_id, kind, discovery, protected, slots, masses, total)
SELECT level, span, bucket, cell, station_id, kind, discovery, protected, array_agg(slot ORDER BY slot),
  array_agg(mass ORDER BY slot), sum(mass)
FROM (
  SELECT level, span, bucket, cell, station_id, kind, discovery, protected, slot, sum(mass)::bigint AS mass
  FROM (
    SELECT level, span, bucket, cell, station_id, kind, discovery, protected, slot, mass FROM (
      -- include: mass.lifted
    ) AS lifted
    UNION ALL
    SELECT f.level, f.span, f.bucket, f.cell, f.station_id, f.kind, f.discovery, f.protected, u.slot, u.mass
    FROM fold_rows f CROSS JOIN LATERAL unnest(f.slots, f.masses) AS u (slot, mass)
  ) AS parts
  GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9
  HAVING sum(mass) <> 0
) AS summed
GROUP BY 1, 2, 3, 4, 5, 6, 7, 8
ORDER BY 1, 2, 4, 3, 5, 6, 7, 8

-- name: mass.rebuild_clear
-- Empties the rollups and the deltas, before they are made anew from mass in the same transaction.
WITH deltas AS (DELETE FROM rollup_delta) DELETE FROM rollup

-- name: mass.rebuild_atoms
-- Puts the atoms of all current mass into the fold.
-- Answered by a scan of mass.
INSERT INTO fold_atoms
SELECT m.resolution, shift_week(a.shift), a.cell, m.station_id, m.kind, m.discovery, m.protected,
  (m.head_id * 3 + shift_of_day(a.shift))::smallint, sum(a.mass)
FROM mass m
CROSS JOIN LATERAL mass_atoms(m.cells, m.cell_upto, m.shifts, m.shift_mass) AS a
WHERE m.known_until IS NULL
GROUP BY 1, 2, 3, 4, 5, 6, 7, 8
HAVING sum(a.mass) <> 0

-- name: mass.digest
-- Gives the hash of the rollups, for comparing a rebuild with what was folded.
-- Answered by rollup's primary key.
SELECT md5(coalesce(string_agg(md5(r::text), '' ORDER BY level, span, cell, bucket, station_id, kind, discovery, protected), ''))
FROM rollup r

-- name: mass.missing_cells
-- Gives those of :cells that have no shape yet.
-- Answered by cell's primary key.
SELECT wanted FROM unnest(CAST(:cells AS bigint[])) AS wanted
WHERE NOT EXISTS (SELECT 1 FROM cell c WHERE c.cell = wanted)

-- name: mass.add_cells
-- Inserts shapes of cells, in the order of the cells so that two loads cannot deadlock.
INSERT INTO cell (cell, resolution, centre, shape)
SELECT w.cell, w.resolution, ST_SetSRID(ST_MakePoint(w.lon, w.lat), 4326), ST_Transform(ST_GeomFromText(w.shape, 4326), 3857)
FROM unnest(CAST(:cells AS bigint[]), CAST(:resolutions AS smallint[]), CAST(:lats AS double precision[]),
  CAST(:lons AS double precision[]), CAST(:shapes AS text[])) AS w (cell, resolution, lat, lon, shape)
ORDER BY w.cell
ON CONFLICT (cell) DO NOTHING

-- name: mass.touch
-- Raises the data version and tells it to whoever listens.
SELECT pg_notify('naqsha_data', nextval('data_version')::text)
