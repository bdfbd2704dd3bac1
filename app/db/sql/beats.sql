-- Beats: sums by beat, plans with their places, visits.  Under row-level security like everything else.

-- name: beats.top
-- Gives a jurisdiction that the reader's scope holds wholly, with its box; a district, circle or station.
-- Answered by the unique index on code.
SELECT j.id, j.code, j.level::text AS level, j.name, j.name_ur, j.derived,
  ST_XMin(j.area) AS west, ST_YMin(j.area) AS south, ST_XMax(j.area) AS east, ST_YMax(j.area) AS north
FROM jurisdiction j
WHERE j.code = :code AND j.valid_until IS NULL AND j.level IN ('district', 'circle', 'station') AND j.id IN (SELECT access.stations())

-- name: beats.units
-- Gives the beats below a jurisdiction, and those of its stations that have no beats, each with its station and its cells.
-- Answered by jurisdiction_path.
SELECT j.id, j.code, j.name, j.name_ur, j.level::text AS level, j.derived, j.area_cells, st.id AS station_id, st.code AS station,
  st.name AS station_name, st.name_ur AS station_name_ur, ST_Y(st.seat) AS lat, ST_X(st.seat) AS lon
FROM jurisdiction top
JOIN jurisdiction j ON j.path <@ top.path AND j.valid_until IS NULL AND j.area_cells IS NOT NULL
JOIN jurisdiction st ON st.path @> j.path AND st.level = 'station' AND st.valid_until IS NULL
WHERE top.id = :top AND (j.level = 'beat' OR (j.level = 'station' AND NOT EXISTS (
  SELECT 1 FROM jurisdiction b WHERE b.parent_id = j.id AND b.level = 'beat' AND b.valid_until IS NULL)))
ORDER BY st.name, st.code, length(j.code), j.code

-- name: beats.areas
-- Gives the outline of units as GeoJSON, by the primary key.
SELECT j.id, ST_AsGeoJSON(j.area, 5) AS shape FROM jurisdiction j WHERE j.id = ANY (CAST(:units AS bigint[])) AND j.area IS NOT NULL

-- name: beats.stations
-- Gives the recording units at and below a jurisdiction.
-- Answered by jurisdiction_path.
SELECT below.id FROM jurisdiction top JOIN jurisdiction below ON below.path <@ top.path AND below.level <> 'beat' WHERE top.id = :top

-- name: beats.cells
-- Gives (place, cell, mass): one row a base cell in the ranges, and one row each of all that is placed so finely, coarse, unplaced
-- and held back, in the ranges or not.  One statement, so that they are of one moment.
-- Answered by records.filtered's indexes.
WITH weighed AS MATERIALIZED (
  -- include: records.weighed
)
SELECT 'shown' AS place, cell, sum(mass)::bigint AS mass
FROM weighed
WHERE level = 9 AND ((cell >> 52) & 15) = 9 AND NOT (protected AND :hides_protected)
GROUP BY cell
HAVING sum(mass) <> 0
UNION ALL
SELECT CASE WHEN cell = 0 THEN 'unplaced' WHEN protected AND :hides_protected THEN 'held_back' WHEN cell < 9 THEN 'coarse'
  ELSE 'placed' END AS place, NULL, sum(mass)::bigint
FROM weighed
WHERE level = 0
GROUP BY 1

-- name: beats.weeks
-- Gives (unit, week, mass, every): by unit and week the mass of the wanted slots, and of all slots.  `units` names the unit of each
-- range of cells.
-- Answered by records.filtered's indexes.
SELECT (CAST(:units AS integer[]))[width_bucket(f.cell, CAST(:lows AS bigint[]))] AS unit, f.week,
  sum(CASE WHEN CAST(:slots AS smallint[]) IS NULL THEN f.total
    ELSE (SELECT coalesce(sum(u.mass), 0) FROM unnest(f.slots, f.masses) AS u (slot, mass)
          WHERE u.slot = ANY (CAST(:slots AS smallint[]))) END)::bigint AS mass,
  sum(f.total)::bigint AS every
