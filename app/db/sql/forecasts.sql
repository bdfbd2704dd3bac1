-- name: forecasts.place
-- The jurisdiction of a code with its area, by the unique index on the code.
SELECT id, code, level, name, name_ur, ST_AsBinary(area) AS area, ST_Area(CAST(area AS geography)) AS area_m2
FROM jurisdiction
WHERE code = :code

-- name: forecasts.heads
-- Crime heads by their keys; all of them where none are named.  A table of thirty rows.
SELECT id, key, name, name_ur, protected
FROM crime_head
WHERE (CAST(:keys AS text[]) IS NULL OR key = ANY (CAST(:keys AS text[])))
ORDER BY id

-- name: forecasts.busy
-- Records of a year by district and head, for choosing what to forecast.  A scan of mass, then a join of its stations.
WITH counted AS (
  SELECT station_id, head_id, count(*) AS records
  FROM mass
  WHERE known_until IS NULL AND kind = ANY (CAST(:kinds AS record_kind[])) AND discovery = 'reported'
    AND lower(shifts) >= :first_shift AND lower(shifts) < :end_shift
  GROUP BY station_id, head_id
)
SELECT d.code AS district, r.code AS region, h.key AS head, CAST(sum(c.records) AS bigint) AS records
FROM counted c
JOIN jurisdiction s ON s.id = c.station_id
JOIN jurisdiction d ON d.path @> s.path AND d.level = 'district'
LEFT JOIN jurisdiction r ON r.path @> d.path AND r.level = 'region'
JOIN crime_head h ON h.id = c.head_id AND NOT h.protected
GROUP BY d.code, r.code, h.key
ORDER BY d.code, h.key

-- name: forecasts.pieces
-- Mass by head, resolution, cell, week and the week in which it became known: what was known and believed at a date.  A row
-- that Naqsha had loaded by the date counts as it was believed then; one that came later, with an earlier known_at, as it
-- is believed now.  A scan of mass under the forecaster's policy; stations by their path.
SELECT m.head_id, m.resolution,
  CASE WHEN m.resolution > :resolution THEN cell_parent(a.cell, :resolution) ELSE a.cell END AS cell,
  shift_week(a.shift) AS week,
  CAST(floor((CAST(m.known_at AT TIME ZONE 'Asia/Karachi' AS date) - DATE '1970-01-01' + 3) / 7.0) AS integer) AS known_week,
  CAST(sum(a.mass) AS bigint) AS mass
FROM mass m
CROSS JOIN LATERAL mass_atoms(m.cells, m.cell_upto, m.shifts, m.shift_mass) AS a
WHERE m.station_id IN (
    SELECT s.id FROM jurisdiction s JOIN jurisdiction top ON s.path <@ top.path WHERE top.code = :jurisdiction
  )
  AND m.head_id = ANY (CAST(:heads AS smallint[]))
  AND m.kind = ANY (CAST(:kinds AS record_kind[]))
  AND m.discovery = ANY (CAST(:discoveries AS discovery[]))
  -- A murder may be protected by another section that its FIR cites: no map of ours is to point at its place.
  AND NOT m.protected
  AND m.known_at <= :date
  AND (
    (m.known_from <= :date AND (m.known_until IS NULL OR m.known_until > :date))
    OR (m.known_until IS NULL AND NOT EXISTS (
      SELECT 1 FROM mass older WHERE older.record_id = m.record_id AND older.known_from <= :date
    ))
  )
  AND m.shifts && int4range(:first_shift, :end_shift)
  AND a.shift >= :first_shift AND a.shift < :end_shift
  AND a.mass > 0
GROUP BY 1, 2, 3, 4, 5
ORDER BY 1, 2, 3, 4, 5

-- name: forecasts.has_synthetic
-- Whether a jurisdiction's stations hold records of a synthetic source, by record_station.  For the mark on a run: it is
-- asked as the worker and changes no number.
SELECT EXISTS (
  SELECT 1
  FROM record r
  JOIN source o ON o.id = r.source_id AND o.is_synthetic
  WHERE r.kind = ANY (CAST(:kinds AS record_kind[])) AND r.station_id IN (
    SELECT s.id FROM jurisdiction s JOIN jurisdiction top ON s.path <@ top.path WHERE top.code = :jurisdiction
  )
)

-- name: forecasts.add_run
-- The id of a new draft run.
INSERT INTO forecast_run (jurisdiction_id, head_id, week, resolution, method, known_until, data_hash, parameters, scores, card,
  has_synthetic, expires_at)
