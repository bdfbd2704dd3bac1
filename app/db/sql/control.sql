-- The control room: what has just come in, how the feeds are, what exceeds its usual number, loaded points.

-- name: control.incoming
-- Gives the newest records after an id, the newest first: no stay, no person, and no place of what is held back.
-- Answered by record_station: the newest few of each station of the scope, then the newest of those.
SELECT r.id, r.kind::text AS kind, coalesce(fir.number || '/' || fir.year, complaint.tag, incident.external_id) AS title,
  h.key AS head, h.name AS head_name, h.name_ur AS head_name_ur, st.code AS station, st.name AS station_name, st.name_ur AS station_name_ur,
  lower(r.occurred) AS occurred_from, upper(r.occurred) AS occurred_to, r.known_at, r.made_at, r.cancelled, r.protected,
  s.is_synthetic, f.method, CASE WHEN NOT own.hidden THEN f.accuracy_m END AS accuracy_m,
  CASE WHEN NOT own.hidden THEN r.place_text ELSE '' END AS place_text,
  CASE WHEN NOT own.hidden AND f.method IN ('coordinates', 'pin', 'landmark') THEN ST_Y(f.point) END AS lat,
  CASE WHEN NOT own.hidden AND f.method IN ('coordinates', 'pin', 'landmark') THEN ST_X(f.point) END AS lon
FROM (
  SELECT newest.id FROM access.stations() AS own (station_id)
  CROSS JOIN LATERAL (
    SELECT n.id FROM record n
    WHERE n.station_id = own.station_id AND n.id > :after AND n.kind <> 'stay'
      AND (CAST(:kinds AS text[]) IS NULL OR n.kind = ANY (CAST(:kinds AS record_kind[])))
      AND (CAST(:heads AS smallint[]) IS NULL OR n.head_id = ANY (CAST(:heads AS smallint[])))
    ORDER BY n.id DESC LIMIT :page
  ) AS newest
  WHERE CAST(:stations AS bigint[]) IS NULL OR own.station_id = ANY (CAST(:stations AS bigint[]))
  ORDER BY newest.id DESC LIMIT :page
) AS came
JOIN record r ON r.id = came.id
CROSS JOIN LATERAL (SELECT r.protected AND NOT :sees_protected AS hidden) AS own
JOIN crime_head h ON h.id = r.head_id
JOIN jurisdiction st ON st.id = r.station_id
JOIN source s ON s.id = r.source_id
LEFT JOIN fix f ON f.record_id = r.id AND f.known_until IS NULL
LEFT JOIN fir ON fir.record_id = r.id
LEFT JOIN complaint ON complaint.record_id = r.id
LEFT JOIN incident ON incident.record_id = r.id
ORDER BY r.id DESC

-- name: control.feeds
-- Gives each source that has ever brought something: the last delivery, how far its data reach, the usual seconds between two.
-- Answered by a scan of the deliveries.
SELECT s.key, s.name, s.owner_force, s.is_synthetic AS synthetic, p.received_at, p.data_to,
  extract(epoch FROM p.usual_gap)::double precision AS usual_seconds
FROM source_pulse() p JOIN source s ON s.id = p.source_id ORDER BY s.name

-- name: control.by_station
-- Gives (unit, shift, mass) of the current mass by recording station.
-- Answered by mass_shifts.
SELECT m.station_id AS unit, (lower(m.shifts) + s.n - 1)::integer AS shift, sum(s.share)::bigint AS mass
FROM mass m CROSS JOIN LATERAL unnest(m.shift_mass) WITH ORDINALITY AS s (share, n)
WHERE m.known_until IS NULL AND m.shifts && int4range(:first, :end)
  AND lower(m.shifts) + s.n - 1 >= :first AND lower(m.shifts) + s.n - 1 < :end
  AND m.kind = ANY (CAST(:kinds AS record_kind[]))
  AND (CAST(:stations AS bigint[]) IS NULL OR m.station_id = ANY (CAST(:stations AS bigint[])))
  AND (CAST(:heads AS smallint[]) IS NULL OR m.head_id = ANY (CAST(:heads AS smallint[])))