FROM (
  -- include: records.filtered
) AS f
WHERE f.level = 9 AND ((f.cell >> 52) & 15) = 9 AND NOT (f.protected AND :hides_protected)
GROUP BY 1, 2

-- name: beats.runs
-- Gives the published run of each head that covers a jurisdiction: of the wanted shift where there is one, of the newest week,
-- then of the nearest area.  None that is paused.
-- Answered by forecast_run_latest.
SELECT DISTINCT ON (f.head_id) f.id, f.week, f.shift, f.resolution, f.method, f.made_at, f.expires_at, h.key AS head, h.name AS head_name,
  h.name_ur AS head_name_ur, j.code AS jurisdiction
FROM forecast_run f
JOIN jurisdiction j ON j.id = f.jurisdiction_id
JOIN jurisdiction wanted ON wanted.id = :top
JOIN crime_head h ON h.id = f.head_id
WHERE f.state = 'published' AND NOT f.paused AND f.expires_at > :now AND j.path @> wanted.path
  AND (f.shift IS NULL OR f.shift = :shift)
  AND (CAST(:heads AS smallint[]) IS NULL OR f.head_id = ANY (CAST(:heads AS smallint[])))
ORDER BY f.head_id, f.week DESC, f.shift NULLS LAST, nlevel(j.path) DESC, f.id DESC

-- name: beats.run_cells
-- Gives the cells of runs that lie among some, with what is expected in each.
-- Answered by forecast_cell's primary key.
SELECT c.run_id, c.cell, c.rate, c.dispersion FROM forecast_cell c
WHERE c.run_id = ANY (CAST(:runs AS bigint[])) AND c.cell = ANY (CAST(:cells AS bigint[]))

-- name: beats.drivers
-- Gives what drives the forecast of some cells, with each run's head and rate, the highest rate of a cell first.
-- Answered by forecast_cell's primary key.
SELECT c.cell, h.key AS head, h.name AS head_name, h.name_ur AS head_name_ur, c.rate, c.low, c.high, c.drivers
FROM forecast_cell c JOIN forecast_run r ON r.id = c.run_id JOIN crime_head h ON h.id = r.head_id
WHERE c.run_id = ANY (CAST(:runs AS bigint[])) AND c.cell = ANY (CAST(:cells AS bigint[]))
ORDER BY c.cell, c.rate DESC, h.id

-- name: beats.names
-- Gives for each point the nearest named place within a kilometre, and the nearest neighbourhood.  No mosque, school or
-- clinic: a card must not point a patrol at a congregation, at children, or at a doctor by name.
-- Answered by place_point.
SELECT w.n, near.name, near.name_ur, around.name AS around, around.name_ur AS around_ur
FROM unnest(CAST(:lats AS double precision[]), CAST(:lons AS double precision[])) WITH ORDINALITY AS w (lat, lon, n)
LEFT JOIN LATERAL (
  SELECT p.name, p.name_ur FROM place p
  WHERE p.point && ST_Expand(ST_SetSRID(ST_MakePoint(w.lon, w.lat), 4326), 0.01) AND p.kind IN ('landmark', 'street')
    AND coalesce(p.category, '') !~ 'mosques|schools|hospitals'
  ORDER BY p.point <-> ST_SetSRID(ST_MakePoint(w.lon, w.lat), 4326), p.id LIMIT 1) AS near ON true
LEFT JOIN LATERAL (
  SELECT p.name, p.name_ur FROM place p
  WHERE p.point && ST_Expand(ST_SetSRID(ST_MakePoint(w.lon, w.lat), 4326), 0.03)
    AND p.kind IN ('neighbourhood', 'locality', 'area')
  ORDER BY p.point <-> ST_SetSRID(ST_MakePoint(w.lon, w.lat), 4326), p.id LIMIT 1) AS around ON true
ORDER BY w.n

