-- Reference data as the geocoder asks for it: names by district, stations with their areas, the unit at a point.

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
SELECT j.code, ST_Y(s.seat) AS lat, ST_X(s.seat) AS lon, ST_AsBinary(j.area) AS area, j.derived, d.name AS district
FROM jurisdiction d
JOIN jurisdiction j ON j.path <@ d.path AND j.level = 'station' AND j.valid_until IS NULL
CROSS JOIN LATERAL (SELECT coalesce(j.seat, ST_PointOnSurface(j.area)) AS seat) AS s
WHERE d.code = :district AND s.seat IS NOT NULL

-- name: geocode.beats_of_district
-- Gives the beats of the stations of the district :district that have an area.
-- Answered by jurisdiction_path.
SELECT s.code AS station, b.code, ST_AsBinary(b.area) AS area, b.derived
FROM jurisdiction d
JOIN jurisdiction s ON s.path <@ d.path AND s.level = 'station' AND s.valid_until IS NULL
JOIN jurisdiction b ON b.path <@ s.path AND b.level = 'beat' AND b.valid_until IS NULL
WHERE d.code = :district AND b.area IS NOT NULL
ORDER BY b.code

-- name: geocode.called
-- Gives what the stations :stations, districts :districts and places :places are called in English and Urdu.
-- Answered by the unique codes of jurisdiction, a scan of its few districts, and the unique refs of place.
SELECT 'station' AS what, j.code AS key, j.name, j.name_ur
FROM jurisdiction j WHERE j.code = ANY (CAST(:stations AS text[]))
UNION ALL
SELECT 'district', j.name, j.name, j.name_ur
FROM jurisdiction j
WHERE j.level = 'district' AND j.valid_until IS NULL AND j.name_ur IS NOT NULL AND j.name = ANY (CAST(:districts AS text[]))
UNION ALL
SELECT 'place', p.ref, p.name, p.name_ur
FROM place p WHERE p.ref = ANY (CAST(:places AS text[])) AND p.name_ur IS NOT NULL

-- name: geocode.area_of_unit
-- Gives the area of the jurisdiction :code, null if it has none.
-- Answered by jurisdiction's index on code.
SELECT ST_AsBinary(j.area) AS area FROM jurisdiction j WHERE j.code = :code AND j.valid_until IS NULL

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

-- name: geocode.entries
-- Gives every place with its names and district, for a node whose places did not come from the files of data/.
-- Answered by a scan of place and place_name, once a process.
SELECT p.ref, p.kind, p.category, p.name, p.name_ur, ST_Y(p.point) AS lat, ST_X(p.point) AS lon, p.radius_m,
  ST_AsBinary(p.extent) AS extent, p.population, p.city, d.name AS district,
  ARRAY(SELECT n.key FROM place_name n WHERE n.place_id = p.id ORDER BY n.key) AS keys
FROM place p
LEFT JOIN jurisdiction d ON d.id = p.district_id
ORDER BY p.ref

-- name: geocode.has_files
-- Gives whether this node's places are those of the files of data/.
-- Answered by reference_load's primary key.
SELECT EXISTS (SELECT FROM reference_load WHERE name = 'places')

-- name: geocode.version
-- Gives what tells one load of the reference data from the next.
-- Answered by scans of reference_load and of the primary keys of jurisdiction and place.
SELECT concat_ws('/', md5(string_agg(name || digest || loaded_at::text, ',' ORDER BY name)),
  (SELECT concat_ws('-', count(*), max(id)) FROM jurisdiction), (SELECT max(id) FROM place)) FROM reference_load

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

-- name: geocode.redo_stations
-- Gives the recording units of a jurisdiction (of all, if :jurisdiction is null), of those that an account may see (all, if null).
-- Answered by jurisdiction_path and visible_station's primary key.
SELECT j.id FROM jurisdiction j
WHERE j.level <> 'beat'
  AND (CAST(:jurisdiction AS text) IS NULL OR j.path <@ (SELECT top.path FROM jurisdiction top WHERE top.code = :jurisdiction))
  AND (CAST(:account AS bigint) IS NULL
       OR j.id IN (SELECT station_id FROM access.visible_station WHERE account_id = CAST(:account AS bigint)))
ORDER BY j.id

-- name: geocode.redo_stations_here
-- Gives the recording units of a jurisdiction (of all, if :jurisdiction is null) in the open scope.
-- Answered by jurisdiction_path.
SELECT j.id FROM jurisdiction j
WHERE j.id IN (SELECT access.stations())
  AND (CAST(:jurisdiction AS text) IS NULL OR j.path <@ (SELECT top.path FROM jurisdiction top WHERE top.code = :jurisdiction))
ORDER BY j.id

