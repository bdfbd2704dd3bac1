-- Who may do what.  The application's role owns nothing; nobody but the owner may TRUNCATE; rows are scoped by policy.
-- Roles are made by the cluster (or by an administrator), not here: a role belongs to a server, a schema to a database.

REVOKE ALL ON SCHEMA public FROM PUBLIC;
REVOKE ALL ON ALL FUNCTIONS IN SCHEMA access, audit FROM PUBLIC;
REVOKE ALL ON FUNCTION synthetic_kinds(), source_freshness() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION synthetic_kinds(), source_freshness() TO naqsha_app, naqsha_worker, naqsha_forecaster;
GRANT USAGE ON SCHEMA public TO naqsha_app, naqsha_worker, naqsha_forecaster;
GRANT USAGE ON SCHEMA access, person, audit TO naqsha_app, naqsha_worker;
-- Policies on mass call access.stations(), but the forecaster's own policy does not.
GRANT USAGE ON SCHEMA access TO naqsha_forecaster;

-- Reference data: read by all, written by the loader (owner and worker).
GRANT SELECT ON jurisdiction, crime_head, cell TO naqsha_app, naqsha_worker, naqsha_forecaster;
GRANT SELECT ON place, place_name, ground, section_rule, category_rule, source, reference_load TO naqsha_app, naqsha_worker;
GRANT INSERT, UPDATE, DELETE ON jurisdiction, place, place_name, ground, crime_head, section_rule, category_rule, source,
  reference_load TO naqsha_worker;
GRANT INSERT ON cell TO naqsha_app, naqsha_worker;
-- /readyz compares it with the code's.
GRANT SELECT ON alembic_version TO naqsha_app, naqsha_worker;
GRANT SELECT ON spatial_ref_sys TO naqsha_app, naqsha_worker, naqsha_forecaster;

-- Accounts: the application signs people in and out; the worker (command line) manages accounts.
GRANT SELECT (id, name, display_name, role, password_hash, is_demo, disabled_at, language) ON access.account TO naqsha_app;
GRANT INSERT, UPDATE (ended_at) ON access.session TO naqsha_app;
GRANT SELECT (id, token_hash, account_id, ended_at) ON access.session TO naqsha_app;
GRANT SELECT, INSERT ON access.login_attempt TO naqsha_app;
GRANT UPDATE (language) ON access.account TO naqsha_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON access.account, access.account_jurisdiction, access.session, access.api_token,
  access.login_attempt TO naqsha_worker;
GRANT SELECT ON access.visible_station TO naqsha_worker;
GRANT EXECUTE ON FUNCTION access.open_scope(text), access.current_account(), access.stations(), access.who(),
  access.mark_seen(), access.kept_accounts(), access.set_disabled(bigint, boolean) TO naqsha_app;

-- Records.
GRANT SELECT, INSERT, UPDATE ON delivery, quarantine, hotel, record, fir, complaint, stay, incident, person.party, fix, mass
  TO naqsha_app, naqsha_worker;
GRANT SELECT, INSERT ON record_version TO naqsha_app, naqsha_worker;
GRANT SELECT, INSERT, DELETE ON fir_section TO naqsha_app, naqsha_worker;
GRANT DELETE ON person.party TO naqsha_app, naqsha_worker;
GRANT DELETE ON record, record_version, stay, fix, mass, quarantine TO naqsha_worker;     -- retention
GRANT SELECT ON rollup TO naqsha_app;
GRANT SELECT, INSERT ON rollup_delta TO naqsha_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON rollup, rollup_delta TO naqsha_worker;
GRANT USAGE, SELECT ON SEQUENCE data_version TO naqsha_app, naqsha_worker;
GRANT SELECT ON SEQUENCE data_version TO naqsha_forecaster;

-- Forecasts: the forecaster reads mass through its own policy and writes runs; it has no right on persons, hotels, stays.
GRANT SELECT ON mass TO naqsha_forecaster;
GRANT SELECT, INSERT ON forecast_run, forecast_cell, hotspot_run, hotspot_cell TO naqsha_forecaster;
GRANT UPDATE (outcome) ON forecast_run TO naqsha_forecaster;
GRANT INSERT ON cell TO naqsha_forecaster;
GRANT SELECT ON forecast_run, forecast_cell, hotspot_run TO naqsha_app, naqsha_worker;
GRANT SELECT ON hotspot_cell TO naqsha_worker;
-- Not its mass: a run may cover stations that its reader does not see.
GRANT SELECT (run_id, cell, z, p, q, kind) ON hotspot_cell TO naqsha_app;
GRANT UPDATE (state, published_at, published_by) ON forecast_run TO naqsha_app, naqsha_worker;
GRANT SELECT, INSERT, UPDATE ON job_progress TO naqsha_worker;
GRANT SELECT, INSERT, UPDATE (cancel_asked, updated_at) ON job_progress TO naqsha_app;

