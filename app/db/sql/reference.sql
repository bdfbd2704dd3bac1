-- name: reference.loads
-- Digest of each set of reference data as it was last loaded.
SELECT name, digest, rows
FROM reference_load

-- name: reference.note_load
-- Keeps the digest of a set that has just been loaded.
INSERT INTO reference_load (name, digest, rows)
VALUES (:name, :digest, :rows)
ON CONFLICT (name) DO UPDATE SET digest = excluded.digest, rows = excluded.rows, loaded_at = now()

-- name: reference.put_sources
-- Sources by key; their synthetic mark and credit follow the file. Arrays of one length.
INSERT INTO source (key, name, owner_force, is_synthetic, attribution, licence)
SELECT *
FROM unnest(CAST(:keys AS text[]), CAST(:names AS text[]), CAST(:forces AS text[]), CAST(:synthetic AS boolean[]),
  CAST(:attributions AS text[]), CAST(:licences AS text[]))
ON CONFLICT (key) DO UPDATE SET name = excluded.name, owner_force = excluded.owner_force,
  is_synthetic = excluded.is_synthetic, attribution = excluded.attribution, licence = excluded.licence

-- name: reference.put_heads
-- Crime heads by their stable id.
INSERT INTO crime_head (id, key, name, name_ur, part, gravity, protected, discovery)
SELECT id, key, name, name_ur, part, gravity, protected, discovery
FROM unnest(CAST(:ids AS smallint[]), CAST(:keys AS text[]), CAST(:names AS text[]), CAST(:names_ur AS text[]),
  CAST(:parts AS text[]), CAST(:gravities AS smallint[]), CAST(:protecteds AS boolean[]),
  CAST(:discoveries AS discovery[]))
  AS head (id, key, name, name_ur, part, gravity, protected, discovery)
ON CONFLICT (id) DO UPDATE SET key = excluded.key, name = excluded.name, name_ur = excluded.name_ur,
  part = excluded.part, gravity = excluded.gravity, protected = excluded.protected, discovery = excluded.discovery

-- name: reference.drop_section_rules
-- Forgets the section rules of one version, to write them anew; older versions stay.
DELETE FROM section_rule
WHERE rule_version = :version

-- name: reference.put_section_rules
-- Section rules of one version; the head by its key.
INSERT INTO section_rule (rule_version, law, section, property, head_id, is_companion, discovery)
SELECT :version, rule.law, rule.section, nullif(rule.property, ''), head.id, rule.is_companion,
  CAST(nullif(rule.discovery, '') AS discovery)
FROM unnest(CAST(:laws AS text[]), CAST(:sections AS text[]), CAST(:properties AS text[]), CAST(:heads AS text[]),
  CAST(:companions AS boolean[]), CAST(:discoveries AS text[]))
  AS rule (law, section, property, head, is_companion, discovery)
LEFT JOIN crime_head AS head ON head.key = rule.head

-- name: reference.drop_category_rules
-- Forgets the category rules of one version, to write them anew.
DELETE FROM category_rule
WHERE rule_version = :version

-- name: reference.put_category_rules
-- Category rules of one version; without a discovery of their own they take the head's.
INSERT INTO category_rule (rule_version, kind, category, head_id, discovery)
SELECT :version, CAST(rule.kind AS record_kind), rule.category, head.id,
  coalesce(CAST(nullif(rule.discovery, '') AS discovery), head.discovery)
FROM unnest(CAST(:kinds AS text[]), CAST(:categories AS text[]), CAST(:heads AS text[]), CAST(:discoveries AS text[]))
  AS rule (kind, category, head, discovery)
JOIN crime_head AS head ON head.key = rule.head

-- name: reference.put_jurisdictions
-- Jurisdictions of one level by their code; the parent by its code, which has to be there already.
-- Index: jurisdiction_code_key.
INSERT INTO jurisdiction (code, level, parent_id, path, name, name_ur, area, seat, area_cells, derived, source, population)
SELECT node.code, CAST(node.level AS jurisdiction_level), parent.id, CAST(node.path AS ltree), node.name,
  nullif(node.name_ur, ''), CAST(node.area AS geometry), CAST(nullif(node.seat, '') AS geometry),
  CAST(nullif(node.area_cells, '{}') AS bigint[]), node.derived, node.source, node.population
