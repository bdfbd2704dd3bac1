-- Weekly: what a briefing is made from, by the stations of one jurisdiction; and the briefings as they were made.

-- name: weekly.top
-- Gives a jurisdiction that may have a briefing, with its outline; by the unique index on code.
SELECT j.id, j.code, j.level::text AS level, j.name, j.name_ur, j.derived, CAST(j.path AS text) AS path, ST_AsBinary(j.area) AS area,
  ST_AsGeoJSON(ST_SimplifyPreserveTopology(j.area, greatest(ST_XMax(j.area) - ST_XMin(j.area), 0.02) / 800), 4) AS outline
FROM jurisdiction j
WHERE j.code = :code AND j.valid_until IS NULL AND j.area IS NOT NULL
  AND j.level IN ('province', 'region', 'division', 'district', 'circle')

-- name: weekly.is_seen
-- Whether the reader's scope holds a jurisdiction wholly.
SELECT CAST(:id AS bigint) IN (SELECT access.stations())

-- name: weekly.stations
-- Gives the recording units at and below a jurisdiction, with the district of each.
-- Answered by jurisdiction_path.
SELECT j.id, j.code, j.level::text AS level, j.name, j.name_ur, d.name AS district, d.name_ur AS district_ur
FROM jurisdiction top
JOIN jurisdiction j ON j.path <@ top.path AND j.level <> 'beat'
LEFT JOIN jurisdiction d ON d.path @> j.path AND d.level = 'district'
WHERE top.id = :top
ORDER BY j.name, j.code

-- name: weekly.with_data
-- Gives the jurisdictions of some levels whose stations learned of a FIR in a span; for the clock, as the worker.
-- Answered by mass_known.
SELECT j.code FROM jurisdiction j
WHERE j.level = ANY (CAST(:of_levels AS jurisdiction_level[])) AND j.valid_until IS NULL AND j.area IS NOT NULL AND EXISTS (
  SELECT 1 FROM (
    SELECT DISTINCT m.station_id FROM mass m
    WHERE m.known_until IS NULL AND m.kind = 'fir' AND m.known_at >= :start AND m.known_at < :stop) AS told
  JOIN jurisdiction st ON st.id = told.station_id AND st.path <@ j.path)
ORDER BY nlevel(j.path), j.code

-- name: weekly.sums
-- Gives (station, week, place, slot, mass) of FIRs: every slot's mass by week, and whether a map of resolution 7 could show it.
-- Answered by rollup's primary key (level 0) and rollup_delta_week.
SELECT f.station_id, f.week, CASE WHEN f.cell = 0 THEN 'unplaced' WHEN f.cell < 7 THEN 'coarse' ELSE 'placed' END AS place,
  u.slot / 3 AS head, sum(u.mass)::bigint AS mass
FROM (
  SELECT r.station_id, r.bucket AS week, r.cell, r.slots, r.masses
  FROM rollup r
  WHERE r.level = 0 AND r.span = 1 AND r.cell BETWEEN 0 AND 9 AND r.bucket >= :first AND r.bucket < :stop AND r.kind = 'fir'
    AND r.station_id = ANY (CAST(:stations AS bigint[]))
  UNION ALL
  SELECT d.station_id, d.week, d.resolution, d.slots, d.masses
  FROM rollup_delta d
  WHERE d.week >= :first AND d.week < :stop AND d.kind = 'fir' AND d.station_id = ANY (CAST(:stations AS bigint[]))
) AS f
CROSS JOIN LATERAL unnest(f.slots, f.masses) AS u (slot, mass)
GROUP BY 1, 2, 3, 4

-- name: weekly.known
-- Gives how many FIRs of a span of shifts there are, and how many were known within some seconds of their week's beginning.
-- Answered by mass_station and mass_shifts.
SELECT count(*) AS every, count(*) FILTER (WHERE m.known_at < (
    (DATE '1970-01-01' + (shift_week(lower(m.shifts)) * 7 - 3))::timestamp AT TIME ZONE 'Asia/Karachi'
  ) + make_interval(secs => :seconds)) AS known
