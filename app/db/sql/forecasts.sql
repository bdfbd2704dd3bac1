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
-- Records of a year by district and head, and how many of them are dated to at most two shifts, for choosing what to forecast;
-- inside some jurisdictions, if they are named.  A scan of mass, then a join of its stations.
WITH counted AS (
  SELECT station_id, head_id, count(*) AS records, count(*) FILTER (WHERE cardinality(shift_mass) <= 2) AS timed
  FROM mass
  WHERE known_until IS NULL AND kind = ANY (CAST(:kinds AS record_kind[])) AND discovery = 'reported' AND NOT protected
    AND lower(shifts) >= :first_shift AND lower(shifts) < :end_shift
  GROUP BY station_id, head_id
)
SELECT d.code AS district, r.code AS region, p.code AS province, h.key AS head, CAST(sum(c.records) AS bigint) AS records,
  CAST(sum(c.timed) AS bigint) AS timed
FROM counted c
JOIN jurisdiction s ON s.id = c.station_id
JOIN jurisdiction d ON d.path @> s.path AND d.level = 'district'
LEFT JOIN jurisdiction r ON r.path @> d.path AND r.level = 'region'
LEFT JOIN jurisdiction p ON p.path @> d.path AND p.level = 'province'
JOIN crime_head h ON h.id = c.head_id AND NOT h.protected
WHERE CAST(:within AS text[]) IS NULL
  OR EXISTS (SELECT 1 FROM jurisdiction top WHERE top.code = ANY (CAST(:within AS text[])) AND d.path <@ top.path)
GROUP BY d.code, r.code, p.code, h.key
ORDER BY d.code, h.key

-- name: forecasts.pieces
-- Mass by head, resolution, cell, week and the week in which it became known, with what was known at a date and no more.  Every
-- belief adds its mass when it begins and takes it away when it ends, so that a replay sees a record at its old place until the
-- day of its pin.  A record's first belief begins when its source knew of it, however late Naqsha loaded it; a later one when
-- Naqsha came to it.  Stations by their path, their mass by mass_station, older beliefs by mass_ended.
WITH stations AS MATERIALIZED (
  SELECT s.id FROM jurisdiction s JOIN jurisdiction top ON s.path <@ top.path WHERE top.code = :jurisdiction
), beliefs AS (
  SELECT m.head_id, m.resolution, m.cells, m.cell_upto, m.shifts, m.shift_mass, m.known_until,
    CASE WHEN EXISTS (
      SELECT 1 FROM mass e WHERE e.record_id = m.record_id AND e.known_until IS NOT NULL AND e.known_from < m.known_from
    ) THEN greatest(m.known_from, m.known_at) ELSE m.known_at END AS begins
  FROM mass m
  WHERE m.station_id IN (SELECT id FROM stations)
    AND m.head_id = ANY (CAST(:heads AS smallint[]))
    AND m.kind = ANY (CAST(:kinds AS record_kind[]))
    AND m.discovery = ANY (CAST(:discoveries AS discovery[]))
    -- A murder may be protected by another section that its FIR cites: no map of ours is to point at its place.
    AND NOT m.protected
    AND m.shifts && int4range(:first_shift, :end_shift)
)
SELECT b.head_id, b.resolution,
  CASE WHEN b.resolution > :resolution THEN cell_parent(a.cell, :resolution) ELSE a.cell END AS cell,
  shift_week(a.shift) AS week,
  CAST(floor((CAST(s.known AT TIME ZONE 'Asia/Karachi' AS date) - DATE '1970-01-01' + 3) / 7.0) AS integer) AS known_week,
  CAST(sum(s.sign * a.mass) AS bigint) AS mass
FROM beliefs b
CROSS JOIN LATERAL (VALUES (b.begins, 1), (b.known_until, -1)) AS s (known, sign)
CROSS JOIN LATERAL mass_atoms(b.cells, b.cell_upto, b.shifts, b.shift_mass) AS a
WHERE s.known <= :date AND (b.known_until IS NULL OR b.known_until > b.begins)
  AND a.shift >= :first_shift AND a.shift < :end_shift
  AND (CAST(:shift AS integer) IS NULL OR shift_of_day(a.shift) = :shift)
  AND a.mass > 0
GROUP BY 1, 2, 3, 4, 5
HAVING sum(s.sign * a.mass) <> 0
ORDER BY 1, 2, 3, 4, 5

-- name: forecasts.stations
-- The stations of a jurisdiction with their areas, by their path.
SELECT s.code, s.name, s.name_ur, ST_AsBinary(s.area) AS area
FROM jurisdiction s
JOIN jurisdiction top ON s.path <@ top.path
WHERE top.code = :jurisdiction AND s.level = 'station' AND s.area IS NOT NULL
ORDER BY s.code

