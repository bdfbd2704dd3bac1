-- Reference data as the geocoder asks for it: names by district, stations with their areas, the unit at a point.

-- name: geocode.places_of_district
-- Gives every place of the district :district with its keys.
-- Answered by a scan of place_name by district, once a process and district.
SELECT p.ref, p.name, p.kind, ST_Y(p.point) AS lat, ST_X(p.point) AS lon, p.radius_m, ST_AsBinary(p.extent) AS extent,
  array_agg(n.key ORDER BY n.key) AS keys
FROM place_name n
JOIN place p ON p.id = n.place_id
JOIN jurisdiction d ON d.id = n.district_id
WHERE d.code = :district
GROUP BY p.id
ORDER BY p.ref

-- name: geocode.places_of_name
-- Gives the places of one key in every district.
-- Answered by place_name's primary key.
SELECT p.ref, p.name, p.kind, ST_Y(p.point) AS lat, ST_X(p.point) AS lon, p.radius_m, ST_AsBinary(p.extent) AS extent,
  d.code AS district
FROM place_name n
JOIN place p ON p.id = n.place_id
LEFT JOIN jurisdiction d ON d.id = n.district_id
WHERE n.key = :key
ORDER BY p.ref

-- name: geocode.units
-- Gives every jurisdiction above the beats, with the district that holds it.
-- Answered by a scan of jurisdiction, once a process.
SELECT j.id, j.code, CAST(j.level AS text) AS level, j.name, j.name_ur, CAST(j.path AS text) AS path,
  d.code AS district, d.name AS district_name
FROM jurisdiction j
LEFT JOIN jurisdiction d ON d.level = 'district' AND j.path <@ d.path
WHERE j.level <> 'beat' AND j.valid_until IS NULL
ORDER BY j.path

-- name: geocode.stations_of_district
-- Gives the stations of the district :district with seat and area.
-- Answered by jurisdiction_path.
SELECT j.code, ST_Y(s.seat) AS lat, ST_X(s.seat) AS lon, ST_AsBinary(j.area) AS area, j.derived
FROM jurisdiction d
JOIN jurisdiction j ON j.path <@ d.path AND j.level = 'station' AND j.valid_until IS NULL
CROSS JOIN LATERAL (SELECT coalesce(j.seat, ST_PointOnSurface(j.area)) AS seat) AS s
WHERE d.code = :district AND s.seat IS NOT NULL

-- name: geocode.units_at
-- Gives for each point the smallest jurisdiction of the wanted levels that holds it.
-- Answered by jurisdiction_area.
SELECT w.number, (
  SELECT j.id FROM jurisdiction j
  WHERE ST_Covers(j.area, ST_SetSRID(ST_MakePoint(w.lon, w.lat), 4326))
    AND CAST(j.level AS text) = ANY (CAST(:levels AS text[])) AND j.valid_until IS NULL
  ORDER BY j.level DESC, j.id LIMIT 1
) AS unit
FROM unnest(CAST(:lats AS double precision[]), CAST(:lons AS double precision[])) WITH ORDINALITY AS w (lat, lon, number)
ORDER BY w.number

-- name: geocode.version
-- Gives what tells one load of the reference data from the next.
-- Answered by scans of reference_load and of jurisdiction's primary key.
SELECT concat_ws('/', md5(string_agg(name || digest || loaded_at::text, ',' ORDER BY name)),
  (SELECT concat_ws('-', count(*), max(id)) FROM jurisdiction)) FROM reference_load
