-- What officers' pins teach: the names that people of a station's area use, and the pins that each rests on.

CREATE TABLE local_name (
  id               bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  station_id       bigint NOT NULL REFERENCES jurisdiction,
  name             text NOT NULL CHECK (length(name) BETWEEN 2 AND 120),
  key              text NOT NULL CHECK (key <> ''),     -- spatial.addresses.normalise(name)
  point            geometry(Point, 4326) NOT NULL,      -- the middle of its pins
  radius_m         real NOT NULL CHECK (radius_m > 0),  -- holds its pins
  pins             integer NOT NULL CHECK (pins >= 0),
  protected        boolean NOT NULL,                    -- every record that it rests on is protected, so its point is too
  made_at          timestamptz NOT NULL DEFAULT now(),
  made_by          bigint REFERENCES access.account,
  changed_at       timestamptz NOT NULL DEFAULT now(),
  withdrawn_at     timestamptz,
  withdrawn_by     bigint REFERENCES access.account,
  withdrawn_reason text,
  CHECK ((withdrawn_at IS NULL) = (withdrawn_reason IS NULL))
);
-- Usage: the names of one station, for the geocoder and the list; the name that a new pin may refine.
CREATE INDEX local_name_station ON local_name (station_id, key) WHERE withdrawn_at IS NULL;
-- Usage: the nearest names to a point.
CREATE INDEX local_name_point ON local_name USING gist (point) WHERE withdrawn_at IS NULL;

CREATE TABLE local_name_pin (
  local_name_id bigint NOT NULL REFERENCES local_name ON DELETE CASCADE,
  record_id     bigint NOT NULL REFERENCES record ON DELETE CASCADE,
  fix_id        bigint NOT NULL REFERENCES fix ON DELETE CASCADE,
  made_at       timestamptz NOT NULL DEFAULT now(),
  ended_at      timestamptz,                            -- the record was pinned elsewhere since
  PRIMARY KEY (local_name_id, fix_id)
);
-- Usage: what a record's earlier pin taught, when it is pinned again.
CREATE INDEX local_name_pin_record ON local_name_pin (record_id) WHERE ended_at IS NULL;

GRANT SELECT, INSERT, UPDATE ON local_name, local_name_pin TO naqsha_app, naqsha_worker;
GRANT DELETE ON local_name, local_name_pin TO naqsha_worker;  -- retention takes a record's rows with it
ALTER TABLE local_name ENABLE ROW LEVEL SECURITY;
ALTER TABLE local_name_pin ENABLE ROW LEVEL SECURITY;
CREATE POLICY scope ON local_name FOR ALL TO naqsha_app
  USING (station_id IN (SELECT access.stations())) WITH CHECK (station_id IN (SELECT access.stations()));
CREATE POLICY scope ON local_name_pin FOR ALL TO naqsha_app
  USING (EXISTS (SELECT 1 FROM local_name n WHERE n.id = local_name_id))
  WITH CHECK (EXISTS (SELECT 1 FROM local_name n WHERE n.id = local_name_id));
CREATE POLICY node ON local_name FOR ALL TO naqsha_worker USING (true) WITH CHECK (true);
CREATE POLICY node ON local_name_pin FOR ALL TO naqsha_worker USING (true) WITH CHECK (true);
