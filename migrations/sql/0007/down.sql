-- Two lists again: what stations gave goes back to patrols; a forecast's renewal had a head, which a place's has not.
CREATE TABLE patrol_renewal (
  id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  station_id bigint NOT NULL REFERENCES jurisdiction,
  cell       bigint NOT NULL,
  week       integer NOT NULL,
  reason     text NOT NULL CHECK (length(btrim(reason)) BETWEEN 3 AND 500),
  account_id bigint NOT NULL REFERENCES access.account,
  made_at    timestamptz NOT NULL DEFAULT now(),
  UNIQUE (cell, week, station_id)
);
CREATE TABLE forecast_renewal (
  id              bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  jurisdiction_id bigint NOT NULL REFERENCES jurisdiction,
  head_id         smallint NOT NULL REFERENCES crime_head,
  shift           smallint CHECK (shift BETWEEN 0 AND 2),
  cell            bigint NOT NULL,
  week            integer NOT NULL,
  account_id      bigint NOT NULL REFERENCES access.account,
  officer         text NOT NULL,
  reason          text NOT NULL CHECK (length(btrim(reason)) BETWEEN 3 AND 500),
  made_at         timestamptz NOT NULL DEFAULT now()
);
-- Usage: the renewals of a run's cells in the weeks before it.
CREATE INDEX forecast_renewal_cell ON forecast_renewal (jurisdiction_id, head_id, week);

INSERT INTO patrol_renewal (station_id, cell, week, reason, account_id, made_at)
SELECT r.jurisdiction_id, r.cell, r.week, r.reason, r.account_id, r.made_at
FROM place_renewal r JOIN jurisdiction j ON j.id = r.jurisdiction_id AND j.level = 'station'
ORDER BY r.id;
DROP FUNCTION wake_renewed(bigint[]);
DROP TABLE place_renewal;

GRANT SELECT, INSERT ON patrol_renewal TO naqsha_app, naqsha_worker;
GRANT SELECT ON forecast_renewal TO naqsha_forecaster;
GRANT SELECT ON forecast_renewal TO naqsha_app, naqsha_worker;
GRANT INSERT ON forecast_renewal TO naqsha_app, naqsha_worker;
ALTER TABLE patrol_renewal ENABLE ROW LEVEL SECURITY;
ALTER TABLE forecast_renewal ENABLE ROW LEVEL SECURITY;
CREATE POLICY seen ON patrol_renewal FOR SELECT TO naqsha_app USING (station_id IN (SELECT access.stations()));
CREATE POLICY made ON patrol_renewal FOR INSERT TO naqsha_app
  WITH CHECK (station_id IN (SELECT access.stations()) AND account_id = (SELECT access.current_account()));
CREATE POLICY node ON patrol_renewal FOR ALL TO naqsha_worker USING (true) WITH CHECK (true);
CREATE POLICY seen ON forecast_renewal FOR SELECT TO naqsha_app USING (jurisdiction_id IN (SELECT access.areas()));
CREATE POLICY own ON forecast_renewal FOR INSERT TO naqsha_app
  WITH CHECK (jurisdiction_id IN (SELECT access.own_areas()) AND account_id = (SELECT access.current_account()));
CREATE POLICY node ON forecast_renewal FOR ALL TO naqsha_worker, naqsha_forecaster USING (true) WITH CHECK (true);
