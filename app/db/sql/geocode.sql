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

-- name: geocode.lock_names
-- Holds the local names of the station :station to the end of the transaction.
SELECT pg_advisory_xact_lock(4203002, CAST(:station AS integer))

-- name: geocode.names_of_key
-- Gives the local names in use of a station under one key, the oldest first.
-- Answered by local_name_station.
SELECT id, ST_Y(point) AS lat, ST_X(point) AS lon, radius_m FROM local_name
WHERE station_id = :station AND key = :key AND withdrawn_at IS NULL
ORDER BY id

-- name: geocode.stations_taught
-- Gives the stations whose local names rest on a pin of the record :record, in one order for every pin.
-- Answered by local_name_pin_record.
SELECT DISTINCT n.station_id FROM local_name_pin p JOIN local_name n ON n.id = p.local_name_id
WHERE p.record_id = :record AND p.ended_at IS NULL
ORDER BY n.station_id

-- name: geocode.end_pins
-- Ends what pins of the record :record taught and gives the names that rested on them.
-- Answered by local_name_pin_record.
UPDATE local_name_pin SET ended_at = now() WHERE record_id = :record AND ended_at IS NULL RETURNING local_name_id

-- name: geocode.pins_of_name
-- Gives the points of the pins that a local name rests on, and whether their records are protected.
-- Answered by local_name_pin's primary key.
SELECT ST_Y(f.point) AS lat, ST_X(f.point) AS lon, r.protected
FROM local_name_pin p
JOIN fix f ON f.id = p.fix_id
JOIN record r ON r.id = p.record_id
WHERE p.local_name_id = :id AND p.ended_at IS NULL
ORDER BY p.fix_id

-- name: geocode.local_names
-- Gives the local names in use that the reader may see, for the geocoder; of one station, or of all if :station is null.
-- Answered by local_name_station.
SELECT n.id, j.code AS station, n.name, ST_Y(n.point) AS lat, ST_X(n.point) AS lon, n.radius_m, d.name AS district
FROM local_name n
JOIN jurisdiction j ON j.id = n.station_id
LEFT JOIN jurisdiction d ON d.level = 'district' AND j.path <@ d.path
WHERE n.withdrawn_at IS NULL AND (CAST(:station AS text) IS NULL OR j.code = :station)
  AND (CAST(:sees_protected AS boolean) OR NOT n.protected)
ORDER BY n.id

-- name: geocode.shown_names
-- Gives local names as they are listed, all that the reader may see.
-- Answered by scans: a node has thousands at most.
SELECT n.id, n.name, j.code AS station, j.name AS station_name, ST_Y(n.point) AS lat, ST_X(n.point) AS lon, n.radius_m, n.pins,
  n.protected, n.made_at, coalesce(nullif(m.display_name, ''), m.name) AS made_by, n.changed_at, n.withdrawn_at,
  coalesce(nullif(w.display_name, ''), w.name) AS withdrawn_by, n.withdrawn_reason
FROM local_name n
JOIN jurisdiction j ON j.id = n.station_id
LEFT JOIN access.account m ON m.id = n.made_by
LEFT JOIN access.account w ON w.id = n.withdrawn_by

-- name: geocode.list_names
-- Gives a page of local names, the newest first: in use, or withdrawn; of one station or of all.
-- Answered by local_name's primary key.
SELECT * FROM (
  -- include: geocode.shown_names
) AS shown
WHERE (CAST(:station AS text) IS NULL OR station = :station) AND (withdrawn_at IS NOT NULL) = CAST(:withdrawn AS boolean)
  AND (CAST(:sees_protected AS boolean) OR NOT protected) AND (CAST(:before AS bigint) IS NULL OR id < :before)
ORDER BY id DESC
LIMIT :limit

-- name: geocode.one_name
-- Gives one local name that the reader may see.
-- Answered by local_name's primary key.
SELECT * FROM (
  -- include: geocode.shown_names
) AS shown
WHERE id = :id AND (CAST(:sees_protected AS boolean) OR NOT protected)

-- name: geocode.records_of_name
-- Gives the records whose pins a local name rests on.
-- Answered by local_name_pin's primary key.
SELECT DISTINCT r.id FROM local_name_pin p JOIN record r ON r.id = p.record_id
WHERE p.local_name_id = :id AND p.ended_at IS NULL
ORDER BY r.id

-- name: geocode.nearest
-- Gives the named places nearest to a point as degrees go, those whose extents hold it, and the local names about it that the
-- reader may see.
-- Answered by place_point, place_extent and local_name_point.
WITH here AS (SELECT ST_SetSRID(ST_MakePoint(:lon, :lat), 4326) AS point),
near AS (
  (SELECT p.id FROM place p WHERE p.name <> '' ORDER BY p.point <-> (SELECT point FROM here) LIMIT :limit)
  UNION
  (SELECT p.id FROM place p WHERE p.extent IS NOT NULL AND ST_Covers(p.extent, (SELECT point FROM here)) AND p.name <> ''
   LIMIT 20)
)
SELECT p.ref, p.kind, p.name, p.name_ur, ST_Y(p.point) AS lat, ST_X(p.point) AS lon, p.radius_m, p.licence,
  coalesce(ST_Covers(p.extent, here.point), false) AS holds
FROM near JOIN place p USING (id) CROSS JOIN here
UNION ALL
(SELECT 'local-' || n.id, 'local_name', n.name, NULL, ST_Y(n.point), ST_X(n.point), n.radius_m, '', false
 FROM local_name n CROSS JOIN here
 WHERE n.withdrawn_at IS NULL AND (CAST(:sees_protected AS boolean) OR NOT n.protected)
 ORDER BY n.point <-> here.point LIMIT :limit)

-- name: geocode.units_here
-- Gives the district, station and beat whose areas hold a point, with the station's house.
-- Answered by jurisdiction_area.
SELECT DISTINCT ON (j.level) CAST(j.level AS text) AS level, j.code, j.name, j.name_ur, j.derived, ST_Y(j.seat) AS lat,
  ST_X(j.seat) AS lon
FROM jurisdiction j
WHERE ST_Covers(j.area, ST_SetSRID(ST_MakePoint(:lon, :lat), 4326)) AND j.valid_until IS NULL
  AND j.level IN ('district', 'station', 'beat')
ORDER BY j.level, j.id
