-- Beats: what patrols were to visit, what they visited, and the named renewals that let a place stay on the list.

CREATE TABLE patrol_plan (
  id              bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  jurisdiction_id bigint NOT NULL REFERENCES jurisdiction,
  week            integer NOT NULL,               -- the week in which it is carried out
  shift           smallint CHECK (shift BETWEEN 0 AND 2),  -- night, day, evening; null: all of the day
  heads           smallint[],                     -- null: every head
  kinds           record_kind[] NOT NULL,
  patrols         smallint NOT NULL CHECK (patrols BETWEEN 1 AND 12),
  minutes         smallint NOT NULL CHECK (minutes BETWEEN 15 AND 720),  -- of each patrol
  settings        jsonb NOT NULL,                 -- pace, reach and what the places were weighed by
  run_ids         bigint[] NOT NULL DEFAULT '{}', -- the forecast runs that weighed them
  covered         bigint NOT NULL,                -- mass within reach of its places, of what was weighed
  total           bigint NOT NULL CHECK (total >= covered),
  made_at         timestamptz NOT NULL DEFAULT now(),
  made_by         bigint NOT NULL REFERENCES access.account,
  withdrawn_at    timestamptz
);
-- Usage: the plans of a jurisdiction, newest week first.
CREATE INDEX patrol_plan_week ON patrol_plan (jurisdiction_id, week DESC, id DESC);

-- A place of a plan, or one that the planner refused.  `station_id` stands on the row so that a policy needs no join.
CREATE TABLE patrol_place (
  id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  plan_id    bigint NOT NULL REFERENCES patrol_plan ON DELETE CASCADE,
  station_id bigint NOT NULL REFERENCES jurisdiction,  -- whose area holds it; the plan's jurisdiction where none does
  patrol     smallint NOT NULL CHECK (patrol >= 0),    -- 0: refused
  position   smallint NOT NULL,
  cell       bigint NOT NULL,                     -- base resolution
  list_cell  bigint NOT NULL,                     -- its parent of resolution 8: what the list counts weeks of
  point      geometry(Point, 4326) NOT NULL,
  decision   text NOT NULL CHECK (decision IN ('accepted', 'moved', 'added', 'refused')),
  locked     boolean NOT NULL DEFAULT false,
  reason     text NOT NULL DEFAULT '' CHECK (length(reason) <= 500),
  covered    bigint NOT NULL,                     -- mass within its reach
  name       text NOT NULL DEFAULT '',
  name_ur    text NOT NULL DEFAULT '',
  drivers    jsonb NOT NULL DEFAULT '[]',
  UNIQUE (plan_id, patrol, position),
  CHECK ((patrol = 0) = (decision = 'refused'))
);
-- Usage: for how many weeks a cell has been on the list.
CREATE INDEX patrol_place_list ON patrol_place (list_cell) WHERE patrol > 0;
-- Usage: a station's places, by its policy.
CREATE INDEX patrol_place_station ON patrol_place (station_id);

CREATE TABLE patrol_visit (
  id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  place_id    bigint NOT NULL REFERENCES patrol_place,
  station_id  bigint NOT NULL REFERENCES jurisdiction,
  account_id  bigint NOT NULL REFERENCES access.account,
  started_at  timestamptz NOT NULL DEFAULT now(),
  ended_at    timestamptz,
  minutes     real,                               -- counted when it ends; typed in where it is logged later
  typed       boolean NOT NULL DEFAULT false,     -- minutes that somebody typed, not a clock's
  point       geometry(Point, 4326),              -- the phone's, where its holder gave it
  accuracy_m  real CHECK (accuracy_m >= 0),
  CHECK (ended_at IS NULL OR ended_at >= started_at),
  CHECK ((ended_at IS NULL) = (minutes IS NULL)),
  CHECK (minutes BETWEEN 0 AND 720)
);
-- Usage: the visits of a plan's places.
CREATE INDEX patrol_visit_place ON patrol_visit (place_id);
-- Usage: one visit at a time is under way for whoever logs it.
CREATE UNIQUE INDEX patrol_visit_open ON patrol_visit (account_id) WHERE ended_at IS NULL;