FROM unnest(CAST(:codes AS text[]), CAST(:levels AS text[]), CAST(:parents AS text[]), CAST(:paths AS text[]),
  CAST(:names AS text[]), CAST(:names_ur AS text[]), CAST(:areas AS text[]), CAST(:seats AS text[]),
  CAST(:cells AS text[]), CAST(:deriveds AS boolean[]), CAST(:sources AS text[]), CAST(:populations AS bigint[]))
  AS node (code, level, parent, path, name, name_ur, area, seat, area_cells, derived, source, population)
LEFT JOIN jurisdiction AS parent ON parent.code = node.parent
ON CONFLICT (code) DO UPDATE SET level = excluded.level, parent_id = excluded.parent_id, path = excluded.path,
  name = excluded.name, name_ur = excluded.name_ur, area = excluded.area, seat = excluded.seat,
  area_cells = excluded.area_cells, derived = excluded.derived, source = excluded.source,
  population = excluded.population, valid_until = NULL

-- name: reference.retire_jurisdictions
-- Ends the jurisdictions that came from these sources and are no longer among the given codes; their records stay.
UPDATE jurisdiction SET valid_until = greatest(CURRENT_DATE, valid_from + 1)
WHERE source = ANY (CAST(:sources AS text[])) AND valid_until IS NULL AND NOT code = ANY (CAST(:codes AS text[]))

-- name: reference.districts
-- Id of each district by its name.
SELECT name, id
FROM jurisdiction
WHERE level = 'district' AND valid_until IS NULL

-- name: reference.drop_places
-- Forgets every place and, by cascade, its names, to load them anew. Index: place_name_place for the cascade.
DELETE FROM place

-- name: reference.put_places
-- Places, giving each one's id by its reference.
INSERT INTO place (ref, kind, category, name, name_ur, point, extent, radius_m, population, rank, district_id, city, licence)
SELECT item.ref, item.kind, nullif(item.category, ''), item.name, nullif(item.name_ur, ''),
  ST_SetSRID(ST_MakePoint(item.lon, item.lat), 4326), CAST(nullif(item.extent, '') AS geometry), item.radius_m,
  item.population, item.rank, nullif(item.district_id, 0), nullif(item.city, ''), item.licence
FROM unnest(CAST(:refs AS text[]), CAST(:kinds AS text[]), CAST(:categories AS text[]), CAST(:names AS text[]),
  CAST(:names_ur AS text[]), CAST(:lons AS float8[]), CAST(:lats AS float8[]), CAST(:extents AS text[]),
  CAST(:radii AS real[]), CAST(:populations AS bigint[]), CAST(:ranks AS smallint[]), CAST(:districts AS bigint[]),
  CAST(:cities AS text[]), CAST(:licences AS text[]))
  AS item (ref, kind, category, name, name_ur, lon, lat, extent, radius_m, population, rank, district_id, city, licence)
RETURNING ref, id

-- name: reference.put_place_names
-- Keys under which places are found, with the place's district.
INSERT INTO place_name (key, place_id, district_id)
SELECT item.key, item.place_id, nullif(item.district_id, 0)
FROM unnest(CAST(:keys AS text[]), CAST(:places AS bigint[]), CAST(:districts AS bigint[]))
  AS item (key, place_id, district_id)
ON CONFLICT DO NOTHING

-- name: reference.drop_ground
-- Forgets the base map, to load it anew.
DELETE FROM ground

-- name: reference.put_ground
-- Shapes of the base map, brought from degrees to web metres once.
INSERT INTO ground (kind, name, name_ur, class, shape, min_zoom, licence)
SELECT item.kind, nullif(item.name, ''), nullif(item.name_ur, ''), nullif(item.class, ''),
  ST_Transform(CAST(item.shape AS geometry), 3857), item.min_zoom, item.licence
FROM unnest(CAST(:kinds AS text[]), CAST(:names AS text[]), CAST(:names_ur AS text[]), CAST(:classes AS text[]),
  CAST(:shapes AS text[]), CAST(:zooms AS smallint[]), CAST(:licences AS text[]))
  AS item (kind, name, name_ur, class, shape, min_zoom, licence)
