-- Fixes, mass, rollups.  docs/adr/0003: mass is integer, factored, and expanded alike in SQL and in Python.

CREATE TABLE fix (
  id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  record_id   bigint NOT NULL REFERENCES record,
  station_id  bigint NOT NULL,
  method      text NOT NULL CHECK (method IN ('coordinates', 'place', 'landmark', 'bearing', 'station_area', 'pin', 'unplaced')),
  score       real NOT NULL CHECK (score BETWEEN 0 AND 1),
  accuracy_m  real,                               -- the circle about `point` that holds 90 % of the mass
  point       geometry(Point, 4326),
  matched     text,
  reasons     jsonb NOT NULL DEFAULT '[]',        -- [{code, params}]: message keys, said in both languages
  account_id  bigint REFERENCES access.account,   -- who pinned it; null: the ladder
  known_from  timestamptz NOT NULL DEFAULT now(),
  known_until timestamptz,                        -- null: the current fix
  CHECK ((method = 'unplaced') = (point IS NULL))
);
-- Usage: a record's fixes, the current one first; at most one is current.
CREATE UNIQUE INDEX fix_current ON fix (record_id) WHERE known_until IS NULL;
CREATE INDEX fix_record ON fix (record_id);
-- Usage: the `points` tiles.
CREATE INDEX fix_point ON fix USING gist (point) WHERE known_until IS NULL AND method IN ('coordinates', 'pin', 'landmark');

-- One row a record and belief.  Unplaced mass lies on the pseudo-cell 0 of resolution 0, so that one rule covers all.
CREATE TABLE mass (
  id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  record_id   bigint NOT NULL REFERENCES record,
  fix_id      bigint NOT NULL REFERENCES fix,
  station_id  bigint NOT NULL,
  kind        record_kind NOT NULL,
  head_id     smallint NOT NULL,
  discovery   discovery NOT NULL,
  protected   boolean NOT NULL,
  resolution  smallint NOT NULL CHECK (resolution = 0 OR resolution BETWEEN 4 AND 9),
  cells       bigint[] NOT NULL,
  cell_upto   integer[] NOT NULL,                 -- running sum of the cells' masses; the last is 1,000,000
  keys        bigint[] NOT NULL,                  -- the cells with their parents at 7 and 5: where a click finds them
  shifts      int4range NOT NULL,                 -- [first, last + 1)
  shift_mass  integer[] NOT NULL,
  known_at    timestamptz NOT NULL,               -- when the source's system learned of the record
  known_from  timestamptz NOT NULL DEFAULT now(), -- the span in which Naqsha believed this row
  known_until timestamptz,
  CHECK (cardinality(cells) BETWEEN 1 AND 64 AND cardinality(cells) = cardinality(cell_upto)),
  CHECK (cell_upto[cardinality(cell_upto)] = 1000000),
  CHECK (upper(shifts) - lower(shifts) = cardinality(shift_mass)),
  CHECK ((resolution = 0) = (cells = ARRAY[0::bigint]))
);
-- Usage: at most one belief a record is current; correct a record's mass.
CREATE UNIQUE INDEX mass_current ON mass (record_id) WHERE known_until IS NULL;
-- Usage: the edges of a window, which cut weeks.
CREATE INDEX mass_shifts ON mass USING gist (shifts) WHERE known_until IS NULL;
-- Usage: a click on a cell finds its records.
CREATE INDEX mass_keys ON mass USING gin (keys) WHERE known_until IS NULL;
-- Usage: every belief about a record (replay, retention); the check that a deleted record or fix has none.
CREATE INDEX mass_record ON mass (record_id);
CREATE INDEX mass_fix ON mass (fix_id);
-- Usage: replay of what was believed at a date (backtests).
CREATE INDEX mass_known ON mass (known_at);