-- name: forecasts.places
-- What holds several stations of a jurisdiction, itself included, with their codes, by their path.
SELECT p.name, p.name_ur, array_agg(s.code ORDER BY s.code) AS stations
FROM jurisdiction top
JOIN jurisdiction p ON p.path <@ top.path AND (p.level IN ('division', 'circle', 'district') OR p.id = top.id)
JOIN jurisdiction s ON s.path <@ p.path AND s.level = 'station' AND s.area IS NOT NULL
WHERE top.code = :jurisdiction
GROUP BY p.id
HAVING count(*) > 1
ORDER BY p.id

-- name: forecasts.registered
-- How many records the stations of a jurisdiction registered by week and head, and how many of them late, by a date: by what was
-- believed of each first, so that a correction registers nothing.  Stations by their path, their mass by mass_station, older
-- beliefs by mass_ended.
WITH stations AS MATERIALIZED (
  SELECT s.id, s.code FROM jurisdiction s JOIN jurisdiction top ON s.path <@ top.path WHERE top.code = :jurisdiction
), known AS (
  SELECT m.station_id, m.head_id, shift_week(lower(m.shifts)) AS occurred,
    CAST(floor((CAST(m.known_at AT TIME ZONE 'Asia/Karachi' AS date) - DATE '1970-01-01' + 3) / 7.0) AS integer) AS week
  FROM mass m
  WHERE m.station_id IN (SELECT id FROM stations)
    AND m.kind = ANY (CAST(:kinds AS record_kind[]))
    AND m.discovery = ANY (CAST(:discoveries AS discovery[]))
    AND NOT m.protected AND m.known_at <= :date
    AND NOT EXISTS (
      SELECT 1 FROM mass e WHERE e.record_id = m.record_id AND e.known_until IS NOT NULL AND e.known_from < m.known_from
    )
)
SELECT s.code AS station, h.key AS head, k.week, count(*) AS records,
  count(*) FILTER (WHERE k.week - k.occurred >= CAST(:late AS integer)) AS late
FROM known k JOIN stations s ON s.id = k.station_id JOIN crime_head h ON h.id = k.head_id
WHERE k.week >= :first AND k.week < :end
GROUP BY 1, 2, 3

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
INSERT INTO forecast_run (jurisdiction_id, head_id, shift, week, resolution, method, known_until, data_hash, parameters, scores,
  card, notes, paused, has_synthetic, expires_at, made_by)
VALUES (:jurisdiction_id, :head_id, :shift, :week, :resolution, :method, :known_until, :data_hash, CAST(:parameters AS jsonb),
  CAST(:scores AS jsonb), CAST(:card AS jsonb), CAST(:notes AS jsonb), :paused, :has_synthetic, :expires_at, :made_by)
RETURNING id

-- name: forecasts.add_cells
-- Adds a run's cells: arrays of one length.
INSERT INTO forecast_cell (run_id, jurisdiction_id, cell, rate, low, high, dispersion, rank, listed, unstable, unknown, paused,
  drivers)
SELECT :run, :jurisdiction_id, c.cell, c.rate, c.low, c.high, c.dispersion, c.rank, c.listed, c.unstable, c.unknown, c.paused,
  CAST(c.drivers AS jsonb)
FROM unnest(CAST(:cells AS bigint[]), CAST(:rates AS float8[]), CAST(:lows AS float8[]), CAST(:highs AS float8[]),
  CAST(:dispersions AS float8[]), CAST(:ranks AS integer[]), CAST(:listed AS boolean[]), CAST(:unstable AS boolean[]),
  CAST(:unknown AS boolean[]), CAST(:paused AS boolean[]), CAST(:drivers AS text[]))
  AS c (cell, rate, low, high, dispersion, rank, listed, unstable, unknown, paused, drivers)

-- name: forecasts.add_rival
-- Keeps another method's forecast for a run's cells, in the order of the cells.
INSERT INTO forecast_rival (run_id, method, rates, dispersions)
VALUES (:run, :method, CAST(:rates AS float8[]), CAST(:dispersions AS float8[]))

-- name: forecasts.rivals
-- The other methods' forecasts of a run, by the primary key.
SELECT method, rates, dispersions FROM forecast_rival WHERE run_id = :run ORDER BY method