-- The audit log: written through audit.note by everyone who may act, read by those whom the application lets in.
GRANT EXECUTE ON FUNCTION audit.note(text, text, bigint, text, jsonb) TO naqsha_app, naqsha_worker;
GRANT SELECT ON audit.entry, audit.seal TO naqsha_app, naqsha_worker;
GRANT INSERT ON audit.seal TO naqsha_worker;

GRANT EXECUTE ON FUNCTION access.accounts_below(), access.is_whole_node() TO naqsha_app;

-- Row-level security.  The application sees the rows of the stations in its open scope; where no scope is open
-- access.stations() raises.
ALTER TABLE record ENABLE ROW LEVEL SECURITY;
ALTER TABLE record_version ENABLE ROW LEVEL SECURITY;
ALTER TABLE fir ENABLE ROW LEVEL SECURITY;
ALTER TABLE fir_section ENABLE ROW LEVEL SECURITY;
ALTER TABLE complaint ENABLE ROW LEVEL SECURITY;
ALTER TABLE stay ENABLE ROW LEVEL SECURITY;
ALTER TABLE incident ENABLE ROW LEVEL SECURITY;
ALTER TABLE person.party ENABLE ROW LEVEL SECURITY;
ALTER TABLE fix ENABLE ROW LEVEL SECURITY;
ALTER TABLE mass ENABLE ROW LEVEL SECURITY;
ALTER TABLE rollup ENABLE ROW LEVEL SECURITY;
ALTER TABLE rollup_delta ENABLE ROW LEVEL SECURITY;
ALTER TABLE hotel ENABLE ROW LEVEL SECURITY;
ALTER TABLE delivery ENABLE ROW LEVEL SECURITY;
ALTER TABLE quarantine ENABLE ROW LEVEL SECURITY;
ALTER TABLE job_progress ENABLE ROW LEVEL SECURITY;

CREATE POLICY scope ON record FOR ALL TO naqsha_app
  USING (station_id IN (SELECT access.stations())) WITH CHECK (station_id IN (SELECT access.stations()));
CREATE POLICY scope ON fix FOR ALL TO naqsha_app
  USING (station_id IN (SELECT access.stations())) WITH CHECK (station_id IN (SELECT access.stations()));
CREATE POLICY scope ON mass FOR ALL TO naqsha_app
  USING (station_id IN (SELECT access.stations())) WITH CHECK (station_id IN (SELECT access.stations()));
CREATE POLICY scope ON rollup FOR SELECT TO naqsha_app USING (station_id IN (SELECT access.stations()));
CREATE POLICY scope ON rollup_delta FOR ALL TO naqsha_app
  USING (station_id IN (SELECT access.stations())) WITH CHECK (station_id IN (SELECT access.stations()));
CREATE POLICY scope ON hotel FOR ALL TO naqsha_app
  USING (station_id IN (SELECT access.stations())) WITH CHECK (station_id IN (SELECT access.stations()));
-- A detail row is seen where its record is seen: the inner SELECT is itself under the policy of `record`.
CREATE POLICY scope ON record_version FOR ALL TO naqsha_app
  USING (EXISTS (SELECT 1 FROM record r WHERE r.id = record_id)) WITH CHECK (EXISTS (SELECT 1 FROM record r WHERE r.id = record_id));
CREATE POLICY scope ON fir FOR ALL TO naqsha_app
  USING (EXISTS (SELECT 1 FROM record r WHERE r.id = record_id)) WITH CHECK (EXISTS (SELECT 1 FROM record r WHERE r.id = record_id));
CREATE POLICY scope ON fir_section FOR ALL TO naqsha_app
  USING (EXISTS (SELECT 1 FROM record r WHERE r.id = record_id)) WITH CHECK (EXISTS (SELECT 1 FROM record r WHERE r.id = record_id));