-- Rollups.  level: 9, 7, 5 hold mass by cell for maps at that resolution and the one below (a fix one step coarser than the
-- level keeps its own cell); level 0 holds it by the fix's resolution in `cell`.  span: 1 or 16 weeks; bucket = week / span.
CREATE TABLE rollup (
  level      smallint NOT NULL CHECK (level IN (0, 5, 7, 9)),
  span       smallint NOT NULL CHECK (span IN (1, 16)),
  bucket     integer NOT NULL,
  cell       bigint NOT NULL,
  station_id bigint NOT NULL,
  kind       record_kind NOT NULL,
  discovery  discovery NOT NULL,
  protected  boolean NOT NULL,
  slots      smallint[] NOT NULL,                 -- head * 3 + shift, ascending, none with mass 0
  masses     bigint[] NOT NULL,
  total      bigint NOT NULL,
  -- Usage: every map, tile and summary: a level and span, a range of cells, a range of buckets.
  PRIMARY KEY (level, span, cell, bucket, station_id, kind, discovery, protected)
);
-- Changes that are not yet folded: inserted only, so that loads and pins never wait for one another.  By the fix's own cells
-- and weeks; a reader lifts them to its level.
CREATE TABLE rollup_delta (
  id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  resolution smallint NOT NULL,
  week       integer NOT NULL,
  cell       bigint NOT NULL,
  station_id bigint NOT NULL,
  kind       record_kind NOT NULL,
  discovery  discovery NOT NULL,
  protected  boolean NOT NULL,
  slots      smallint[] NOT NULL,
  masses     bigint[] NOT NULL
);
-- Usage: readers add the deltas of the window's whole weeks.
CREATE INDEX rollup_delta_week ON rollup_delta (week, cell);

-- Rises with every committed change of mass; told by NOTIFY.  A sequence, since a counter row would make loads queue behind
-- one another.  It orders nothing: tiles are validated by the hash of their bytes.
CREATE SEQUENCE data_version;

-- The parent of an H3 cell at a coarser resolution, by its bits (resolution in bits 52-55, a 3-bit digit a resolution, unused
-- digits 7).  Equal to h3.cell_to_parent in a property test.  A cell already at or above the resolution is given back.
CREATE FUNCTION cell_parent(cell bigint, resolution integer) RETURNS bigint
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT CASE WHEN ((cell >> 52) & 15) <= resolution THEN cell
    ELSE ((cell & ~(15::bigint << 52)) | (resolution::bigint << 52)) | ((1::bigint << (3 * (15 - resolution))) - 1) END
$$;

-- The cell in which a fix's cell is held at a rollup level: see the comment on `rollup`.  NULL: too coarse for the level.
CREATE FUNCTION level_cell(cell bigint, resolution integer, level integer) RETURNS bigint
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT CASE WHEN level = 0 THEN resolution::bigint
    WHEN resolution >= level THEN cell_parent(cell, level)
    WHEN resolution = level - 1 THEN cell END
$$;

-- Shifts count from local midnight of 1970-01-01, three a day; weeks start on Monday.  floor(), since years before 1970 are
-- negative.  Equal to spatial.shifts in a test.
CREATE FUNCTION shift_week(shift integer) RETURNS integer LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT floor((shift + 9) / 21.0)::integer
$$;
CREATE FUNCTION shift_of_day(shift integer) RETURNS integer LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT ((shift % 3) + 3) % 3
$$;
CREATE FUNCTION week_bucket(week integer, span integer) RETURNS integer LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT floor(week / span::double precision)::integer
$$;

-- The mass of every (cell, shift) of one record: running floors, so that each shift's mass is shared among the cells without
-- rest and none is negative.  Equal to spatial.mass.joint in a property test.
CREATE FUNCTION mass_atoms(cells bigint[], cell_upto integer[], shifts int4range, shift_mass integer[])
RETURNS TABLE (cell bigint, shift integer, mass bigint) LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT c.cell, lower(shifts) + s.n::integer - 1,
    c.upto::bigint * s.share / 1000000 - coalesce(cell_upto[c.n - 1], 0)::bigint * s.share / 1000000
  FROM unnest(cells, cell_upto) WITH ORDINALITY AS c (cell, upto, n)
  CROSS JOIN unnest(shift_mass) WITH ORDINALITY AS s (share, n)
$$;