-- name: forecasts.last_examination
-- How the methods of a series did on past weeks when they were last examined, not long before a week.  By forecast_run_latest.
SELECT scores
FROM forecast_run
WHERE jurisdiction_id = :jurisdiction_id AND head_id = :head_id AND shift IS NOT DISTINCT FROM CAST(:shift AS smallint)
  AND resolution = :resolution AND week <= :week AND CAST(scores ->> 'examined' AS integer) > :week - CAST(:weeks AS integer)
  AND CAST(scores ->> 'examined' AS integer) <= :week
ORDER BY week DESC, id DESC
LIMIT 1

-- name: forecasts.own
-- The jurisdictions of whoever is signed in, as paths.
SELECT j.path FROM access.who() w JOIN jurisdiction j ON j.code = ANY (w.jurisdiction_codes)

-- name: forecasts.own_codes
-- The codes of the jurisdictions of whoever is signed in.
SELECT unnest(w.jurisdiction_codes) FROM access.who() w

-- name: forecasts.is_own
-- Whether a jurisdiction is the reader's own or lies in it.
SELECT EXISTS (
  SELECT 1 FROM (
    -- include: forecasts.own
  ) AS own JOIN jurisdiction j ON j.path <@ own.path WHERE j.code = :jurisdiction)

-- name: forecasts.shown
-- Columns of a run as it is shown, with the names of its jurisdiction and head.
SELECT f.id, f.method, f.state, f.made_at, f.expires_at, f.published_at, f.week, f.shift, f.resolution, f.known_until,
  f.data_hash, f.parameters, f.scores, f.card, f.notes, f.paused, f.has_synthetic, f.outcome, f.expires_at <= :now AS expired,
  f.jurisdiction_id, f.head_id, h.key AS head,
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
  AND (CAST(:any_shift AS boolean) OR f.shift IS NOT DISTINCT FROM CAST(:shift AS smallint))
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
  AND (CAST(:head AS text) IS NULL OR h.key = :head) AND f.shift IS NOT DISTINCT FROM CAST(:shift AS smallint)
  AND (CAST(:jurisdiction AS text) IS NULL OR j.path @> wanted.path OR j.path <@ wanted.path)
  AND EXISTS (SELECT 1 FROM own WHERE own.path <@ j.path OR j.path <@ own.path)
ORDER BY (f.expires_at > :now) DESC, f.week DESC, coalesce(j.path @> wanted.path, false) DESC,
  CASE WHEN j.path @> wanted.path THEN nlevel(j.path) END DESC NULLS LAST, f.id DESC
LIMIT 1

-- name: forecasts.latest_all
-- The runs that a map shows together: of every jurisdiction that the reader may see the newest unexpired one of a head and part
-- of the day; where one holds the wanted jurisdiction, the nearest of those alone.  None lies in another; a paused one is shown
-- nowhere, nor an older one in its place.
WITH own AS MATERIALIZED (
  -- include: forecasts.own
), runs AS (
  SELECT DISTINCT ON (f.jurisdiction_id) f.id, f.paused, j.path, coalesce(j.path @> wanted.path, false) AS above
  FROM forecast_run f
  JOIN jurisdiction j ON j.id = f.jurisdiction_id
  JOIN crime_head h ON h.id = f.head_id
  LEFT JOIN jurisdiction wanted ON wanted.code = :jurisdiction
  WHERE f.state <> 'withdrawn' AND (:drafts OR f.state = 'published') AND f.expires_at > :now AND h.key = :head
    AND f.shift IS NOT DISTINCT FROM CAST(:shift AS smallint)
    AND (CAST(:jurisdiction AS text) IS NULL OR j.path @> wanted.path OR j.path <@ wanted.path)
    AND EXISTS (SELECT 1 FROM own WHERE own.path <@ j.path OR j.path <@ own.path)
  ORDER BY f.jurisdiction_id, f.week DESC, f.id DESC
), nearest AS (
  SELECT id FROM runs WHERE above ORDER BY nlevel(path) DESC LIMIT 1
)
SELECT r.id
FROM runs r
WHERE NOT r.paused AND (r.id IN (SELECT id FROM nearest)
  OR (NOT EXISTS (SELECT 1 FROM nearest)
    AND NOT EXISTS (SELECT 1 FROM runs o WHERE o.path @> r.path AND o.id <> r.id)))
ORDER BY r.id

-- name: forecasts.cells
-- The cells that a run lists, best first, and those that would be listed but rest or are paused.  By the primary key.
SELECT cell, rate, low, high, rank, drivers, unstable, unknown, paused, rested
FROM forecast_cell
WHERE run_id = :run AND listed
ORDER BY rank, cell

