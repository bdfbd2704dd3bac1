-- What pickers and the search box read of the reference data.

-- name: lookup.jurisdictions
-- Gives jurisdictions with their boxes, from the top down; at most 500.
-- Answered by jurisdiction_name, jurisdiction_parent.
SELECT j.code, j.name, j.name_ur, j.level::text AS level, parent.code AS parent, j.derived,
  ST_XMin(j.area) AS west, ST_YMin(j.area) AS south, ST_XMax(j.area) AS east, ST_YMax(j.area) AS north
FROM jurisdiction j
LEFT JOIN jurisdiction parent ON parent.id = j.parent_id
WHERE j.valid_until IS NULL
  AND (CAST(:q AS text) IS NULL OR j.name ILIKE '%' || :q || '%' OR j.name_ur LIKE '%' || :q || '%' OR j.code ILIKE :q || '%')
  AND (CAST(:level AS text) IS NULL OR j.level::text = :level)
  AND (CAST(:parent AS text) IS NULL OR parent.code = :parent)
ORDER BY j.level, j.name, j.code
LIMIT 500

-- name: lookup.own_jurisdictions
-- Gives the jurisdictions of a reader, and what lies below them: the tops where neither words nor a parent are asked for, with
-- whether anything that a map can be filtered by lies below each; from the top down, at most 200.
-- Answered by jurisdiction_path, jurisdiction_parent.
SELECT j.code, j.name, j.name_ur, j.level::text AS level, parent.code AS parent, j.derived,
  ST_XMin(j.area) AS west, ST_YMin(j.area) AS south, ST_XMax(j.area) AS east, ST_YMax(j.area) AS north,
  EXISTS (SELECT FROM jurisdiction c WHERE c.parent_id = j.id AND c.level <> 'beat' AND c.valid_until IS NULL) AS has_below,
  (SELECT string_agg(above.name, ' · ' ORDER BY above.path DESC) FROM jurisdiction above
    WHERE above.path @> j.path AND above.id <> j.id AND above.level <> 'country') AS within,
  (SELECT string_agg(coalesce(above.name_ur, above.name), ' · ' ORDER BY above.path DESC) FROM jurisdiction above
    WHERE above.path @> j.path AND above.id <> j.id AND above.level <> 'country') AS within_ur
FROM jurisdiction j
LEFT JOIN jurisdiction parent ON parent.id = j.parent_id
WHERE j.valid_until IS NULL AND j.level <> 'beat'
  AND EXISTS (SELECT FROM jurisdiction top WHERE top.code = ANY (CAST(:own AS text[])) AND j.path <@ top.path)
  AND (CAST(:q AS text) IS NULL OR position(lower(:q) IN lower(j.name)) > 0 OR position(:q IN j.name_ur) > 0 OR j.code = upper(:q))
  AND (CAST(:parent AS text) IS NULL OR parent.code = :parent)
  AND (CAST(:q AS text) IS NOT NULL OR CAST(:parent AS text) IS NOT NULL OR j.code = ANY (CAST(:own AS text[])))
ORDER BY j.level, j.name, j.code
LIMIT 200

-- name: lookup.heads
-- Gives the crime heads in the order of their gravity.
-- Answered by a scan of some thirty rows.
SELECT key, name, name_ur, part, protected, discovery::text AS discovery FROM crime_head ORDER BY part, gravity DESC, id

-- name: lookup.rule_version
-- Gives the version of the section rules.
-- Answered by a scan of some hundred rows.
SELECT max(rule_version) FROM section_rule

-- name: lookup.sources
-- Gives the sources with what they brought and how far their data reaches.
-- Answered by a scan of some rows.
SELECT s.key, s.name, s.owner_force, s.is_synthetic AS synthetic, s.attribution, s.licence, CAST(f.kinds AS text[]) AS kinds,
  coalesce(f.accepted, 0) AS accepted, f.data_to, f.received_at
FROM source s LEFT JOIN source_freshness() f ON f.source_id = s.id ORDER BY s.key

-- name: lookup.firs
-- Gives the FIRs of a number that the reader may see, the newest first.
-- Answered by fir_number.
SELECT r.id, fir.number, fir.year, st.name AS station, st.name_ur AS station_ur
FROM fir JOIN record r ON r.id = fir.record_id JOIN jurisdiction st ON st.id = r.station_id
WHERE fir.number = :number AND (CAST(:year AS integer) IS NULL OR fir.year = :year)
ORDER BY fir.year DESC, r.id DESC LIMIT 8

-- name: lookup.search
-- Gives jurisdictions in force and places whose name is, or has in it, the words; exact names first, then the greater place.
-- Answered by place_name's primary key, place_name_part and, for jurisdictions, a scan of some two thousand rows.
SELECT type, code, name, name_ur, detail, lat, lon FROM (
  SELECT 'jurisdiction' AS type, j.code, j.name, j.name_ur, j.level::text AS detail,
    ST_Y(coalesce(j.seat, ST_PointOnSurface(j.area))) AS lat, ST_X(coalesce(j.seat, ST_PointOnSurface(j.area))) AS lon,
    1 AS sort, 0 AS rank, 0::bigint AS population
  FROM jurisdiction j
  WHERE j.level <> 'beat' AND j.valid_until IS NULL
    AND (j.name ILIKE '%' || :part || '%' OR translate(j.name_ur, 'ھةۃيىكں', 'ہہہییکن') LIKE '%' || :part || '%' OR j.code = upper(:key))
  UNION ALL
  SELECT 'place', p.ref, p.name, p.name_ur, concat_ws(', ', p.kind, d.name), ST_Y(p.point), ST_X(p.point), 2, p.rank, p.population
  FROM place_name n JOIN place p ON p.id = n.place_id LEFT JOIN jurisdiction d ON d.id = p.district_id
  WHERE n.key = :key
  UNION ALL
  (SELECT 'place', p.ref, p.name, p.name_ur, concat_ws(', ', p.kind, d.name), ST_Y(p.point), ST_X(p.point), 3, p.rank, p.population
  FROM place p LEFT JOIN jurisdiction d ON d.id = p.district_id
  WHERE p.name ILIKE '%' || :part || '%' ORDER BY p.rank, p.population DESC LIMIT 30)
) AS found
ORDER BY sort, rank, population DESC, length(name), name
LIMIT 30

-- name: lookup.alike
-- Gives the jurisdictions in force and the places whose names look most like the words, the likest first.
-- Answered by jurisdiction_name and place_name_part.
SELECT type, code, name, name_ur, detail, lat, lon FROM (
  SELECT 'jurisdiction' AS type, j.code, j.name, j.name_ur, j.level::text AS detail,
    ST_Y(coalesce(j.seat, ST_PointOnSurface(j.area))) AS lat, ST_X(coalesce(j.seat, ST_PointOnSurface(j.area))) AS lon,
    similarity(j.name, :words) + 0.1 AS likeness
  FROM jurisdiction j WHERE j.level <> 'beat' AND j.valid_until IS NULL AND j.name % :words
  UNION ALL
  SELECT 'place', p.ref, p.name, p.name_ur, concat_ws(', ', p.kind, d.name), ST_Y(p.point), ST_X(p.point),
    similarity(p.name, :words) - p.rank * 0.01
  FROM place p LEFT JOIN jurisdiction d ON d.id = p.district_id WHERE p.name % :words
) AS found
ORDER BY likeness DESC, length(name), name
LIMIT 8