FROM mass m
WHERE m.known_until IS NULL AND m.kind = 'fir' AND m.shifts && int4range(:first_shift, :end_shift)
  AND lower(m.shifts) >= :first_shift AND m.station_id = ANY (CAST(:stations AS bigint[]))

-- name: weekly.cells
-- Gives (cell, now, before): FIRs by cell of resolution 7 in the last weeks and in those before; none that is protected.
-- Answered by rollup's primary key (level 7) and rollup_delta_week.
SELECT f.cell, coalesce(sum(f.total) FILTER (WHERE f.week >= :turn), 0)::bigint AS now,
  coalesce(sum(f.total) FILTER (WHERE f.week < :turn), 0)::bigint AS before
FROM (
  SELECT r.cell, r.bucket AS week, r.total
  FROM rollup r
  WHERE r.level = 7 AND r.span = 1 AND r.bucket >= :first AND r.bucket < :stop AND r.kind = 'fir' AND NOT r.protected
    AND r.station_id = ANY (CAST(:stations AS bigint[]))
  UNION ALL
  SELECT level_cell(d.cell, d.resolution, 7), d.week, (SELECT sum(m) FROM unnest(d.masses) AS m)::bigint
  FROM rollup_delta d
  WHERE d.week >= :first AND d.week < :stop AND d.kind = 'fir' AND NOT d.protected
    AND d.station_id = ANY (CAST(:stations AS bigint[]))
) AS f
WHERE ((f.cell >> 52) & 15) = 7
GROUP BY f.cell
HAVING sum(f.total) <> 0

-- name: weekly.runs
-- Gives the published runs of a week that cover a jurisdiction or lie in it, for all of the day; the newest of each head and area.
-- Answered by forecast_run_week.
SELECT DISTINCT ON (f.head_id, f.jurisdiction_id) f.id, f.resolution, f.method, CAST(j.path AS text) AS path, j.code AS jurisdiction,
  j.name AS jurisdiction_name, j.name_ur AS jurisdiction_name_ur,
  h.key AS head, h.name AS head_name, h.name_ur AS head_name_ur, j.path @> top.path AS above
FROM forecast_run f
JOIN jurisdiction j ON j.id = f.jurisdiction_id
JOIN jurisdiction top ON top.id = :top
JOIN crime_head h ON h.id = f.head_id
WHERE f.week = :week AND f.state = 'published' AND NOT f.paused AND f.shift IS NULL AND NOT h.protected
  AND (j.path @> top.path OR j.path <@ top.path)
ORDER BY f.head_id, f.jurisdiction_id, f.id DESC

-- name: weekly.run_cells
-- Gives what some runs expect, by cell: the sum of the rates, and of what their dispersion adds to the variance.
-- Answered by forecast_cell's primary key.
SELECT c.cell, sum(c.rate) AS rate, sum(c.dispersion * c.rate * c.rate) AS extra
FROM forecast_cell c WHERE c.run_id = ANY (CAST(:runs AS bigint[])) GROUP BY c.cell ORDER BY c.cell

-- name: weekly.scores
-- Gives how the shown method and last year's counts did in a week, by area and head: of the week's own forecast where there was
-- one, else of the backtest; the newest scoring.
-- Answered by forecast_score_week.
SELECT DISTINCT ON (j.id, h.id, s.method) h.key AS head, h.name AS head_name, h.name_ur AS head_name_ur, j.code AS jurisdiction,
  j.name AS jurisdiction_name, j.name_ur AS jurisdiction_name_ur, s.method, s.shown, s.origin, s.observed, s.expected,
  s.captured[3] AS captured, s.scored_on
FROM forecast_score s
JOIN forecast_run f ON f.id = s.run_id AND f.shift IS NULL AND f.state = 'published'
JOIN jurisdiction j ON j.id = s.jurisdiction_id
JOIN jurisdiction top ON top.id = :top
JOIN crime_head h ON h.id = f.head_id AND NOT h.protected
WHERE s.week = :week AND (s.shown OR s.method = 'last_year') AND (j.path @> top.path OR j.path <@ top.path)
ORDER BY j.id, h.id, s.method, s.origin = 'forecast' DESC, s.scored_on DESC, s.run_id DESC