-- name: geocode.redo_which
-- Gives the current fixes that may be made anew: not an officer's word, of no stay and no cancelled record.
-- Answered by fix_station_record.
SELECT f.id, f.record_id
FROM fix f
JOIN record r ON r.id = f.record_id
WHERE f.station_id = ANY (CAST(:stations AS bigint[])) AND f.known_until IS NULL AND f.method <> 'pin'
  AND f.account_id IS NULL AND f.method = ANY (CAST(:methods AS text[])) AND r.kind <> 'stay' AND NOT r.cancelled

-- name: geocode.redo_count
-- Gives how many fixes a run goes through.
-- Answered by fix_station_record.
SELECT count(*) FROM (
  -- include: geocode.redo_which
) AS which

-- name: geocode.redo_part
-- Gives the next records of a run with their current fix and cells, and what they asked of the geocoder.
-- Answered by fix_station_record.
SELECT f.id AS fix_id, f.record_id, f.station_id, f.method, f.score, f.accuracy_m, ST_Y(f.point) AS lat, ST_X(f.point) AS lon,
  f.matched, f.reasons, m.resolution, m.cells, m.cell_upto, CAST(r.kind AS text) AS kind, r.place_text, r.place_asked,
  ST_Y(r.given) AS given_lat, ST_X(r.given) AS given_lon, fir.distance_m, fir.direction
FROM (
  -- include: geocode.redo_which
) AS which
JOIN fix f ON f.id = which.id
JOIN record r ON r.id = f.record_id
JOIN mass m ON m.fix_id = f.id AND m.known_until IS NULL
LEFT JOIN fir ON fir.record_id = r.id
WHERE which.record_id > :after
ORDER BY which.record_id
LIMIT :limit

-- name: geocode.redo_lock
-- Gives those of :records that nobody holds, locked in one order; the others are passed by, so that no run waits for a load.
-- Answered by record's primary key.
SELECT id FROM record WHERE id = ANY (CAST(:records AS bigint[])) ORDER BY id FOR UPDATE SKIP LOCKED

-- name: geocode.redo_current
-- Gives those of :records whose current fix is still the one that was read.
-- Answered by fix's primary key.
SELECT f.record_id FROM fix f JOIN record r ON r.id = f.record_id
WHERE f.id = ANY (CAST(:fixes AS bigint[])) AND f.record_id = ANY (CAST(:records AS bigint[])) AND f.known_until IS NULL
  AND NOT r.cancelled

-- name: geocode.redo_masses
-- Gives the current mass of records.
-- Answered by mass_current.
SELECT id, record_id FROM mass WHERE record_id = ANY (CAST(:records AS bigint[])) AND known_until IS NULL

-- name: geocode.redo_fixes
-- Inserts the new fixes and gives their ids by record.
INSERT INTO fix (record_id, station_id, method, score, accuracy_m, point, matched, reasons)
SELECT record_id, station_id, method, score, accuracy_m, ST_SetSRID(ST_MakePoint(lon, lat), 4326), matched, reasons
FROM json_to_recordset(CAST(:rows AS json)) AS r (record_id bigint, station_id bigint, method text, score real, accuracy_m real,
  lat double precision, lon double precision, matched text, reasons jsonb)
RETURNING id, record_id

-- name: geocode.redo_mass
-- Inserts new mass in place of an ended one, with its time, head and discovery, on other cells; gives the ids.
-- Answered by mass's primary key.
INSERT INTO mass (record_id, fix_id, station_id, kind, head_id, discovery, protected, resolution, cells, cell_upto, keys, shifts,
  shift_mass, known_at)
SELECT m.record_id, r.fix_id, m.station_id, m.kind, m.head_id, m.discovery, m.protected, r.resolution, r.cells, r.cell_upto,
  r.keys, m.shifts, m.shift_mass, m.known_at
FROM json_to_recordset(CAST(:rows AS json)) AS r (old bigint, fix_id bigint, resolution smallint, cells bigint[],
  cell_upto integer[], keys bigint[])
JOIN mass m ON m.id = r.old
RETURNING id

-- name: geocode.redo_unfinished
-- Gives the stopped runs of the command line, the newest first.
-- Answered by a scan: a node has a few.
SELECT id FROM redo_run WHERE state <> 'done' AND account_id IS NULL ORDER BY id DESC

-- name: geocode.writers_lock
-- Lets one run keep the writers' habits at a time, to the end of the transaction.
SELECT pg_advisory_xact_lock(4203004)

-- name: geocode.writers_stations
-- Gives the codes of the stations.
-- Answered by a scan of jurisdiction.
SELECT code FROM jurisdiction WHERE level = 'station' AND valid_until IS NULL ORDER BY code

