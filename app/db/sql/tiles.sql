-- Vector tiles: one statement a tile, the bytes of the answer.  Under row-level security like everything else.

-- name: tiles.cells
-- Gives the MVT of the cells that touch a tile: cell (15 hex digits), mass in records, res, synthetic.
-- Answered by records.filtered's indexes and cell's primary key.
WITH weighed AS (
  -- include: records.weighed
), shown AS (
  SELECT cell_parent(cell, :resolution) AS cell, sum(mass)::bigint AS mass FROM weighed
  WHERE ((cell >> 52) & 15) >= :resolution AND NOT (protected AND :hides_protected)
  GROUP BY 1
), drawn AS (
  SELECT to_hex(s.cell) AS cell, (s.mass / 1000000.0)::double precision AS mass, CAST(:resolution AS integer) AS res,
    CAST(:synthetic AS boolean) AS synthetic,
    ST_AsMVTGeom(c.shape, ST_TileEnvelope(:z, :x, :y), 4096, 64, true) AS geom
  FROM shown s JOIN cell c ON c.cell = s.cell
  WHERE s.mass <> 0
)
SELECT ST_AsMVT(drawn, 'cells', 4096, 'geom') FROM drawn WHERE geom IS NOT NULL

-- name: tiles.points
-- Gives the MVT of records that were placed at a point, no stay among them: id, kind, head, accuracy_m, synthetic; the newest
-- where there are more than :most, and then each says of how many (tile_records).
-- Answered by fix_point and mass_current.
WITH drawn AS (
  SELECT r.id, r.kind::text AS kind, h.key AS head, f.accuracy_m, f.method, s.is_synthetic AS synthetic,
    nullif(greatest(count(*) OVER (), CAST(:most AS bigint)), CAST(:most AS bigint)) AS tile_records,
    ST_AsMVTGeom(ST_Transform(f.point, 3857), ST_TileEnvelope(:z, :x, :y), 4096, 64, true) AS geom
  FROM fix f
  JOIN mass m ON m.record_id = f.record_id AND m.known_until IS NULL
  JOIN record r ON r.id = f.record_id
  JOIN crime_head h ON h.id = r.head_id
  JOIN source s ON s.id = r.source_id
  WHERE f.known_until IS NULL AND f.method IN ('coordinates', 'pin', 'landmark')
    AND f.point && ST_Transform(ST_TileEnvelope(:z, :x, :y, margin => 0.02), 4326)
    AND r.kind <> 'stay' AND NOT (r.protected AND NOT :sees_protected)
    AND m.shifts && int4range(:first, :end)
    AND (CAST(:kinds AS text[]) IS NULL OR m.kind = ANY (CAST(:kinds AS record_kind[])))
    AND (CAST(:stations AS bigint[]) IS NULL OR m.station_id = ANY (CAST(:stations AS bigint[])))
    AND (CAST(:slots AS smallint[]) IS NULL OR EXISTS (
      SELECT 1 FROM unnest(m.shift_mass) WITH ORDINALITY AS share (mass, n)
      WHERE share.mass > 0 AND lower(m.shifts) + share.n - 1 >= :first AND lower(m.shifts) + share.n - 1 < :end
        AND (m.head_id * 3 + shift_of_day((lower(m.shifts) + share.n - 1)::integer))::smallint = ANY (CAST(:slots AS smallint[]))))
  ORDER BY r.id DESC
  LIMIT :most
)
SELECT ST_AsMVT(drawn, 'points', 4096, 'geom', 'id') FROM drawn WHERE geom IS NOT NULL

-- name: tiles.jurisdictions
-- Gives the MVT of the jurisdictions of some levels: code, name, name_ur, level, derived.
-- Answered by jurisdiction_area.
WITH drawn AS (
  SELECT j.code, j.name, j.name_ur, j.level::text AS level, j.derived,
    ST_AsMVTGeom(ST_Transform(ST_Simplify(j.area, CAST(:tolerance AS double precision), true), 3857),
      ST_TileEnvelope(:z, :x, :y), 4096, 64, true) AS geom
  FROM jurisdiction j
  WHERE j.level = ANY (CAST(:shown_levels AS jurisdiction_level[]))
    AND j.area && ST_Transform(ST_TileEnvelope(:z, :x, :y, margin => 0.02), 4326)
)
SELECT ST_AsMVT(drawn, 'jurisdictions', 4096, 'geom') FROM drawn WHERE geom IS NOT NULL

-- name: tiles.places
-- Gives the MVT of two layers: `ground` (outlines, footprints, neighbourhoods, roads) and `places` (labels, the greatest first).
-- Answered by ground_shape and place_point.
WITH ground_drawn AS (
  SELECT g.kind, g.name, g.name_ur, g.class,
    ST_AsMVTGeom(ST_Simplify(g.shape, CAST(:tolerance_m AS double precision), true), ST_TileEnvelope(:z, :x, :y), 4096, 64, true) AS geom
  FROM ground g
  WHERE g.min_zoom <= :z AND g.shape && ST_TileEnvelope(:z, :x, :y, margin => 0.02)
), places_drawn AS (
  SELECT p.name, p.name_ur, p.kind, p.category, p.rank,
    ST_AsMVTGeom(ST_Transform(p.point, 3857), ST_TileEnvelope(:z, :x, :y), 4096, 64, true) AS geom
  FROM place p
  WHERE p.rank <= :rank AND p.point && ST_Transform(ST_TileEnvelope(:z, :x, :y), 4326)
  ORDER BY p.rank, p.population DESC, p.id
  LIMIT 400
)
SELECT coalesce((SELECT ST_AsMVT(ground_drawn, 'ground', 4096, 'geom') FROM ground_drawn WHERE geom IS NOT NULL), '')
  || coalesce((SELECT ST_AsMVT(places_drawn, 'places', 4096, 'geom') FROM places_drawn WHERE geom IS NOT NULL), '')