VALUES (:jurisdiction_id, :head_id, :week, :resolution, :method, :known_until, :data_hash, CAST(:parameters AS jsonb),
  CAST(:scores AS jsonb), CAST(:card AS jsonb), :has_synthetic, :expires_at)
RETURNING id

-- name: forecasts.add_cells
-- Adds a run's cells: arrays of one length.
INSERT INTO forecast_cell (run_id, cell, rate, low, high, rank, drivers)
SELECT :run, c.cell, c.rate, c.low, c.high, c.rank, CAST(c.drivers AS jsonb)
FROM unnest(CAST(:cells AS bigint[]), CAST(:rates AS float8[]), CAST(:lows AS float8[]), CAST(:highs AS float8[]),
  CAST(:ranks AS integer[]), CAST(:drivers AS text[])) AS c (cell, rate, low, high, rank, drivers)

-- name: forecasts.own
-- The jurisdictions of whoever is signed in, as paths.
SELECT j.path FROM access.who() w JOIN jurisdiction j ON j.code = ANY (w.jurisdiction_codes)

-- name: forecasts.is_own
-- Whether a jurisdiction is the reader's own or lies in it.
SELECT EXISTS (
  SELECT 1 FROM (
    -- include: forecasts.own
  ) AS own JOIN jurisdiction j ON j.path <@ own.path WHERE j.code = :jurisdiction)

-- name: forecasts.shown
-- Columns of a run as it is shown, with the names of its jurisdiction and head.
SELECT f.id, f.method, f.state, f.made_at, f.expires_at, f.published_at, f.week, f.resolution, f.known_until, f.data_hash,
  f.parameters, f.scores, f.card, f.has_synthetic, f.outcome, f.expires_at <= :now AS expired, h.key AS head,
  h.name AS head_name, h.name_ur AS head_name_ur, j.code AS jurisdiction, j.name AS jurisdiction_name,
  j.name_ur AS jurisdiction_name_ur
FROM forecast_run f
JOIN jurisdiction j ON j.id = f.jurisdiction_id
JOIN crime_head h ON h.id = f.head_id

-- name: forecasts.run_for_reader
-- One run, where the reader's own jurisdiction lies in the run's or the run's in it; drafts for those who make or publish.
-- By the primary key.
WITH own AS MATERIALIZED (
  -- include: forecasts.own
)
-- include: forecasts.shown
WHERE f.id = :id AND (:drafts OR f.state = 'published')
  AND EXISTS (SELECT 1 FROM own WHERE own.path <@ j.path OR j.path <@ own.path)

-- name: forecasts.run_for_worker
-- One run, for the command line and jobs.  By the primary key.
-- include: forecasts.shown
WHERE f.id = :id

-- name: forecasts.list
-- The runs that a reader may see, newest week first.  By forecast_run_latest, where a jurisdiction is named.
WITH own AS MATERIALIZED (
  -- include: forecasts.own
)
-- include: forecasts.shown
LEFT JOIN jurisdiction wanted ON wanted.code = :jurisdiction
WHERE (:drafts OR f.state = 'published')
  AND (CAST(:head AS text) IS NULL OR h.key = :head)
  AND (CAST(:jurisdiction AS text) IS NULL OR j.path @> wanted.path OR j.path <@ wanted.path)
  AND EXISTS (SELECT 1 FROM own WHERE own.path <@ j.path OR j.path <@ own.path)
ORDER BY f.week DESC, f.id DESC
LIMIT :count

-- name: forecasts.latest
-- The run to show: not withdrawn, unexpired before expired, of the newest week, of the nearest jurisdiction that holds the
-- wanted one, else of one inside it.  By forecast_run_latest.
WITH own AS MATERIALIZED (
  -- include: forecasts.own
)
SELECT f.id
FROM forecast_run f
JOIN jurisdiction j ON j.id = f.jurisdiction_id
JOIN crime_head h ON h.id = f.head_id
LEFT JOIN jurisdiction wanted ON wanted.code = :jurisdiction
WHERE f.state <> 'withdrawn' AND (:drafts OR f.state = 'published')
  AND (CAST(:head AS text) IS NULL OR h.key = :head)
  AND (CAST(:jurisdiction AS text) IS NULL OR j.path @> wanted.path OR j.path <@ wanted.path)
  AND EXISTS (SELECT 1 FROM own WHERE own.path <@ j.path OR j.path <@ own.path)
ORDER BY (f.expires_at > :now) DESC, f.week DESC, coalesce(j.path @> wanted.path, false) DESC,
  CASE WHEN j.path @> wanted.path THEN nlevel(j.path) END DESC NULLS LAST, f.id DESC
LIMIT 1