GROUP BY 1, 2

-- name: control.by_cell
-- Gives (unit, shift, mass) of the current mass by cell of resolution 7, the finest at which every reader sees protected records.
-- Answered by mass_shifts.
SELECT cell_parent(a.cell, 7) AS unit, a.shift, sum(a.mass)::bigint AS mass
FROM mass m CROSS JOIN LATERAL mass_atoms(m.cells, m.cell_upto, m.shifts, m.shift_mass) AS a
WHERE m.known_until IS NULL AND m.resolution >= 7 AND m.shifts && int4range(:first, :end) AND a.shift >= :first AND a.shift < :end
  AND m.kind = ANY (CAST(:kinds AS record_kind[]))
  AND (CAST(:stations AS bigint[]) IS NULL OR m.station_id = ANY (CAST(:stations AS bigint[])))
  AND (CAST(:heads AS smallint[]) IS NULL OR m.head_id = ANY (CAST(:heads AS smallint[])))
GROUP BY 1, 2

-- name: control.stations
-- Gives the names and the middles of some stations.
-- Answered by jurisdiction's primary key.
SELECT j.id, j.code, j.name, j.name_ur, ST_Y(coalesce(j.seat, ST_PointOnSurface(j.area))) AS lat,
  ST_X(coalesce(j.seat, ST_PointOnSurface(j.area))) AS lon
FROM jurisdiction j WHERE j.id = ANY (CAST(:ids AS bigint[]))

-- name: control.layers
-- Gives the layers of points that the reader may see.
-- Answered by point_layer_unit.
SELECT l.id, l.name, l.points, l.made_at, l.account_id = (SELECT access.current_account()) AS is_own, j.name AS unit_name, j.name_ur AS unit_name_ur
FROM point_layer l JOIN jurisdiction j ON j.id = l.unit_id WHERE l.deleted_at IS NULL ORDER BY l.id

-- name: control.add_layer
-- Makes a layer of the reader's in the first of the reader's units, and gives its id.
-- Answered by account_jurisdiction's primary key.
INSERT INTO point_layer (account_id, unit_id, name, points)
SELECT access.current_account(), (SELECT min(u) FROM access.units() AS u), :name, :points
RETURNING id

-- name: control.add_points
-- Puts the points of a layer in, in the order of the file.
-- Answered by point_layer's primary key.
INSERT INTO layer_point (layer_id, n, name, detail, point)
SELECT :layer, own.n, own.name, CAST(own.detail AS jsonb), ST_SetSRID(ST_MakePoint(own.lon, own.lat), 4326)
FROM unnest(CAST(:names AS text[]), CAST(:details AS text[]), CAST(:lons AS double precision[]), CAST(:lats AS double precision[]))
  WITH ORDINALITY AS own (name, detail, lon, lat, n)

-- name: control.own_layers
-- Gives how many layers the reader keeps.
-- Answered by point_layer_unit.
SELECT count(*) FROM point_layer WHERE account_id = (SELECT access.current_account()) AND deleted_at IS NULL

-- name: control.forget_layers
-- Takes away the reader's layers that were deleted more than a day ago.
-- Answered by a scan of some rows.
DELETE FROM point_layer WHERE account_id = (SELECT access.current_account()) AND deleted_at < now() - interval '1 day'

-- name: control.set_layer_deleted
-- Deletes a layer of the reader's, or takes the deletion back; gives its id, none where it is not the reader's.
-- Answered by point_layer's primary key.
UPDATE point_layer SET deleted_at = CASE WHEN :deleted THEN now() END
WHERE id = :id AND account_id = (SELECT access.current_account()) AND (deleted_at IS NULL) = :deleted
RETURNING id

-- name: control.points
-- Gives the points of a layer that the reader may see.
-- Answered by layer_point's primary key.
SELECT p.n, p.name, p.detail, ST_X(p.point) AS lon, ST_Y(p.point) AS lat
FROM layer_point p JOIN point_layer l ON l.id = p.layer_id WHERE l.id = :id AND l.deleted_at IS NULL ORDER BY p.n