CREATE POLICY scope ON complaint FOR ALL TO naqsha_app
  USING (EXISTS (SELECT 1 FROM record r WHERE r.id = record_id)) WITH CHECK (EXISTS (SELECT 1 FROM record r WHERE r.id = record_id));
CREATE POLICY scope ON stay FOR ALL TO naqsha_app
  USING (EXISTS (SELECT 1 FROM record r WHERE r.id = record_id)) WITH CHECK (EXISTS (SELECT 1 FROM record r WHERE r.id = record_id));
CREATE POLICY scope ON incident FOR ALL TO naqsha_app
  USING (EXISTS (SELECT 1 FROM record r WHERE r.id = record_id)) WITH CHECK (EXISTS (SELECT 1 FROM record r WHERE r.id = record_id));
CREATE POLICY scope ON person.party FOR ALL TO naqsha_app
  USING (EXISTS (SELECT 1 FROM public.record r WHERE r.id = record_id))
  WITH CHECK (EXISTS (SELECT 1 FROM public.record r WHERE r.id = record_id));
-- A delivery belongs to the account that sent it; what the command line loaded is shown to nobody but the worker.
CREATE POLICY own ON delivery FOR ALL TO naqsha_app
  USING (account_id = (SELECT access.current_account())) WITH CHECK (account_id = (SELECT access.current_account()));
CREATE POLICY own ON quarantine FOR ALL TO naqsha_app
  USING (EXISTS (SELECT 1 FROM delivery d WHERE d.id = delivery_id)) WITH CHECK (EXISTS (SELECT 1 FROM delivery d WHERE d.id = delivery_id));
CREATE POLICY own ON job_progress FOR ALL TO naqsha_app
  USING (account_id = (SELECT access.current_account())) WITH CHECK (account_id = (SELECT access.current_account()));

-- The audit log: what accounts of one's own area did; what nobody's account did, to readers of the whole country only.
ALTER TABLE audit.entry ENABLE ROW LEVEL SECURITY;
CREATE POLICY below ON audit.entry FOR SELECT TO naqsha_app
  USING (account_id IN (SELECT access.accounts_below()) OR (account_id IS NULL AND (SELECT access.is_whole_node())));
CREATE POLICY node ON audit.entry FOR SELECT TO naqsha_worker USING (true);

-- The worker serves the whole node: it loads, folds and deletes for every station.
CREATE POLICY node ON record FOR ALL TO naqsha_worker USING (true) WITH CHECK (true);
CREATE POLICY node ON record_version FOR ALL TO naqsha_worker USING (true) WITH CHECK (true);
CREATE POLICY node ON fir FOR ALL TO naqsha_worker USING (true) WITH CHECK (true);
CREATE POLICY node ON fir_section FOR ALL TO naqsha_worker USING (true) WITH CHECK (true);
CREATE POLICY node ON complaint FOR ALL TO naqsha_worker USING (true) WITH CHECK (true);
CREATE POLICY node ON stay FOR ALL TO naqsha_worker USING (true) WITH CHECK (true);
CREATE POLICY node ON incident FOR ALL TO naqsha_worker USING (true) WITH CHECK (true);
CREATE POLICY node ON person.party FOR ALL TO naqsha_worker USING (true) WITH CHECK (true);
CREATE POLICY node ON fix FOR ALL TO naqsha_worker USING (true) WITH CHECK (true);
CREATE POLICY node ON mass FOR ALL TO naqsha_worker USING (true) WITH CHECK (true);
CREATE POLICY node ON rollup FOR ALL TO naqsha_worker USING (true) WITH CHECK (true);
CREATE POLICY node ON rollup_delta FOR ALL TO naqsha_worker USING (true) WITH CHECK (true);
CREATE POLICY node ON hotel FOR ALL TO naqsha_worker USING (true) WITH CHECK (true);
CREATE POLICY node ON delivery FOR ALL TO naqsha_worker USING (true) WITH CHECK (true);
CREATE POLICY node ON quarantine FOR ALL TO naqsha_worker USING (true) WITH CHECK (true);
CREATE POLICY node ON job_progress FOR ALL TO naqsha_worker USING (true) WITH CHECK (true);

-- The forecaster: reported places only.  No stay, no offence that a patrol discovered (trust.md F3, F4).  Cancelled records
-- have no current mass; a replay sees them only for the time in which they were believed.
CREATE POLICY reported_places ON mass FOR SELECT TO naqsha_forecaster
  USING (kind IN ('fir', 'complaint', 'incident') AND discovery = 'reported');
