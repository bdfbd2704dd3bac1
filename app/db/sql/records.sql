-- Mass read back: cells, what a map cannot show, summaries, the records of a cell.  Every paragraph runs under row-level
-- security; `hides_protected` is the policy's word on protected heads at this resolution.

-- name: records.filtered
-- Gives (level, cell, week, kind, protected, slots, masses, total) of a filter in ranges of cells of rollup levels: blocks of
-- sixteen weeks, whole weeks before and behind them, changes not yet folded, and the window's edges from mass.
-- `week` is null for blocks.  OFFSET 0 keeps the ranges outermost: the planner, which cannot know how narrow they are, would
-- else read a whole level and sift it.
-- Answered by rollup's primary key, rollup_delta_week and mass_shifts.
SELECT range.level, r.cell, CASE WHEN r.span = 1 THEN r.bucket END AS week, r.kind, r.protected, r.slots, r.masses, r.total
FROM unnest(CAST(:levels AS smallint[]), CAST(:lows AS bigint[]), CAST(:highs AS bigint[])) AS range (level, low, high)
CROSS JOIN unnest(CAST(:spans AS smallint[]), CAST(:firsts AS integer[]), CAST(:ends AS integer[])) AS whole (span, first, stop)
CROSS JOIN LATERAL (
  SELECT * FROM rollup r
  WHERE r.level = range.level AND r.span = whole.span AND r.cell BETWEEN range.low AND range.high
    AND r.bucket >= whole.first AND r.bucket < whole.stop
    AND (CAST(:kinds AS text[]) IS NULL OR r.kind = ANY (CAST(:kinds AS record_kind[])))
    AND (CAST(:stations AS bigint[]) IS NULL OR r.station_id = ANY (CAST(:stations AS bigint[])))
  OFFSET 0
) AS r
UNION ALL
SELECT lifted.level, lifted.cell, d.week, d.kind, d.protected, d.slots, d.masses,
  (SELECT sum(m) FROM unnest(d.masses) AS m)::bigint
FROM rollup_delta d
CROSS JOIN LATERAL (
  SELECT l.level, level_cell(d.cell, d.resolution, l.level) AS cell FROM unnest(CAST(:own_levels AS smallint[])) AS l (level) OFFSET 0
) AS lifted
WHERE (CAST(:kinds AS text[]) IS NULL OR d.kind = ANY (CAST(:kinds AS record_kind[])))
  AND (CAST(:stations AS bigint[]) IS NULL OR d.station_id = ANY (CAST(:stations AS bigint[])))
  AND d.week >= :week_first AND d.week < :week_end
  -- The ranges are sorted and apart, so a search by halves finds the only one that may hold the cell.
  AND lifted.cell <= (CAST(:highs AS bigint[]))[width_bucket(lifted.cell, CAST(:lows AS bigint[]))]
UNION ALL
SELECT lifted.level, lifted.cell, shift_week(a.shift), m.kind, m.protected,
  ARRAY[(m.head_id * 3 + shift_of_day(a.shift))::smallint], ARRAY[a.mass], a.mass
FROM unnest(CAST(:edges AS int4range[])) AS edge (span)
JOIN mass m ON m.known_until IS NULL AND m.shifts && edge.span
CROSS JOIN LATERAL mass_atoms(m.cells, m.cell_upto, m.shifts, m.shift_mass) AS a
CROSS JOIN LATERAL (
  SELECT l.level, level_cell(a.cell, m.resolution, l.level) AS cell FROM unnest(CAST(:own_levels AS smallint[])) AS l (level) OFFSET 0
) AS lifted
WHERE (CAST(:kinds AS text[]) IS NULL OR m.kind = ANY (CAST(:kinds AS record_kind[])))
  AND (CAST(:stations AS bigint[]) IS NULL OR m.station_id = ANY (CAST(:stations AS bigint[])))
  AND a.shift <@ edge.span
  AND lifted.cell <= (CAST(:highs AS bigint[]))[width_bucket(lifted.cell, CAST(:lows AS bigint[]))]

-- name: records.weighed
-- Gives (level, cell, protected, mass) of a filter, the wanted slots summed; nothing where none of them is.
-- OFFSET 0 keeps the sum from being made once for each place that reads it.
-- Answered by records.filtered's indexes.
SELECT f.level, f.cell, f.protected, CASE WHEN CAST(:slots AS smallint[]) IS NULL THEN f.total
  WHEN f.slots <@ CAST(:slots AS smallint[]) THEN f.total
  ELSE (SELECT coalesce(sum(u.mass), 0) FROM unnest(f.slots, f.masses) AS u (slot, mass)
        WHERE u.slot = ANY (CAST(:slots AS smallint[])))::bigint END AS mass
FROM (
  -- include: records.filtered
) AS f
WHERE CAST(:slots AS smallint[]) IS NULL OR f.slots && CAST(:slots AS smallint[])
OFFSET 0

