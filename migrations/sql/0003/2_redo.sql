-- Placing records anew: what a record asked of the geocoder, the runs, and the queue of weak fixes.

-- What a row said of its place beyond text, point and station: {"accuracy_m", "distance_m", "direction", "is_vague"}.  NULL where
-- it said nothing more, and for records from before this migration.
ALTER TABLE record ADD COLUMN place_asked jsonb;

CREATE TABLE redo_run (
  id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  asked      jsonb NOT NULL,                            -- jurisdiction, methods
  dry_run    boolean NOT NULL,
  state      text NOT NULL DEFAULT 'running' CHECK (state IN ('running', 'done', 'stopped')),
  after_id   bigint NOT NULL DEFAULT 0,                 -- the last record that is done: a run that was killed goes on from here
  total      bigint NOT NULL,
  counts     jsonb NOT NULL DEFAULT '{}',
  examples   jsonb NOT NULL DEFAULT '[]',
  account_id bigint REFERENCES access.account,          -- null: the command line
  made_at    timestamptz NOT NULL DEFAULT now(),
  changed_at timestamptz NOT NULL DEFAULT now()
);

-- Usage: the queue of fixes that an officer should pin, a station at a time; the conditions are those of geocode.weak.
CREATE INDEX fix_weak ON fix (station_id)
  WHERE known_until IS NULL AND method <> 'pin' AND account_id IS NULL AND (method IN ('unplaced', 'station_area') OR score < 0.5);
-- Usage: the current fixes of a station by method, in the order in which a redo goes through them.
CREATE INDEX fix_station_record ON fix (station_id, record_id) WHERE known_until IS NULL;

GRANT SELECT, INSERT, UPDATE ON redo_run TO naqsha_worker;
GRANT SELECT, INSERT ON redo_run TO naqsha_app;
ALTER TABLE redo_run ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON redo_run FOR ALL TO naqsha_app
  USING (account_id = (SELECT access.current_account())) WITH CHECK (account_id = (SELECT access.current_account()));
CREATE POLICY node ON redo_run FOR ALL TO naqsha_worker USING (true) WITH CHECK (true);
