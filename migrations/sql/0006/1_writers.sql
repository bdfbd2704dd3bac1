-- How each station's writers round distances and directions, learned from its own records and their pins.

CREATE TABLE writer_habits (
  id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  station_id bigint UNIQUE NULLS NOT DISTINCT REFERENCES jurisdiction,  -- null: all stations together
  habits     jsonb NOT NULL,                                  -- spatial.geocoding.habits.Habits
  leak       real CHECK (leak BETWEEN 0 AND 1),               -- null: the area was drawn, or nothing leads into or out of it
  texts      integer NOT NULL CHECK (texts >= 0),
  pins       integer NOT NULL CHECK (pins BETWEEN 0 AND texts),
  is_own     boolean NOT NULL,                                -- false: too few texts, so only the leak is the station's own
  learned_at timestamptz NOT NULL DEFAULT now()
);

GRANT SELECT ON writer_habits TO naqsha_app, naqsha_worker;
GRANT INSERT, UPDATE, DELETE ON writer_habits TO naqsha_worker;
ALTER TABLE writer_habits ENABLE ROW LEVEL SECURITY;
-- What all stations' texts show together is nobody's own.
CREATE POLICY scope ON writer_habits FOR SELECT TO naqsha_app
  USING (station_id IS NULL OR station_id IN (SELECT access.stations()));
CREATE POLICY node ON writer_habits FOR ALL TO naqsha_worker USING (true) WITH CHECK (true);