-- name: records.cells
-- Gives (place, cell, mass): one row a shown cell whose centre lies in the box (everywhere, if :west is null), and one row each
-- of what the map cannot show: coarse, unplaced, held_back (cell null).  One statement, so that they are of one moment.
-- Answered by records.filtered's indexes and cell's primary key.
WITH weighed AS (
  -- include: records.weighed
), shown AS (
  SELECT cell_parent(cell, :resolution) AS cell, sum(mass)::bigint AS mass FROM weighed
  WHERE level > 0 AND ((cell >> 52) & 15) >= :resolution AND NOT (protected AND :hides_protected)
  GROUP BY 1
)
SELECT 'shown' AS place, s.cell, s.mass FROM shown s
WHERE s.mass <> 0 AND (CAST(:west AS double precision) IS NULL OR EXISTS (
  SELECT 1 FROM cell c WHERE c.cell = s.cell
    AND ST_X(c.centre) >= :west AND ST_X(c.centre) < :east AND ST_Y(c.centre) >= :south AND ST_Y(c.centre) < :north))
UNION ALL
SELECT CASE WHEN cell = 0 THEN 'unplaced' WHEN protected AND :hides_protected THEN 'held_back' ELSE 'coarse' END AS place, NULL, sum(mass)::bigint
FROM weighed
WHERE level = 0 AND (cell < :resolution OR (protected AND :hides_protected))
GROUP BY 1
ORDER BY 2

-- name: records.summary
-- Gives (place, kind, head, week, mass) in grouping sets: one row a place, a kind, a head, a week.  With a box, what is shown is
-- counted from the cells in it, and what the map cannot show is counted whole.
-- Answered by records.filtered's indexes and cell's primary key.
SELECT place, kind, head, week, sum(mass)::bigint AS mass
FROM (
  SELECT f.kind::text AS kind, u.slot / 3 AS head, f.week, u.mass, f.level,
    CASE WHEN f.level > 0 THEN 'shown' WHEN f.cell = 0 THEN 'unplaced' WHEN f.protected AND :hides_protected THEN 'held_back'
      WHEN f.cell < :resolution THEN 'coarse' ELSE 'shown' END AS place
  FROM (
    -- include: records.filtered
  ) AS f
  CROSS JOIN LATERAL unnest(f.slots, f.masses) AS u (slot, mass)
  WHERE (CAST(:slots AS smallint[]) IS NULL OR u.slot = ANY (CAST(:slots AS smallint[])))
    AND (f.level = 0 OR (((f.cell >> 52) & 15) >= :resolution AND NOT (f.protected AND :hides_protected) AND EXISTS (
      SELECT 1 FROM cell c WHERE c.cell = cell_parent(f.cell, :resolution)
        AND ST_X(c.centre) >= :west AND ST_X(c.centre) < :east AND ST_Y(c.centre) >= :south AND ST_Y(c.centre) < :north)))
) AS atoms
WHERE CAST(:west AS double precision) IS NULL OR level > 0 OR place <> 'shown'
GROUP BY GROUPING SETS ((place), (kind), (head), (week))
HAVING sum(mass) <> 0

-- name: records.count
-- Gives the number of records that have mass in the window and the wanted heads and shifts; with a box, of those that the map
-- shows in it, and of all that no cell can show.
-- Answered by mass_shifts.
SELECT count(*) FROM mass m
WHERE m.known_until IS NULL AND m.shifts && int4range(:first, :end)
  AND (CAST(:kinds AS text[]) IS NULL OR m.kind = ANY (CAST(:kinds AS record_kind[])))
  AND (CAST(:stations AS bigint[]) IS NULL OR m.station_id = ANY (CAST(:stations AS bigint[])))
  AND (CAST(:heads AS smallint[]) IS NULL OR m.head_id = ANY (CAST(:heads AS smallint[])))
  AND EXISTS (
    SELECT 1 FROM unnest(m.shift_mass) WITH ORDINALITY AS s (share, n)
    WHERE s.share > 0 AND lower(m.shifts) + s.n - 1 >= :first AND lower(m.shifts) + s.n - 1 < :end
      AND (CAST(:shift AS integer) IS NULL OR shift_of_day((lower(m.shifts) + s.n - 1)::integer) = :shift))
  AND (CAST(:west AS double precision) IS NULL OR m.resolution < :resolution OR (m.protected AND :hides_protected) OR EXISTS (
    SELECT 1 FROM unnest(m.cells) AS own (cell) JOIN cell c ON c.cell = cell_parent(own.cell, :resolution)
    WHERE ST_X(c.centre) >= :west AND ST_X(c.centre) < :east AND ST_Y(c.centre) >= :south AND ST_Y(c.centre) < :north))