-- name: forecasts.lists
-- What the published runs of a series listed in the weeks before a week, one row a week: what stood on no list is not in them.
-- By forecast_run_latest and forecast_cell_listed.
SELECT f.week, array_agg(DISTINCT c.cell) AS cells
FROM forecast_run f
JOIN forecast_cell c ON c.run_id = f.id AND c.listed AND NOT c.rested AND NOT c.paused
WHERE f.jurisdiction_id = :jurisdiction_id AND f.head_id = :head_id AND f.shift IS NOT DISTINCT FROM CAST(:shift AS smallint)
  AND f.resolution = :resolution AND f.published_at IS NOT NULL AND f.week >= :week - CAST(:weeks AS integer) AND f.week < :week
GROUP BY f.week
ORDER BY f.week

-- name: forecasts.rest
-- Lets just the given ones of a run's listed cells rest.
UPDATE forecast_cell SET rested = cell = ANY (CAST(:cells AS bigint[]))
WHERE run_id = :run AND listed AND rested <> (cell = ANY (CAST(:cells AS bigint[])))

-- name: forecasts.listed
-- The cells that a run lists, resting ones included, best first.  By forecast_cell_listed.
SELECT cell, rate FROM forecast_cell WHERE run_id = :run AND listed ORDER BY rank, cell

-- name: forecasts.cell_count
-- How many cells a run has, by the primary key.
SELECT count(*) FROM forecast_cell WHERE run_id = :run

-- name: forecasts.all_cells
-- Every cell of a run with its rate, in the order of the cells, by the primary key.
SELECT cell, rate, low, high, dispersion FROM forecast_cell WHERE run_id = :run ORDER BY cell

-- name: forecasts.drafts
-- Draft runs that have not expired and are not paused, oldest first.
SELECT id FROM forecast_run WHERE state = 'draft' AND expires_at > :now AND NOT paused ORDER BY id

-- name: forecasts.withdraw_others
-- Withdraws what was published for the same jurisdiction, head, shift and week before.
UPDATE forecast_run SET state = 'withdrawn'
FROM forecast_run newer
WHERE newer.id = :id AND forecast_run.id <> newer.id AND forecast_run.state = 'published'
  AND forecast_run.jurisdiction_id = newer.jurisdiction_id AND forecast_run.head_id = newer.head_id
  AND forecast_run.shift IS NOT DISTINCT FROM newer.shift AND forecast_run.week = newer.week

-- name: forecasts.to_score
-- Runs whose week ended before a week, and that have no outcome yet or may get a new one: those from :again_from on.  What is
-- read together stands together.  By forecast_run_week.
-- include: forecasts.shown
WHERE f.week < :before_week AND (f.outcome IS NULL OR f.week >= :again_from) AND f.state <> 'withdrawn'
ORDER BY j.code, f.resolution, f.shift NULLS FIRST, f.parameters -> 'kinds', f.week, f.id

-- name: forecasts.keep_outcome
-- Keeps how well a run did.
UPDATE forecast_run SET outcome = CAST(:outcome AS jsonb) WHERE id = :id

-- name: forecasts.officer
-- An account by its name, for publishing from the command line.
SELECT id, role FROM access.account WHERE name = :name AND disabled_at IS NULL

-- name: forecasts.tile
-- Several runs' cells in a tile as MVT bytes: the layer of a map that shows more than one jurisdiction.  A paused cell has no
-- number; `mark` says why a cell is to be read with care.
WITH envelope AS (SELECT ST_TileEnvelope(:z, :x, :y) AS box)
SELECT ST_AsMVT(t, 'forecast', 4096, 'geom')
FROM (
  SELECT to_hex(c.cell) AS cell, c.run_id AS run, CASE WHEN NOT c.paused THEN c.rate END AS rate,
    CASE WHEN NOT c.paused THEN c.low END AS low, CASE WHEN NOT c.paused THEN c.high END AS high,
    CASE WHEN NOT c.paused THEN c.rank END AS rank, r.has_synthetic AS synthetic,
    CASE WHEN c.paused THEN 'paused' WHEN c.rested THEN 'rested' WHEN c.unknown THEN 'unknown' WHEN c.unstable THEN 'unstable' END
      AS mark, r.state <> 'published' AS draft,
    ST_AsMVTGeom(s.shape, e.box, 4096, 16) AS geom
  FROM forecast_cell c
  JOIN forecast_run r ON r.id = c.run_id
  JOIN cell s ON s.cell = c.cell
  JOIN envelope e ON s.shape && e.box
  WHERE c.run_id = ANY (CAST(:run_ids AS bigint[]))
  ORDER BY c.run_id, c.cell
) AS t
WHERE t.geom IS NOT NULL
