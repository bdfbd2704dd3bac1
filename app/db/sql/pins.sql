-- The pin desk: what it asks of a station's register.  Under row-level security like everything else.

-- name: pins.events
-- Gives the dates of FIRs with those of the next number in their station and year, for the check of their order.
-- Answered by record_fir_key and the primary keys; the window runs over a station's year.
WITH register AS (
  SELECT r.id, r.station_id, r.known_at, fir.year, fir.number, fir.e_tag,
    lead(fir.number) OVER numbers AS next_number, lead(r.known_at) OVER numbers AS next_known_at, lead(fir.e_tag) OVER numbers AS next_e_tag
  FROM record r JOIN fir ON fir.record_id = r.id
  WHERE r.kind = 'fir' AND fir.year BETWEEN :first_year AND :last_year
    AND (CAST(:stations AS bigint[]) IS NULL OR r.station_id = ANY (CAST(:stations AS bigint[])))
  WINDOW numbers AS (PARTITION BY r.station_id, fir.year ORDER BY fir.number)
)
SELECT r.id, g.year, g.number, g.e_tag, g.next_number, g.next_known_at, g.next_e_tag, r.key, r.protected,
  lower(r.occurred) AS occurred_from, r.known_at, r.reported_at, fir.diary_at, fir.despatched_at, fir.arrested_at,
  st.code AS station, st.name AS station_name, st.name_ur AS station_name_ur, h.key AS head,
  (SELECT array_agg(s.action_date) FROM fir_section s WHERE s.record_id = r.id AND s.action = 'added' AND s.action_date IS NOT NULL) AS section_dates,
  (SELECT max(cr.reported_at) FROM complaint c JOIN record cr ON cr.id = c.record_id WHERE c.fir_id = r.id) AS complained_at
FROM register g
JOIN record r ON r.id = g.id
JOIN fir ON fir.record_id = r.id
JOIN jurisdiction st ON st.id = r.station_id
JOIN crime_head h ON h.id = r.head_id
WHERE (CAST(:record AS bigint) IS NULL OR r.id = :record)
  AND (CAST(:since AS timestamptz) IS NULL OR r.known_at >= :since)
ORDER BY r.known_at DESC, r.id DESC

-- name: pins.register_of
-- Gives the station and year of a FIR, so that only its own register is read; none where it is no FIR or not the reader's.
-- Answered by the primary keys.
SELECT r.station_id, fir.year FROM record r JOIN fir ON fir.record_id = r.id WHERE r.id = :record

-- name: pins.form
-- Gives what Form 24.5(1) prints beside a record's own page.
-- Answered by the primary keys.
SELECT fir.diary_at, fir.despatched_at, fir.arrested_at, fir.delay_reason, d.name AS district_name, d.name_ur AS district_name_ur,
  p.name AS province_name, p.name_ur AS province_name_ur
FROM record r
JOIN fir ON fir.record_id = r.id
JOIN jurisdiction st ON st.id = r.station_id
LEFT JOIN jurisdiction d ON d.level = 'district' AND st.path <@ d.path
LEFT JOIN jurisdiction p ON p.level = 'province' AND st.path <@ p.path
WHERE r.id = :record

-- name: pins.queue
-- Gives the records whose fix is weak, the weakest of the gravest first: weakness x (half + half of the head's gravity).
-- Answered by fix_weak, then the primary keys.
WITH weak AS (
  -- include: geocode.weak
), ranked AS (
  SELECT r.id, r.kind::text AS kind, w.method, w.score, w.accuracy_m, r.place_text, r.protected, r.reported_at, r.known_at,
    lower(r.occurred) AS occurred_from, upper(r.occurred) AS occurred_to, h.key AS head, h.name AS head_name,
    h.name_ur AS head_name_ur, r.station_id, r.source_id,
    round((w.weakness * (0.5 + 0.5 * h.gravity / 1000.0))::numeric, 6) AS priority
  FROM weak w
  JOIN record r ON r.id = w.record_id
  JOIN crime_head h ON h.id = r.head_id
  WHERE (CAST(:methods AS text[]) IS NULL OR w.method = ANY (CAST(:methods AS text[])))
    AND (CAST(:kinds AS text[]) IS NULL OR r.kind = ANY (CAST(:kinds AS record_kind[])))
)
SELECT q.*, st.code AS station, st.name AS station_name, st.name_ur AS station_name_ur, s.name AS source, s.is_synthetic,
  fir.year, fir.number, fir.distance_m, fir.direction, complaint.tag, incident.external_id, incident.category
FROM ranked q
JOIN jurisdiction st ON st.id = q.station_id
JOIN source s ON s.id = q.source_id
LEFT JOIN fir ON fir.record_id = q.id
LEFT JOIN complaint ON complaint.record_id = q.id
LEFT JOIN incident ON incident.record_id = q.id
WHERE CAST(:priority AS numeric) IS NULL OR (q.priority, q.known_at, q.id) < (CAST(:priority AS numeric), CAST(:known_at AS timestamptz), :id)
ORDER BY q.priority DESC, q.known_at DESC, q.id DESC
LIMIT :page

-- name: pins.progress
-- Gives for each station of the reader how its records are placed: all, weak, unplaced, by officers, and by officers since a day.
-- Answered by fix_station_record; cancelled records and stays are not counted.
SELECT st.code AS station, st.name AS station_name, st.name_ur AS station_name_ur, count(*) AS records,
  count(*) FILTER (WHERE f.account_id IS NULL AND f.method <> 'pin' AND (f.method IN ('unplaced', 'station_area') OR f.score < 0.5)) AS weak,
  count(*) FILTER (WHERE f.account_id IS NULL AND f.method = 'unplaced') AS unplaced,
  count(*) FILTER (WHERE f.account_id IS NOT NULL) AS by_officers,
  count(*) FILTER (WHERE f.account_id IS NOT NULL AND f.known_from >= :since) AS lately
FROM fix f
JOIN record r ON r.id = f.record_id
JOIN jurisdiction st ON st.id = f.station_id
WHERE f.known_until IS NULL AND NOT r.cancelled AND r.kind <> 'stay'
  AND (CAST(:stations AS bigint[]) IS NULL OR f.station_id = ANY (CAST(:stations AS bigint[])))
GROUP BY st.id
ORDER BY weak DESC, st.code

-- name: pins.station
-- Gives a record's station with its house and its area as GeoJSON, and the beats of the area.
-- Answered by the primary keys.
SELECT st.code, st.level::text AS level, st.name, st.name_ur, st.derived, d.name AS district, ST_Y(st.seat) AS lat, ST_X(st.seat) AS lon,
  ST_AsGeoJSON(ST_SimplifyPreserveTopology(st.area, 0.0003), 5) AS area
FROM record r
JOIN jurisdiction st ON st.id = r.station_id
LEFT JOIN jurisdiction d ON d.level = 'district' AND st.path <@ d.path
WHERE r.id = :record