-- name: records.in_cell
-- Gives the records with mass in a cell, newest first, each with its mass there, and the whole cell's mass and count in every row.
-- Answered by mass_keys, then record's primary key.
WITH hit AS MATERIALIZED (
  SELECT m.record_id, sum(a.mass)::bigint AS mass
  FROM mass m
  CROSS JOIN LATERAL mass_atoms(m.cells, m.cell_upto, m.shifts, m.shift_mass) AS a
  WHERE m.known_until IS NULL AND m.keys && CAST(:keys AS bigint[]) AND m.resolution >= :resolution
    AND m.shifts && int4range(:first, :end) AND a.shift >= :first AND a.shift < :end
    AND cell_parent(a.cell, :resolution) = :cell
    AND NOT (m.protected AND :hides_protected)
    AND (CAST(:kinds AS text[]) IS NULL OR m.kind = ANY (CAST(:kinds AS record_kind[])))
    AND (CAST(:stations AS bigint[]) IS NULL OR m.station_id = ANY (CAST(:stations AS bigint[])))
    AND (CAST(:slots AS smallint[]) IS NULL
      OR (m.head_id * 3 + shift_of_day(a.shift))::smallint = ANY (CAST(:slots AS smallint[])))
  GROUP BY m.record_id
  HAVING sum(a.mass) > 0
), whole AS (SELECT sum(mass)::bigint AS mass, count(*) AS records FROM hit)
SELECT r.id, r.kind::text AS kind, hit.mass, whole.mass AS cell_mass, whole.records AS cell_records,
  lower(r.occurred) AS occurred_from, upper(r.occurred) AS occurred_to, r.reported_at, r.place_text, r.protected,
  h.key AS head, st.code AS station, st.name AS station_name, st.name_ur AS station_name_ur, f.method, f.accuracy_m, s.name AS source,
  s.is_synthetic, fir.year, fir.number, complaint.tag, incident.external_id, incident.category, hotel.name AS hotel
FROM hit
CROSS JOIN whole
JOIN record r ON r.id = hit.record_id
JOIN crime_head h ON h.id = r.head_id
JOIN jurisdiction st ON st.id = r.station_id
JOIN source s ON s.id = r.source_id
LEFT JOIN fix f ON f.record_id = r.id AND f.known_until IS NULL
LEFT JOIN fir ON fir.record_id = r.id
LEFT JOIN complaint ON complaint.record_id = r.id
LEFT JOIN incident ON incident.record_id = r.id
LEFT JOIN stay ON stay.record_id = r.id
LEFT JOIN hotel ON hotel.id = stay.hotel_id
WHERE CAST(:before AS timestamptz) IS NULL OR (lower(r.occurred), r.id) < (CAST(:before AS timestamptz), :before_id)
ORDER BY lower(r.occurred) DESC, r.id DESC
LIMIT :page

-- name: records.one
-- Gives a record with everything that its page shows but persons.
-- Answered by the primary keys.
SELECT r.id, r.kind::text AS kind, r.key, r.version, r.cancelled, r.discovery::text AS discovery, r.protected,
  lower(r.occurred) AS occurred_from, upper(r.occurred) AS occurred_to, r.reported_at, r.known_at, r.made_at, r.place_text,
  ST_Y(r.given) AS given_lat, ST_X(r.given) AS given_lon,
  h.key AS head, h.name AS head_name, h.name_ur AS head_name_ur, st.code AS station, st.name AS station_name,
  st.name_ur AS station_name_ur, s.key AS source, s.name AS source_name, s.is_synthetic, s.attribution,
  fir.year, fir.number, fir.e_tag, fir.sections, fir.property, fir.distance_m, fir.direction, fir.status AS fir_status,
  fir.rule_version, coalesce(fir.narrative, complaint.narrative, incident.narrative) AS narrative,
  complaint.tag, complaint.category AS complaint_category, complaint.status AS complaint_status, complaint.fir, complaint.fir_id,
  incident.external_id, incident.category AS incident_category, hotel.name AS hotel, stay.check_in
FROM record r
JOIN crime_head h ON h.id = r.head_id
JOIN jurisdiction st ON st.id = r.station_id
JOIN source s ON s.id = r.source_id
LEFT JOIN fir ON fir.record_id = r.id
LEFT JOIN complaint ON complaint.record_id = r.id
LEFT JOIN incident ON incident.record_id = r.id
LEFT JOIN stay ON stay.record_id = r.id
LEFT JOIN hotel ON hotel.id = stay.hotel_id
WHERE r.id = :id

-- name: records.fixes
-- Gives a record's fixes, the current one first.
-- Answered by fix_record.
SELECT f.id, f.method, f.score, f.accuracy_m, ST_Y(f.point) AS lat, ST_X(f.point) AS lon, f.matched, f.reasons, f.known_from,
  f.known_until, f.account_id IS NOT NULL AS by_officer
FROM fix f WHERE f.record_id = :id ORDER BY f.known_until IS NOT NULL, f.known_from DESC, f.id DESC

-- name: records.current_mass
-- Gives a record's current mass row; none if it is cancelled.
-- Answered by mass_current.
SELECT m.resolution, m.cells, m.cell_upto, lower(m.shifts) AS first_shift, m.shift_mass
FROM mass m WHERE m.record_id = :id AND m.known_until IS NULL

-- name: records.versions
-- Gives what a record said before, newest first.
-- Answered by record_version's primary key.
SELECT v.version, v.content, v.known_from, v.known_until FROM record_version v WHERE v.record_id = :id ORDER BY v.version DESC

-- name: records.persons
-- Gives the encrypted persons of a record.
-- Answered by party_record.
SELECT p.role, p.name, p.cnic, p.phone FROM person.party p WHERE p.record_id = :id ORDER BY p.id