-- A named officer's word that a cell may stay on the list for four more weeks, counted from `week`.
CREATE TABLE patrol_renewal (
  id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  station_id bigint NOT NULL REFERENCES jurisdiction,
  cell       bigint NOT NULL,                     -- resolution 8
  week       integer NOT NULL,
  reason     text NOT NULL CHECK (length(btrim(reason)) BETWEEN 3 AND 500),
  account_id bigint NOT NULL REFERENCES access.account,
  made_at    timestamptz NOT NULL DEFAULT now(),
  UNIQUE (cell, week, station_id)
);

GRANT SELECT, INSERT, UPDATE (withdrawn_at) ON patrol_plan TO naqsha_app, naqsha_worker;
GRANT SELECT, INSERT ON patrol_place, patrol_renewal TO naqsha_app, naqsha_worker;
GRANT SELECT, INSERT, UPDATE (ended_at, minutes, point, accuracy_m) ON patrol_visit TO naqsha_app, naqsha_worker;

ALTER TABLE patrol_plan ENABLE ROW LEVEL SECURITY;
ALTER TABLE patrol_place ENABLE ROW LEVEL SECURITY;
ALTER TABLE patrol_visit ENABLE ROW LEVEL SECURITY;
ALTER TABLE patrol_renewal ENABLE ROW LEVEL SECURITY;
CREATE POLICY scope ON patrol_place FOR ALL TO naqsha_app
  USING (station_id IN (SELECT access.stations())) WITH CHECK (station_id IN (SELECT access.stations()));
-- A plan is made by who holds its whole jurisdiction, and seen also by the stations that have places in it.
CREATE POLICY seen ON patrol_plan FOR SELECT TO naqsha_app
  USING (jurisdiction_id IN (SELECT access.stations()) OR EXISTS (SELECT 1 FROM patrol_place p WHERE p.plan_id = patrol_plan.id));
CREATE POLICY made ON patrol_plan FOR INSERT TO naqsha_app
  WITH CHECK (jurisdiction_id IN (SELECT access.stations()) AND made_by = (SELECT access.current_account()));
CREATE POLICY own ON patrol_plan FOR UPDATE TO naqsha_app
  USING (jurisdiction_id IN (SELECT access.stations())) WITH CHECK (jurisdiction_id IN (SELECT access.stations()));
CREATE POLICY seen ON patrol_visit FOR SELECT TO naqsha_app USING (station_id IN (SELECT access.stations()));
CREATE POLICY made ON patrol_visit FOR INSERT TO naqsha_app
  WITH CHECK (station_id IN (SELECT access.stations()) AND account_id = (SELECT access.current_account())
    AND EXISTS (SELECT 1 FROM patrol_place p WHERE p.id = place_id AND p.station_id = patrol_visit.station_id));
CREATE POLICY own ON patrol_visit FOR UPDATE TO naqsha_app
  USING (account_id = (SELECT access.current_account())) WITH CHECK (account_id = (SELECT access.current_account()));
CREATE POLICY seen ON patrol_renewal FOR SELECT TO naqsha_app USING (station_id IN (SELECT access.stations()));
CREATE POLICY made ON patrol_renewal FOR INSERT TO naqsha_app
  WITH CHECK (station_id IN (SELECT access.stations()) AND account_id = (SELECT access.current_account()));
CREATE POLICY node ON patrol_plan FOR ALL TO naqsha_worker USING (true) WITH CHECK (true);
CREATE POLICY node ON patrol_place FOR ALL TO naqsha_worker USING (true) WITH CHECK (true);
CREATE POLICY node ON patrol_visit FOR ALL TO naqsha_worker USING (true) WITH CHECK (true);
CREATE POLICY node ON patrol_renewal FOR ALL TO naqsha_worker USING (true) WITH CHECK (true);
