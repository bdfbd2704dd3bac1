-- name: scores.add
-- Keeps one method's sums of one week; a score of the same day gives way.
INSERT INTO forecast_score (run_id, week, method, scored_on, jurisdiction_id, origin, shown, cells, observed, outside, expected,
  captured, best, deviance, log_score, crps, covered, top_cells, top_covered)
VALUES (:run, :week, :method, :scored_on, :jurisdiction_id, :origin, :shown, :cells, :observed, :outside, :expected,
  CAST(:captured AS float8[]), CAST(:best AS float8[]), :deviance, :log_score, :crps, :covered, :top_cells, :top_covered)
ON CONFLICT (run_id, week, method, scored_on) DO UPDATE SET origin = EXCLUDED.origin, observed = EXCLUDED.observed,
  outside = EXCLUDED.outside, captured = EXCLUDED.captured, best = EXCLUDED.best, deviance = EXCLUDED.deviance,
  log_score = EXCLUDED.log_score, crps = EXCLUDED.crps, covered = EXCLUDED.covered, top_covered = EXCLUDED.top_covered

-- name: scores.drop_older_backtests
-- Takes away the weeks of older backtests of a run's series: the newest stands for all.
DELETE FROM forecast_score s
USING forecast_run older, forecast_run newer
WHERE newer.id = :run AND older.id = s.run_id AND older.id <> newer.id AND s.origin = 'backtest'
  AND older.jurisdiction_id = newer.jurisdiction_id AND older.head_id = newer.head_id
  AND older.shift IS NOT DISTINCT FROM newer.shift

-- name: scores.picked
-- The scores that count: of every series, week, origin and method the newest, of the run that was published before a draft.  By
-- forecast_score_week, in the reader's areas.
SELECT DISTINCT ON (s.jurisdiction_id, f.head_id, f.shift, s.week, s.origin, s.method)
  s.jurisdiction_id, f.head_id, coalesce(f.shift, -1) AS shift, s.week, s.origin, s.method, s.shown, s.cells, s.observed,
  s.outside, s.expected, s.captured, s.best, s.deviance, s.log_score, s.covered, s.top_cells, s.top_covered, s.scored_on
FROM forecast_score s
JOIN forecast_run f ON f.id = s.run_id
JOIN jurisdiction j ON j.id = s.jurisdiction_id
LEFT JOIN jurisdiction wanted ON wanted.code = :jurisdiction
LEFT JOIN crime_head asked ON asked.key = :head
WHERE s.week >= :first_week AND (:drafts OR f.state <> 'draft')
  AND (CAST(:head AS text) IS NULL OR f.head_id = asked.id)
  AND (CAST(:any_shift AS boolean) OR f.shift IS NOT DISTINCT FROM CAST(:shift AS smallint))
  AND (CAST(:jurisdiction AS text) IS NULL OR j.path @> wanted.path OR j.path <@ wanted.path)
ORDER BY s.jurisdiction_id, f.head_id, f.shift, s.week, s.origin, s.method, (f.state = 'published') DESC, s.run_id DESC,
  s.scored_on DESC

-- name: scores.summed
-- Sums of scores by origin and method ('shown' is the method that each run showed): over all, by week, and by series.
WITH picked AS MATERIALIZED (
  -- include: scores.picked
), summed AS (
  SELECT p.origin, v.name, p.week, p.jurisdiction_id, p.head_id, p.shift,
    GROUPING(p.week) = 0 AS by_week, GROUPING(p.jurisdiction_id) = 0 AS by_series,
    count(DISTINCT p.week) AS weeks, sum(p.cells) AS cells, sum(p.observed) AS observed, sum(p.outside) AS outside,
    sum(p.expected) AS expected, sum(p.captured[1]) AS captured_1, sum(p.captured[3]) AS captured_5, sum(p.best[3]) AS best_5,
    sum(p.deviance) AS deviance, sum(p.log_score) AS log_score, sum(p.covered) AS covered, sum(p.top_cells) AS top_cells,
    sum(p.top_covered) AS top_covered, max(p.scored_on) AS scored_on, max(p.method) AS method
  FROM picked p
  CROSS JOIN LATERAL (VALUES (p.method), (CASE WHEN p.shown THEN 'shown' END)) AS v (name)
  WHERE v.name IS NOT NULL
  GROUP BY GROUPING SETS ((p.origin, v.name), (p.origin, v.name, p.week), (p.origin, v.name, p.jurisdiction_id, p.head_id, p.shift))
)
SELECT s.*, j.code AS jurisdiction, j.name AS jurisdiction_name, j.name_ur AS jurisdiction_name_ur, h.key AS head,
  h.name AS head_name, h.name_ur AS head_name_ur
FROM summed s
LEFT JOIN jurisdiction j ON j.id = s.jurisdiction_id
LEFT JOIN crime_head h ON h.id = s.head_id
ORDER BY s.origin, j.name NULLS FIRST, h.id NULLS FIRST, s.shift NULLS FIRST, s.week NULLS FIRST, s.name

-- name: scores.pairs
-- Of every series, origin and week the records, and those that the shown method and the plain rules held in 5 % of the area.
WITH picked AS MATERIALIZED (
  -- include: scores.picked
)
SELECT p.origin, p.jurisdiction_id, p.head_id, p.shift, p.week, max(p.observed) AS observed,
  max(p.captured[3]) FILTER (WHERE p.shown) AS shown,
  max(p.captured[3]) FILTER (WHERE p.method = 'last_year') AS last_year,
  max(p.captured[3]) FILTER (WHERE p.method = 'smoothed_decayed_mean') AS smoothed_decayed_mean
FROM picked p
GROUP BY p.origin, p.jurisdiction_id, p.head_id, p.shift, p.week
ORDER BY p.origin, p.jurisdiction_id, p.head_id, p.shift, p.week
