-- Takes the foundation away again.  Extensions and roles belong to the server and stay.
DROP SCHEMA person, audit, access CASCADE;
DROP TABLE job_progress, hotspot_cell, hotspot_run, forecast_cell, forecast_run, rollup_delta, rollup, mass, fix, incident, stay,
  complaint, fir_section, fir, record_version, record, hotel, quarantine, delivery, cell, reference_load, source, category_rule,
  section_rule, crime_head, ground, place_name, place, jurisdiction CASCADE;
DROP SEQUENCE data_version;
DROP FUNCTION cell_parent, level_cell, shift_week, shift_of_day, week_bucket, mass_atoms, synthetic_kinds, source_freshness;
DROP TYPE jurisdiction_level, record_kind, discovery;
-- As PostgreSQL has it from the start.
REVOKE ALL ON SCHEMA public FROM naqsha_app, naqsha_worker, naqsha_forecaster;
GRANT USAGE ON SCHEMA public TO PUBLIC;