-- name: forecasts.latest_all
-- The runs that a map shows together: of every jurisdiction that the reader may see the newest unexpired one of a head; where
-- one holds the wanted jurisdiction, the nearest of those alone.  None lies in another.
WITH own AS MATERIALIZED (
  -- include: forecasts.own
), runs AS (
  SELECT DISTINCT ON (f.jurisdiction_id) f.id, j.path, coalesce(j.path @> wanted.path, false) AS above
  FROM forecast_run f
  JOIN jurisdiction j ON j.id = f.jurisdiction_id
  JOIN crime_head h ON h.id = f.head_id
  LEFT JOIN jurisdiction wanted ON wanted.code = :jurisdiction
  WHERE f.state <> 'withdrawn' AND (:drafts OR f.state = 'published') AND f.expires_at > :now AND h.key = :head
    AND (CAST(:jurisdiction AS text) IS NULL OR j.path @> wanted.path OR j.path <@ wanted.path)
    AND EXISTS (SELECT 1 FROM own WHERE own.path <@ j.path OR j.path <@ own.path)
  ORDER BY f.jurisdiction_id, f.week DESC, f.id DESC
), nearest AS (
  SELECT id FROM runs WHERE above ORDER BY nlevel(path) DESC LIMIT 1
)
SELECT r.id
FROM runs r
WHERE r.id IN (SELECT id FROM nearest)
  OR (NOT EXISTS (SELECT 1 FROM nearest)
    AND NOT EXISTS (SELECT 1 FROM runs o WHERE o.path @> r.path AND o.id <> r.id))
ORDER BY r.id

-- name: forecasts.cells
-- The best-ranked cells of a run, up to a number; cells tied across the cut are left out together.  By the primary key.
SELECT ranked.cell, ranked.rate, ranked.low, ranked.high, ranked.rank, ranked.drivers
FROM (
  SELECT c.*, count(*) OVER (PARTITION BY c.rank) AS tied FROM forecast_cell c WHERE c.run_id = :run
) AS ranked
WHERE ranked.rank + ranked.tied - 1 <= :count
ORDER BY ranked.rank, ranked.cell

-- name: forecasts.cell_count
-- How many cells a run has, by the primary key.
SELECT count(*) FROM forecast_cell WHERE run_id = :run

-- name: forecasts.all_cells
-- Every cell of a run with its rate, in the order of the cells, by the primary key.
SELECT cell, rate, low, high FROM forecast_cell WHERE run_id = :run ORDER BY cell

-- name: forecasts.drafts
-- Draft runs that have not expired, oldest first.
SELECT id FROM forecast_run WHERE state = 'draft' AND expires_at > :now ORDER BY id

-- name: forecasts.withdraw_others
-- Withdraws what was published for the same jurisdiction, head and week before.
UPDATE forecast_run SET state = 'withdrawn'
FROM forecast_run newer
WHERE newer.id = :id AND forecast_run.id <> newer.id AND forecast_run.state = 'published'
  AND forecast_run.jurisdiction_id = newer.jurisdiction_id AND forecast_run.head_id = newer.head_id
  AND forecast_run.week = newer.week

-- name: forecasts.unscored
-- Runs whose week ended before a week and that have no outcome yet; with :again those that have one, too.
-- include: forecasts.shown
WHERE f.week < :before_week AND (f.outcome IS NULL OR :again) AND f.state <> 'withdrawn'
ORDER BY f.week, f.id

-- name: forecasts.keep_outcome
-- Keeps how well a run did.
UPDATE forecast_run SET outcome = CAST(:outcome AS jsonb) WHERE id = :id

-- name: forecasts.officer
-- An account by its name, for publishing from the command line.
SELECT id, role FROM access.account WHERE name = :name AND disabled_at IS NULL

-- name: forecasts.tile
-- Several runs' cells in a tile as MVT bytes: the layer of a map that shows more than one jurisdiction.
WITH envelope AS (SELECT ST_TileEnvelope(:z, :x, :y) AS box)
SELECT ST_AsMVT(t, 'forecast', 4096, 'geom')
FROM (
  SELECT to_hex(c.cell) AS cell, c.run_id AS run, c.rate, c.low, c.high, c.rank, r.has_synthetic AS synthetic,
    ST_AsMVTGeom(s.shape, e.box, 4096, 16) AS geom
  FROM forecast_cell c
  JOIN forecast_run r ON r.id = c.run_id
  JOIN cell s ON s.cell = c.cell
  JOIN envelope e ON s.shape && e.box
  WHERE c.run_id = ANY (CAST(:run_ids AS bigint[]))
  ORDER BY c.run_id, c.cell
) AS t
WHERE t.geom IS NOT NULL
