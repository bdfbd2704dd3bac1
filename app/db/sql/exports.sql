-- Exports: the records of a filter, each with its mass in it.

-- name: exports.chosen
-- Gives (record_id, mass, place) of the records that have mass in the window and the wanted slots; place says where a map of the
-- resolution counts it: cells, coarse, unplaced or held_back.
-- Answered by mass_shifts.
SELECT m.record_id, own.mass, m.kind, m.resolution, m.cells, m.protected,
  CASE WHEN m.resolution = 0 THEN 'unplaced' WHEN m.protected AND :hides_protected THEN 'held_back'
    WHEN m.resolution < :resolution THEN 'coarse' ELSE 'cells' END AS place
FROM mass m
CROSS JOIN LATERAL (
  SELECT coalesce(sum(s.share), 0)::bigint AS mass
  FROM unnest(m.shift_mass) WITH ORDINALITY AS s (share, n)
  WHERE lower(m.shifts) + s.n - 1 >= :first AND lower(m.shifts) + s.n - 1 < :end
    AND (CAST(:slots AS smallint[]) IS NULL
      OR (m.head_id * 3 + shift_of_day((lower(m.shifts) + s.n - 1)::integer))::smallint = ANY (CAST(:slots AS smallint[])))
) AS own
WHERE m.known_until IS NULL AND m.shifts && int4range(:first, :end) AND own.mass > 0
  AND (CAST(:kinds AS text[]) IS NULL OR m.kind = ANY (CAST(:kinds AS record_kind[])))
  AND (CAST(:stations AS bigint[]) IS NULL OR m.station_id = ANY (CAST(:stations AS bigint[])))

-- name: exports.sums
-- Gives by place the number of listed records and their mass, and those of stays, which are counted and never listed.
-- Answered by exports.chosen's index.
SELECT c.place, count(*) FILTER (WHERE c.kind <> 'stay') AS records, coalesce(sum(c.mass) FILTER (WHERE c.kind <> 'stay'), 0)::bigint AS mass,
  count(*) FILTER (WHERE c.kind = 'stay') AS stays, coalesce(sum(c.mass) FILTER (WHERE c.kind = 'stay'), 0)::bigint AS stay_mass
FROM (
  -- include: exports.chosen
) AS c
GROUP BY c.place

-- name: exports.records
-- Gives the listed records of a filter in the order of their ids: no stay, no person, and of a record that is held back no place.
-- Answered by exports.chosen's index, then record's primary key.
SELECT r.id, r.kind::text AS kind, coalesce(fir.number || '/' || fir.year, complaint.tag, incident.external_id) AS title,
  h.key AS head, h.name AS head_name, st.code AS station, st.name AS station_name, r.discovery::text AS discovery,
  lower(r.occurred) AS occurred_from, upper(r.occurred) AS occurred_to, r.reported_at,
  CASE WHEN NOT hidden THEN r.place_text ELSE '' END AS place_text, CASE WHEN NOT hidden THEN f.method ELSE '' END AS method,
  CASE WHEN NOT hidden THEN f.accuracy_m END AS accuracy_m,
  CASE WHEN NOT hidden AND f.method IN ('coordinates', 'pin', 'landmark') THEN ST_Y(f.point) END AS lat,
  CASE WHEN NOT hidden AND f.method IN ('coordinates', 'pin', 'landmark') THEN ST_X(f.point) END AS lon,
  CASE WHEN NOT hidden AND c.resolution > 0 AND cardinality(c.cells) = 1 THEN c.cells[1] END AS cell,
  c.mass, c.place, s.key AS source, s.is_synthetic
FROM (
  -- include: exports.chosen
) AS c
JOIN record r ON r.id = c.record_id
JOIN crime_head h ON h.id = r.head_id
JOIN jurisdiction st ON st.id = r.station_id
JOIN source s ON s.id = r.source_id
CROSS JOIN LATERAL (SELECT r.protected AND :hides_protected AS hidden) AS own
LEFT JOIN fix f ON f.record_id = r.id AND f.known_until IS NULL
LEFT JOIN fir ON fir.record_id = r.id
LEFT JOIN complaint ON complaint.record_id = r.id
LEFT JOIN incident ON incident.record_id = r.id
WHERE c.kind <> 'stay'
ORDER BY r.id
