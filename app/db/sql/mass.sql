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

-- name: mass.fold_make
-- Makes the temporary tables of one fold.  `who` stands for (station, kind, discovery, protected): grouping millions of rows by
-- one integer is several times faster than by the four.
CREATE TEMPORARY TABLE fold_who (
  who serial PRIMARY KEY, station_id bigint, kind record_kind, discovery discovery, protected boolean,
  UNIQUE (station_id, kind, discovery, protected)) ON COMMIT DROP;
CREATE TEMPORARY TABLE fold_taken (LIKE rollup_delta) ON COMMIT DROP;
CREATE TEMPORARY TABLE fold_atoms (
  resolution smallint, week integer, cell bigint, who integer, slot smallint, mass bigint) ON COMMIT DROP;
CREATE TEMPORARY TABLE fold_rows (
  level smallint, span smallint, bucket integer, cell bigint, who integer, slots smallint[], masses bigint[]) ON COMMIT DROP;
-- For this transaction: a first load folds a million rows, which should not go by way of the disk.
SET LOCAL work_mem = '192MB'

-- name: mass.fold_take
-- Moves the committed deltas into the fold, in one statement: what commits later stays for the next fold.
-- Answered by a scan: deltas are few.
WITH taken AS (DELETE FROM rollup_delta RETURNING *) INSERT INTO fold_taken SELECT * FROM taken

-- name: mass.fold_who
-- Numbers who stands in the fold.
-- Answered by a scan of the fold.
INSERT INTO fold_who (station_id, kind, discovery, protected)
SELECT DISTINCT station_id, kind, discovery, protected FROM fold_taken

-- name: mass.fold_atoms
-- Takes the fold's vectors apart.
-- Answered by a scan of the fold.
INSERT INTO fold_atoms
SELECT t.resolution, t.week, t.cell, w.who, u.slot, u.mass
FROM fold_taken t
JOIN fold_who w USING (station_id, kind, discovery, protected)
CROSS JOIN LATERAL unnest(t.slots, t.masses) AS u (slot, mass)

-- name: mass.fold_old
-- Takes the rollup rows of a level and span that the fold touches out of the rollups.
-- Answered by rollup's primary key.
WITH touched AS MATERIALIZED (
  SELECT DISTINCT week_bucket(a.week, :span) AS bucket, level_cell(a.cell, a.resolution, :level) AS cell, a.who FROM fold_atoms a
), old AS (
  DELETE FROM rollup r USING touched t JOIN fold_who w ON w.who = t.who
  WHERE r.level = :level AND r.span = :span AND r.cell = t.cell AND r.bucket = t.bucket
    AND r.station_id = w.station_id AND r.kind = w.kind AND r.discovery = w.discovery AND r.protected = w.protected
  RETURNING r.bucket, r.cell, t.who, r.slots, r.masses
)
INSERT INTO fold_rows SELECT :level, :span, bucket, cell, who, slots, masses FROM old

-- name: mass.fold_new
-- Puts the touched rows of a level and span back with the fold added; a row whose mass is all gone stays away.
-- Answered by the scan of the fold.
INSERT INTO rollup (level, span, bucket, cell, station_id, kind, discovery, protected, slots, masses, total)
SELECT :level, :span, g.bucket, g.cell, w.station_id, w.kind, w.discovery, w.protected, g.slots, g.masses, g.total
FROM (
  SELECT bucket, cell, who, array_agg(slot ORDER BY slot) AS slots, array_agg(mass ORDER BY slot) AS masses, sum(mass) AS total
  FROM (
    SELECT bucket, cell, who, slot, sum(mass)::bigint AS mass
    FROM (
      SELECT week_bucket(a.week, :span) AS bucket, level_cell(a.cell, a.resolution, :level) AS cell, a.who, a.slot, a.mass
      FROM fold_atoms a
      UNION ALL
      SELECT f.bucket, f.cell, f.who, u.slot, u.mass
      FROM fold_rows f CROSS JOIN LATERAL unnest(f.slots, f.masses) AS u (slot, mass)
      WHERE f.level = :level AND f.span = :span
    ) AS parts
    WHERE cell IS NOT NULL
    GROUP BY 1, 2, 3, 4
    HAVING sum(mass) <> 0
  ) AS summed
  GROUP BY 1, 2, 3
) AS g
JOIN fold_who w ON w.who = g.who
ORDER BY g.cell, g.bucket, w.station_id

-- name: mass.rebuild_clear
-- Empties the rollups and the deltas, before they are made anew from mass in the same transaction.
WITH deltas AS (DELETE FROM rollup_delta) DELETE FROM rollup

-- name: mass.rebuild_who
-- Numbers who stands in the current mass.
-- Answered by a scan of mass.
INSERT INTO fold_who (station_id, kind, discovery, protected)
SELECT DISTINCT station_id, kind, discovery, protected FROM mass WHERE known_until IS NULL

-- name: mass.rebuild_atoms
-- Puts the atoms of all current mass into the fold.
-- Answered by a scan of mass.
INSERT INTO fold_atoms
SELECT m.resolution, shift_week(a.shift), a.cell, w.who, (m.head_id * 3 + shift_of_day(a.shift))::smallint, a.mass
FROM mass m
JOIN fold_who w USING (station_id, kind, discovery, protected)
CROSS JOIN LATERAL mass_atoms(m.cells, m.cell_upto, m.shifts, m.shift_mass) AS a
WHERE m.known_until IS NULL AND a.mass <> 0

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
