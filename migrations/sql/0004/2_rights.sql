-- Who may see and change runs.  A run is seen where its jurisdiction holds the reader's own or lies in it; it is answered for
-- (published, renewed) only where it lies in the reader's own.  docs/adr/0009.

-- The jurisdictions that hold those of this scope's account, and those inside them.
CREATE FUNCTION access.areas() RETURNS SETOF bigint LANGUAGE sql STABLE PARALLEL RESTRICTED ROWS 300
  SECURITY DEFINER SET search_path = public, access, pg_temp AS $$
  SELECT DISTINCT j.id
  FROM access.account_jurisdiction a
  JOIN jurisdiction own ON own.id = a.jurisdiction_id
  JOIN jurisdiction j ON j.path <@ own.path OR j.path @> own.path
  WHERE a.account_id = access.current_account()
$$;
-- Those inside them alone: what the account answers for.
CREATE FUNCTION access.own_areas() RETURNS SETOF bigint LANGUAGE sql STABLE PARALLEL RESTRICTED ROWS 300
  SECURITY DEFINER SET search_path = public, access, pg_temp AS $$
  SELECT DISTINCT j.id
  FROM access.account_jurisdiction a
  JOIN jurisdiction own ON own.id = a.jurisdiction_id
  JOIN jurisdiction j ON j.path <@ own.path
  WHERE a.account_id = access.current_account()
$$;
REVOKE ALL ON FUNCTION access.areas(), access.own_areas() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION access.areas(), access.own_areas() TO naqsha_app;

-- The forecaster writes runs and their scores; it still reads no station's record, person or stay.
GRANT SELECT, INSERT ON forecast_rival TO naqsha_forecaster;
GRANT SELECT, INSERT, UPDATE, DELETE ON forecast_score TO naqsha_forecaster;
GRANT SELECT ON forecast_renewal TO naqsha_forecaster;
GRANT UPDATE (rested) ON forecast_cell TO naqsha_forecaster, naqsha_app, naqsha_worker;
GRANT SELECT ON forecast_score, forecast_renewal TO naqsha_app, naqsha_worker;
GRANT INSERT ON forecast_renewal TO naqsha_app, naqsha_worker;
GRANT SELECT (jurisdiction_id) ON hotspot_cell TO naqsha_app;
GRANT UPDATE (state, published_at, published_by) ON hotspot_run TO naqsha_app, naqsha_worker;

ALTER TABLE forecast_run ENABLE ROW LEVEL SECURITY;
ALTER TABLE forecast_cell ENABLE ROW LEVEL SECURITY;
ALTER TABLE forecast_rival ENABLE ROW LEVEL SECURITY;
ALTER TABLE forecast_score ENABLE ROW LEVEL SECURITY;
ALTER TABLE forecast_renewal ENABLE ROW LEVEL SECURITY;
ALTER TABLE hotspot_run ENABLE ROW LEVEL SECURITY;
ALTER TABLE hotspot_cell ENABLE ROW LEVEL SECURITY;

CREATE POLICY seen ON forecast_run FOR SELECT TO naqsha_app USING (jurisdiction_id IN (SELECT access.areas()));
CREATE POLICY own ON forecast_run FOR UPDATE TO naqsha_app
  USING (jurisdiction_id IN (SELECT access.own_areas())) WITH CHECK (jurisdiction_id IN (SELECT access.own_areas()));
CREATE POLICY seen ON forecast_cell FOR SELECT TO naqsha_app USING (jurisdiction_id IN (SELECT access.areas()));
CREATE POLICY own ON forecast_cell FOR UPDATE TO naqsha_app
  USING (jurisdiction_id IN (SELECT access.own_areas())) WITH CHECK (jurisdiction_id IN (SELECT access.own_areas()));
CREATE POLICY seen ON forecast_score FOR SELECT TO naqsha_app USING (jurisdiction_id IN (SELECT access.areas()));
CREATE POLICY seen ON forecast_renewal FOR SELECT TO naqsha_app USING (jurisdiction_id IN (SELECT access.areas()));
CREATE POLICY own ON forecast_renewal FOR INSERT TO naqsha_app
  WITH CHECK (jurisdiction_id IN (SELECT access.own_areas()) AND account_id = (SELECT access.current_account()));
CREATE POLICY seen ON hotspot_run FOR SELECT TO naqsha_app USING (jurisdiction_id IN (SELECT access.areas()));
CREATE POLICY own ON hotspot_run FOR UPDATE TO naqsha_app
  USING (jurisdiction_id IN (SELECT access.own_areas())) WITH CHECK (jurisdiction_id IN (SELECT access.own_areas()));
CREATE POLICY seen ON hotspot_cell FOR SELECT TO naqsha_app USING (jurisdiction_id IN (SELECT access.areas()));

-- The command line and the clock serve the whole node.
CREATE POLICY node ON forecast_run FOR ALL TO naqsha_worker, naqsha_forecaster USING (true) WITH CHECK (true);
CREATE POLICY node ON forecast_cell FOR ALL TO naqsha_worker, naqsha_forecaster USING (true) WITH CHECK (true);
CREATE POLICY node ON forecast_rival FOR ALL TO naqsha_forecaster USING (true) WITH CHECK (true);
CREATE POLICY node ON forecast_score FOR ALL TO naqsha_worker, naqsha_forecaster USING (true) WITH CHECK (true);
CREATE POLICY node ON forecast_renewal FOR ALL TO naqsha_worker, naqsha_forecaster USING (true) WITH CHECK (true);
CREATE POLICY node ON hotspot_run FOR ALL TO naqsha_worker, naqsha_forecaster USING (true) WITH CHECK (true);
CREATE POLICY node ON hotspot_cell FOR ALL TO naqsha_worker, naqsha_forecaster USING (true) WITH CHECK (true);
