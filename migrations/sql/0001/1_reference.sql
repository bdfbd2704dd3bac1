-- Reference data: jurisdictions, places, crime heads and rules, sources.  Loaded from data/ by `flask reference load`.

CREATE TYPE jurisdiction_level AS ENUM
  ('country', 'province', 'region', 'district', 'division', 'circle', 'station', 'beat');
CREATE TYPE record_kind AS ENUM ('fir', 'complaint', 'stay', 'incident');
CREATE TYPE discovery AS ENUM ('reported', 'discovered', 'accident', 'unknown');

CREATE TABLE jurisdiction (
  id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  code        text NOT NULL UNIQUE,
  level       jurisdiction_level NOT NULL,
  parent_id   bigint REFERENCES jurisdiction,
  path        ltree NOT NULL UNIQUE,              -- labels: the codes with everything but letters and digits as '_'
  name        text NOT NULL,
  name_ur     text,
  area        geometry(MultiPolygon, 4326),
  seat        geometry(Point, 4326),              -- the station house, where known
  area_cells  bigint[],                           -- compacted H3 cells whose centres the area holds; circle, station, beat
  derived     boolean NOT NULL DEFAULT false,     -- a demonstration area, not an official one
  source      text NOT NULL,
  population  bigint,
  valid_from  date NOT NULL DEFAULT '1947-08-14',
  valid_until date,
  CHECK (valid_until IS NULL OR valid_until > valid_from)
);
-- Usage: all jurisdictions below one (scope of an account, filter by jurisdiction).
CREATE INDEX jurisdiction_path ON jurisdiction USING gist (path);
-- Usage: the jurisdiction at a point; the `jurisdictions` tiles.
CREATE INDEX jurisdiction_area ON jurisdiction USING gist (area);
-- Usage: children of a jurisdiction in pickers.
CREATE INDEX jurisdiction_parent ON jurisdiction (parent_id);
-- Usage: the jurisdiction picker and search, by part of the name.
CREATE INDEX jurisdiction_name ON jurisdiction USING gin (name gin_trgm_ops);

CREATE TABLE place (
  id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  ref         text NOT NULL UNIQUE,               -- the identifier in its source
  kind        text NOT NULL CHECK (kind IN ('locality', 'neighbourhood', 'landmark', 'street', 'area', 'station')),
  category    text,
  name        text NOT NULL,
  name_ur     text,
  point       geometry(Point, 4326) NOT NULL,
  extent      geometry(MultiPolygon, 4326),
  radius_m    real NOT NULL CHECK (radius_m > 0),
  population  bigint NOT NULL DEFAULT 0,
  rank        smallint NOT NULL DEFAULT 9,        -- 1 a metropolis .. 9 a hamlet or a shop: the zoom at which it shows
  district_id bigint REFERENCES jurisdiction,
  city        text,
  licence     text NOT NULL
);
-- Usage: the `places` tiles and the nearest places to a point.
CREATE INDEX place_point ON place USING gist (point);
-- Usage: neighbourhood outlines in the `places` tiles.
CREATE INDEX place_extent ON place USING gist (extent) WHERE extent IS NOT NULL;
-- Usage: the search box, by part of a name.
CREATE INDEX place_name_part ON place USING gin (name gin_trgm_ops);

CREATE TABLE place_name (
  key         text NOT NULL,                      -- spatial.addresses.normalise(name)
  place_id    bigint NOT NULL REFERENCES place ON DELETE CASCADE,
  district_id bigint REFERENCES jurisdiction,
  PRIMARY KEY (key, place_id)
);
-- Usage: cascade from a place when reference data is loaded anew.
CREATE INDEX place_name_place ON place_name (place_id);

CREATE TABLE ground (                             -- what is drawn under the data: outlines, footprints, roads
  id      bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  kind    text NOT NULL CHECK (kind IN ('country', 'province', 'district', 'line_of_control', 'footprint', 'neighbourhood', 'road')),
  name    text,
  name_ur text,
  class   text,
  shape   geometry(Geometry, 3857) NOT NULL,
  min_zoom smallint NOT NULL DEFAULT 0,
  licence text NOT NULL
);
-- Usage: the ground layer of the `places` tiles.
CREATE INDEX ground_shape ON ground USING gist (shape);

CREATE TABLE crime_head (
  id        smallint PRIMARY KEY,                 -- stable: rollup slots are head * 3 + shift
  key       text NOT NULL UNIQUE,
  name      text NOT NULL,
  name_ur   text NOT NULL,
  part      text NOT NULL,
  gravity   smallint NOT NULL,                    -- the gravest section decides a FIR's head
  protected boolean NOT NULL DEFAULT false,
  discovery discovery NOT NULL
);
CREATE TABLE section_rule (
  id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  rule_version text NOT NULL,
  law          text NOT NULL,
  section      text NOT NULL,
  property     text,
  head_id      smallint REFERENCES crime_head,
  is_companion boolean NOT NULL DEFAULT false,
  discovery    discovery,
  UNIQUE NULLS NOT DISTINCT (rule_version, law, section, property)
);
CREATE TABLE category_rule (
  id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  rule_version text NOT NULL,
  kind         record_kind NOT NULL,
  category     text NOT NULL,                     -- normalised key
  head_id      smallint NOT NULL REFERENCES crime_head,
  discovery    discovery NOT NULL,
  UNIQUE (rule_version, kind, category)
);

CREATE TABLE source (
  id           smallint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  key          text NOT NULL UNIQUE,
  name         text NOT NULL,
  owner_force  text NOT NULL DEFAULT '',          -- the force that owns the data
  is_synthetic boolean NOT NULL DEFAULT false,
  attribution  text NOT NULL DEFAULT '',
  licence      text NOT NULL DEFAULT '',
  created_at   timestamptz NOT NULL DEFAULT now()
);
CREATE TABLE reference_load (
  name      text PRIMARY KEY,
  digest    text NOT NULL,
  rows      bigint NOT NULL,
  loaded_at timestamptz NOT NULL DEFAULT now()
);

-- H3 shapes, filled as cells are first used.  A shape is a pure function of the cell, so a row is never wrong, only unused.
CREATE TABLE cell (
  cell       bigint PRIMARY KEY,
  resolution smallint NOT NULL CHECK (resolution BETWEEN 0 AND 15),
  centre     geometry(Point, 4326) NOT NULL,
  shape      geometry(Polygon, 3857) NOT NULL
);
-- Usage: `bbox=` chooses cells by their centre.
CREATE INDEX cell_centre ON cell USING gist (centre);