-- name: beats.roads
-- Gives the roads and city outlines in a box of degrees as GeoJSON in degrees, for the sketch on a card.
-- Answered by ground_shape.
SELECT g.kind, ST_AsGeoJSON(ST_Transform(ST_Simplify(g.shape, 8, true), 4326), 5) AS shape
FROM ground g
WHERE g.kind IN ('road', 'neighbourhood')
  AND g.shape && ST_Transform(ST_MakeEnvelope(:west, :south, :east, :north, 4326), 3857)
LIMIT 1500

-- name: beats.add_plan
-- Inserts a plan and gives its id.
INSERT INTO patrol_plan (jurisdiction_id, week, shift, heads, kinds, patrols, minutes, settings, run_ids, covered, total, made_by)
VALUES (:top, :week, :shift, CAST(:heads AS smallint[]), CAST(:kinds AS record_kind[]), :patrols, :minutes,
  CAST(:settings AS jsonb), CAST(:runs AS bigint[]), :covered, :total, :account)
RETURNING id

-- name: beats.add_places
-- Inserts the places of a plan.
INSERT INTO patrol_place (plan_id, station_id, patrol, position, cell, list_cell, point, decision, locked, reason, covered, name,
  name_ur, drivers)
SELECT :plan, w.station, w.patrol, w.position, w.cell, w.list_cell, ST_SetSRID(ST_MakePoint(w.lon, w.lat), 4326), w.decision,
  w.locked, w.reason, w.covered, w.name, w.name_ur, CAST(w.drivers AS jsonb)
FROM unnest(CAST(:stations AS bigint[]), CAST(:patrols AS smallint[]), CAST(:positions AS smallint[]), CAST(:cells AS bigint[]),
  CAST(:list_cells AS bigint[]), CAST(:lats AS double precision[]), CAST(:lons AS double precision[]), CAST(:decisions AS text[]),
  CAST(:lockeds AS boolean[]), CAST(:reasons AS text[]), CAST(:covereds AS bigint[]), CAST(:names AS text[]),
  CAST(:names_ur AS text[]), CAST(:drivers AS text[])) AS w (station, patrol, position, cell, list_cell, lat, lon, decision,
  locked, reason, covered, name, name_ur, drivers)

-- name: beats.plans
-- Gives the plans at, below and above a jurisdiction, newest week first, with how many places, visits and minutes each has.
-- Answered by patrol_plan_week and patrol_place's unique index.
SELECT p.id, p.week, p.shift, p.patrols, p.minutes, p.covered, p.total, p.made_at, p.withdrawn_at, j.code AS jurisdiction,
  j.name AS jurisdiction_name, j.name_ur AS jurisdiction_name_ur, coalesce(nullif(a.display_name, ''), a.name) AS made_by,
  (SELECT count(*) FROM patrol_place o WHERE o.plan_id = p.id AND o.patrol > 0) AS places,
  (SELECT count(*) FROM patrol_visit v JOIN patrol_place o ON o.id = v.place_id WHERE o.plan_id = p.id) AS visits,
  (SELECT coalesce(sum(v.minutes), 0) FROM patrol_visit v JOIN patrol_place o ON o.id = v.place_id WHERE o.plan_id = p.id) AS visited
FROM patrol_plan p
JOIN jurisdiction top ON top.id = :top
JOIN jurisdiction j ON j.id = p.jurisdiction_id AND (j.path <@ top.path OR j.path @> top.path)
LEFT JOIN access.account a ON a.id = p.made_by
WHERE (CAST(:week AS integer) IS NULL OR p.week = :week)
ORDER BY p.week DESC, p.id DESC
LIMIT 200

-- name: beats.plan
-- Gives one plan, by the primary key.
SELECT p.id, p.jurisdiction_id, p.week, p.shift, p.heads, CAST(p.kinds AS text[]) AS kinds, p.patrols, p.minutes, p.settings,
  p.run_ids, p.covered, p.total, p.made_at, p.withdrawn_at, j.code AS jurisdiction, j.name AS jurisdiction_name,
  j.name_ur AS jurisdiction_name_ur, coalesce(nullif(a.display_name, ''), a.name) AS made_by