-- name: weekly.late
-- Gives by station the FIRs that became known in a span, and how many were reported more than 72 hours after the occurrence.
-- Answered by mass_known and record's primary key.
SELECT r.station_id, count(*) AS firs, count(*) FILTER (WHERE r.reported_at - upper(r.occurred) > interval '72 hours') AS late,
  percentile_cont(0.5) WITHIN GROUP (ORDER BY greatest(extract(epoch FROM r.reported_at - upper(r.occurred)) / 3600, 0)) AS hours
FROM mass m JOIN record r ON r.id = m.record_id
WHERE m.known_until IS NULL AND m.known_at >= :start AND m.known_at < :stop AND m.kind = 'fir' AND r.reported_at IS NOT NULL
  AND m.station_id = ANY (CAST(:stations AS bigint[]))
GROUP BY r.station_id

-- name: weekly.gap
-- Gives by station the complaints that became known in a span, how many became a FIR, and in how many days.
-- Answered by mass_known and the primary keys.
SELECT r.station_id, count(*) AS complaints, count(c.fir_id) AS became,
  percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM f.reported_at - r.reported_at) / 86400)
    FILTER (WHERE f.reported_at IS NOT NULL AND r.reported_at IS NOT NULL) AS days
FROM mass m
JOIN record r ON r.id = m.record_id
JOIN complaint c ON c.record_id = r.id
LEFT JOIN record f ON f.id = c.fir_id
WHERE m.known_until IS NULL AND m.known_at >= :start AND m.known_at < :stop AND m.kind = 'complaint'
  AND m.station_id = ANY (CAST(:stations AS bigint[]))
GROUP BY r.station_id

-- name: weekly.lock
-- Lets one briefing at a time be numbered for a jurisdiction.
SELECT pg_advisory_xact_lock(hashtextextended('weekly', :top))

-- name: weekly.add
-- Keeps a briefing under the next number of its jurisdiction and week.
INSERT INTO weekly_report (jurisdiction_id, week, number, figures, sha256, has_synthetic, made_by)
SELECT :top, :week, coalesce(max(w.number), 0) + 1, CAST(:figures AS jsonb), :sha256, :synthetic, :account
FROM weekly_report w WHERE w.jurisdiction_id = :top AND w.week = :week
RETURNING id

-- name: weekly.latest
-- Gives the newest briefing of a jurisdiction and week, or that of a number.
-- Answered by weekly_report's unique index.
SELECT w.id, w.jurisdiction_id, w.week, w.number, w.figures, w.sha256, w.has_synthetic, w.made_at,
  coalesce(nullif(a.display_name, ''), a.name) AS made_by
FROM weekly_report w LEFT JOIN access.account a ON a.id = w.made_by
WHERE w.jurisdiction_id = :top AND w.week = :week AND (CAST(:number AS integer) IS NULL OR w.number = :number)
ORDER BY w.number DESC LIMIT 1

-- name: weekly.kept
-- Gives the briefings of a jurisdiction, newest first, with how often each was taken.
-- Answered by weekly_report's unique index and weekly_copy_report.
SELECT w.id, w.week, w.number, w.made_at, coalesce(nullif(a.display_name, ''), a.name) AS made_by,
  (SELECT count(*) FROM weekly_copy c WHERE c.report_id = w.id) AS copies
FROM weekly_report w LEFT JOIN access.account a ON a.id = w.made_by
WHERE w.jurisdiction_id = :top ORDER BY w.week DESC, w.number DESC LIMIT 60

-- name: weekly.copies
-- Gives who took a briefing, the last first.
-- Answered by weekly_copy_report.
SELECT c.id, c.form, c.language, c.taken_at, coalesce(nullif(a.display_name, ''), a.name) AS officer
FROM weekly_copy c LEFT JOIN access.account a ON a.id = c.account_id
WHERE c.report_id = :report ORDER BY c.id DESC LIMIT 50

-- name: weekly.take
-- Notes that the reader takes a briefing, and gives the copy's number.
INSERT INTO weekly_copy (report_id, jurisdiction_id, form, language, account_id)
VALUES (:report, :top, :form, :language, :account)
RETURNING id