-- name: geocode.writers_texts
-- Gives the newest places of a station's FIRs and complaints as they were written, with the point where an officer pinned one.
-- Answered by record_station and fix_current.
SELECT r.place_text, coalesce(CAST(r.place_asked ->> 'distance_m' AS double precision), fir.distance_m) AS distance_m,
  coalesce(r.place_asked ->> 'direction', fir.direction) AS direction, ST_Y(f.point) AS lat, ST_X(f.point) AS lon
FROM jurisdiction j
JOIN record r ON r.station_id = j.id
LEFT JOIN fir ON fir.record_id = r.id
LEFT JOIN fix f ON f.record_id = r.id AND f.known_until IS NULL AND f.method = 'pin' AND f.accuracy_m <= :sharp
WHERE j.code = :station AND j.level = 'station' AND j.valid_until IS NULL
  AND r.kind IN ('fir', 'complaint') AND NOT r.cancelled AND NOT r.protected
ORDER BY r.id DESC
LIMIT :most

-- name: geocode.writers_forget
-- Takes away what was learned before.
-- Answered by a scan: a row a station.
DELETE FROM writer_habits

-- name: geocode.writers_keep
-- Inserts what was learned; a row without a station is of all together.
INSERT INTO writer_habits (station_id, habits, leak, texts, pins, is_own)
SELECT j.id, r.habits, r.leak, r.texts, r.pins, r.is_own
FROM json_to_recordset(CAST(:rows AS json)) AS r (station text, habits jsonb, leak real, texts integer, pins integer,
  is_own boolean)
LEFT JOIN jurisdiction j ON j.code = r.station AND j.valid_until IS NULL
WHERE r.station IS NULL OR j.id IS NOT NULL

-- name: geocode.writers
-- Gives the habits that the reader may see, by station; without one, of all stations together.
-- Answered by a scan: a row a station.
SELECT j.code AS station, CAST(w.habits AS text) AS habits, w.leak, w.texts, w.pins, w.is_own, w.learned_at
FROM writer_habits w
LEFT JOIN jurisdiction j ON j.id = w.station_id
ORDER BY j.code

-- name: geocode.weak
-- Gives the weak current fixes of some recording units or of all, of records that count.  The conditions are those of the index.
-- Answered by fix_weak.
SELECT f.id, f.record_id, f.method, f.score, f.accuracy_m,
  CASE WHEN f.method = 'unplaced' THEN 1 WHEN f.method = 'station_area' THEN 0.9 ELSE 1 - f.score END AS weakness
FROM fix f
JOIN record r ON r.id = f.record_id
WHERE f.station_id = ANY (coalesce(CAST(:stations AS bigint[]), ARRAY(SELECT j.id FROM jurisdiction j WHERE j.level <> 'beat')))
  AND f.known_until IS NULL AND f.method <> 'pin' AND f.account_id IS NULL
  AND (f.method IN ('unplaced', 'station_area') OR f.score < 0.5) AND r.kind <> 'stay' AND NOT r.cancelled

-- name: geocode.given_points
-- Gives the newest coordinates that sources gave for FIRs and complaints.
-- Answered by record's primary key.
SELECT r.id, ST_Y(r.given) AS lat, ST_X(r.given) AS lon, j.code AS station
FROM record r
JOIN jurisdiction j ON j.id = r.station_id
WHERE r.given IS NOT NULL AND r.kind IN ('fir', 'complaint') AND NOT r.cancelled
  AND (CAST(:station AS text) IS NULL OR j.code = :station)
ORDER BY r.id DESC
LIMIT :limit

-- name: geocode.station_houses
-- Gives the houses of the stations.
-- Answered by a scan of jurisdiction.
SELECT code, ST_Y(seat) AS lat, ST_X(seat) AS lon FROM jurisdiction
WHERE level = 'station' AND seat IS NOT NULL AND valid_until IS NULL
ORDER BY code

-- name: geocode.district_middles
-- Gives the middles of the districts.
-- Answered by a scan of jurisdiction.
SELECT code, ST_AsBinary(ST_Centroid(area)) AS middle FROM jurisdiction
WHERE level = 'district' AND area IS NOT NULL AND valid_until IS NULL
ORDER BY code

-- name: geocode.flagged
-- Gives how many current fixes of each station have which of some reasons.
-- Answered by a scan of the scope's current fixes.
SELECT j.code AS station, j.name, j.name_ur, reason ->> 'code' AS code, count(*) AS fixes
FROM fix f
JOIN jurisdiction j ON j.id = f.station_id
CROSS JOIN LATERAL jsonb_array_elements(f.reasons) AS reason
WHERE f.known_until IS NULL AND f.method <> 'pin' AND (CAST(:station AS text) IS NULL OR j.code = :station)
  AND reason ->> 'code' = ANY (CAST(:codes AS text[]))
GROUP BY 1, 2, 3, 4
ORDER BY 1, 5 DESC, 4
