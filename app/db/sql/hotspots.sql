-- name: hotspots.add_run
-- The id of a new run.
INSERT INTO hotspot_run (jurisdiction_id, heads, kinds, week_first, week_last, resolution, seed, permutations, alpha,
  data_version, data_hash, hot, cold, has_synthetic, made_by)
SELECT :jurisdiction_id, CAST(:heads AS smallint[]), CAST(:kinds AS record_kind[]), :week_first, :week_last, :resolution, :seed,
  :permutations, :alpha, v.last_value, :data_hash, :hot, :cold, :has_synthetic, :made_by
FROM data_version v
RETURNING id

-- name: hotspots.add_cells
-- Adds a run's cells: arrays of one length.
INSERT INTO hotspot_cell (run_id, jurisdiction_id, cell, mass, z, p, q, kind)
SELECT :run, :jurisdiction_id, c.cell, c.mass, c.z, c.p, c.q, c.kind
FROM unnest(CAST(:cells AS bigint[]), CAST(:masses AS bigint[]), CAST(:zs AS float8[]), CAST(:ps AS float8[]),
  CAST(:qs AS float8[]), CAST(:kinds AS text[])) AS c (cell, mass, z, p, q, kind)

-- name: hotspots.latest
-- The newest run of some kinds (and heads, if named) of each jurisdiction that the reader may see; where one holds the wanted
-- jurisdiction, the nearest of those alone.  None lies in another.  Published ones, and drafts for those who make or publish
-- them.  By hotspot_run_latest.
WITH own AS MATERIALIZED (
  SELECT j.path FROM access.who() w JOIN jurisdiction j ON j.code = ANY (w.jurisdiction_codes)
), runs AS (
  SELECT DISTINCT ON (r.jurisdiction_id) r.id, j.path, coalesce(j.path @> wanted.path, false) AS above
  FROM hotspot_run r
  JOIN jurisdiction j ON j.id = r.jurisdiction_id
  LEFT JOIN jurisdiction wanted ON wanted.code = :jurisdiction
  WHERE (CAST(:jurisdiction AS text) IS NULL OR j.path @> wanted.path OR j.path <@ wanted.path)
    AND EXISTS (SELECT 1 FROM own WHERE own.path <@ j.path OR j.path <@ own.path)
    AND (r.state = 'published' OR (:drafts AND r.state = 'draft'))
    -- Of FIRs and complaints, which tell of the same offence twice, only what was asked for.
    AND r.kinds @> CAST(:kinds AS record_kind[]) AND r.kinds <@ CAST(:kinds AS record_kind[])
    AND (CAST(:heads AS text[]) IS NULL
      OR r.heads = ARRAY(SELECT h.id FROM crime_head h WHERE h.key = ANY (CAST(:heads AS text[])) ORDER BY h.id))
  ORDER BY r.jurisdiction_id, r.id DESC
), nearest AS (
  SELECT id FROM runs WHERE above ORDER BY nlevel(path) DESC LIMIT 1
)
SELECT r.id
FROM runs r
WHERE r.id IN (SELECT id FROM nearest)
  OR (NOT EXISTS (SELECT 1 FROM nearest)
    AND NOT EXISTS (SELECT 1 FROM runs o WHERE o.path @> r.path AND o.id <> r.id))
ORDER BY r.id DESC

-- name: hotspots.run
-- One run with the names of its jurisdiction and heads, by the primary key.
SELECT r.id, r.week_first, r.week_last, r.resolution, r.seed, r.permutations, r.alpha, r.data_version, r.data_hash, r.hot,
  r.cold, r.has_synthetic, r.made_at, r.state, r.published_at, CAST(r.kinds AS text[]) AS kinds, j.code AS jurisdiction, j.name AS jurisdiction_name,
  j.name_ur AS jurisdiction_name_ur, ARRAY(SELECT h.key FROM crime_head h WHERE h.id = ANY (r.heads) ORDER BY h.id) AS heads,
  (SELECT count(*) FROM hotspot_cell c WHERE c.run_id = r.id) AS cells
FROM hotspot_run r
JOIN jurisdiction j ON j.id = r.jurisdiction_id
WHERE r.id = :id

-- name: hotspots.cells
-- A run's hot and cold cells, the surest first, by the primary key.
SELECT cell, z, p, q, kind
FROM hotspot_cell
WHERE run_id = :run AND kind <> 'none'
ORDER BY q, abs(z) DESC, cell

-- name: hotspots.tile
-- Several runs' hot and cold cells in a tile as MVT bytes: the layer of a map that shows more than one jurisdiction.
WITH envelope AS (SELECT ST_TileEnvelope(:z, :x, :y) AS box)
SELECT ST_AsMVT(t, 'hotspots', 4096, 'geom')
FROM (
  SELECT to_hex(c.cell) AS cell, c.run_id AS run, c.z, c.q, c.kind, r.has_synthetic AS synthetic,
    r.state <> 'published' AS draft, ST_AsMVTGeom(s.shape, e.box, 4096, 16) AS geom
  FROM hotspot_cell c
  JOIN hotspot_run r ON r.id = c.run_id
  JOIN cell s ON s.cell = c.cell
  JOIN envelope e ON s.shape && e.box
  WHERE c.run_id = ANY (CAST(:run_ids AS bigint[])) AND c.kind <> 'none'
  ORDER BY c.run_id, c.cell
) AS t
WHERE t.geom IS NOT NULL

-- name: hotspots.drafts
-- Draft runs that no newer one of the same jurisdiction, kinds and heads replaces, oldest first.
SELECT r.id
FROM hotspot_run r
WHERE r.state = 'draft' AND NOT EXISTS (
  SELECT 1 FROM hotspot_run n
  WHERE n.jurisdiction_id = r.jurisdiction_id AND n.kinds = r.kinds AND n.heads = r.heads AND n.id > r.id
)
ORDER BY r.id

-- name: hotspots.publish
-- The run, where it was a draft and the account may answer for its jurisdiction (row-level security says so).
UPDATE hotspot_run SET state = 'published', published_at = now(), published_by = :account
WHERE id = :id AND state = 'draft'
RETURNING id, data_hash

-- name: hotspots.withdraw_others
-- Withdraws what was published for the same jurisdiction, kinds and heads before.
UPDATE hotspot_run SET state = 'withdrawn'
FROM hotspot_run newer
WHERE newer.id = :id AND hotspot_run.id <> newer.id AND hotspot_run.state = 'published'
  AND hotspot_run.jurisdiction_id = newer.jurisdiction_id AND hotspot_run.kinds = newer.kinds
  AND hotspot_run.heads = newer.heads
