-- Takes back what the files beside this one made; runs stay, without their shifts, marks and scores.
DROP POLICY seen ON forecast_run;
DROP POLICY own ON forecast_run;
DROP POLICY node ON forecast_run;
DROP POLICY seen ON forecast_cell;
DROP POLICY own ON forecast_cell;
DROP POLICY node ON forecast_cell;
DROP POLICY seen ON hotspot_run;
DROP POLICY own ON hotspot_run;
DROP POLICY node ON hotspot_run;
DROP POLICY seen ON hotspot_cell;
DROP POLICY node ON hotspot_cell;
ALTER TABLE forecast_run DISABLE ROW LEVEL SECURITY;
ALTER TABLE forecast_cell DISABLE ROW LEVEL SECURITY;
ALTER TABLE hotspot_run DISABLE ROW LEVEL SECURITY;
ALTER TABLE hotspot_cell DISABLE ROW LEVEL SECURITY;
DROP TABLE forecast_rival, forecast_score, forecast_renewal;
DROP FUNCTION access.areas(), access.own_areas();
DROP INDEX mass_station, mass_ended, forecast_run_week, forecast_cell_listed;
REVOKE UPDATE (state, published_at, published_by) ON hotspot_run FROM naqsha_app, naqsha_worker;
ALTER TABLE forecast_run DROP COLUMN shift, DROP COLUMN paused, DROP COLUMN notes, DROP COLUMN made_by;
ALTER TABLE forecast_cell DROP COLUMN jurisdiction_id, DROP COLUMN dispersion, DROP COLUMN listed, DROP COLUMN unstable,
  DROP COLUMN unknown, DROP COLUMN paused, DROP COLUMN rested;
ALTER TABLE hotspot_run DROP COLUMN state, DROP COLUMN published_at, DROP COLUMN published_by;
ALTER TABLE hotspot_cell DROP COLUMN jurisdiction_id;