FROM patrol_plan p
JOIN jurisdiction j ON j.id = p.jurisdiction_id
LEFT JOIN access.account a ON a.id = p.made_by
WHERE p.id = :id

-- name: beats.places
-- Gives a plan's places in the order of patrols and visits, each with its visits summed.
-- Answered by patrol_place's unique index and patrol_visit_place.
SELECT o.id, o.patrol, o.position, o.cell, o.list_cell, ST_Y(o.point) AS lat, ST_X(o.point) AS lon, o.decision, o.locked, o.reason,
  o.covered, o.name, o.name_ur, o.drivers, st.code AS station, o.station_id, v.visits, v.minutes, v.open
FROM patrol_place o
JOIN jurisdiction st ON st.id = o.station_id
CROSS JOIN LATERAL (
  SELECT count(*) AS visits, coalesce(sum(v.minutes), 0) AS minutes, count(*) FILTER (WHERE v.ended_at IS NULL) AS open
  FROM patrol_visit v WHERE v.place_id = o.id) AS v
WHERE o.plan_id = :id
ORDER BY o.patrol, o.position

-- name: beats.withdraw
-- Withdraws a plan; gives its id where there was one to withdraw.
-- Answered by the primary key.
UPDATE patrol_plan SET withdrawn_at = now() WHERE id = :id AND withdrawn_at IS NULL RETURNING id

-- name: beats.lock_list
-- Lets one plan at a time be kept in a district, so that two cannot both find a cell's fourth week free.
SELECT pg_advisory_xact_lock(hashtextextended('patrol list', d.id)) FROM jurisdiction j
JOIN jurisdiction d ON d.path @> j.path AND d.level = 'district' WHERE j.id = :top

-- name: beats.listed
-- Gives the weeks in which cells were on the list, of plans that were not withdrawn, within some weeks.
-- Answered by patrol_place_list.
SELECT DISTINCT o.list_cell AS cell, p.week
FROM patrol_place o JOIN patrol_plan p ON p.id = o.plan_id
WHERE o.patrol > 0 AND p.withdrawn_at IS NULL AND o.list_cell = ANY (CAST(:cells AS bigint[]))
  AND p.week BETWEEN :first AND :last

-- name: beats.start_visit
-- Starts a visit of the reader's, or keeps one that has ended already with its minutes.
INSERT INTO patrol_visit (place_id, station_id, account_id, started_at, ended_at, minutes, typed, point, accuracy_m)
SELECT o.id, o.station_id, :account, now() - make_interval(secs => coalesce(CAST(:minutes AS double precision), 0) * 60),
  CASE WHEN CAST(:minutes AS double precision) IS NOT NULL THEN now() END, CAST(:minutes AS real),
  CAST(:minutes AS double precision) IS NOT NULL,
  CASE WHEN CAST(:lat AS double precision) IS NOT NULL THEN ST_SetSRID(ST_MakePoint(:lon, :lat), 4326) END, CAST(:accuracy_m AS real)
FROM patrol_place o WHERE o.id = :place AND o.patrol > 0
RETURNING id, started_at

-- name: beats.end_visit
-- Ends a visit of the reader's; its minutes by the clock, at most twelve hours.
-- Answered by the primary key.
UPDATE patrol_visit SET ended_at = now(), minutes = least(extract(epoch FROM now() - started_at) / 60, 720)::real,
  point = coalesce(point, CASE WHEN CAST(:lat AS double precision) IS NOT NULL THEN ST_SetSRID(ST_MakePoint(:lon, :lat), 4326) END),
  accuracy_m = coalesce(accuracy_m, CAST(:accuracy_m AS real))
WHERE id = :id AND ended_at IS NULL
RETURNING id, place_id, minutes

-- name: beats.open_visit
-- Gives the visit that the reader has under way.
-- Answered by patrol_visit_open.
SELECT v.id, v.place_id, v.started_at, o.plan_id FROM patrol_visit v JOIN patrol_place o ON o.id = v.place_id
WHERE v.account_id = (SELECT access.current_account()) AND v.ended_at IS NULL
