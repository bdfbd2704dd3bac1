-- Saved views: the address of a desk under a name, for oneself or for one's unit.

-- The jurisdictions that the account of this scope has itself (not those below): its unit.
CREATE FUNCTION access.units() RETURNS SETOF bigint LANGUAGE plpgsql STABLE PARALLEL RESTRICTED ROWS 2
  SECURITY DEFINER SET search_path = access, pg_temp AS $$
BEGIN
  RETURN QUERY SELECT jurisdiction_id FROM access.account_jurisdiction WHERE account_id = access.current_account();
END $$;
REVOKE ALL ON FUNCTION access.units() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION access.units() TO naqsha_app;

CREATE TABLE saved_view (
  id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  account_id bigint NOT NULL REFERENCES access.account ON DELETE CASCADE,
  unit_id    bigint NOT NULL REFERENCES jurisdiction,  -- one of the account's own jurisdictions
  desk       text NOT NULL CHECK (desk ~ '^[a-z]{1,20}$'),
  name       text NOT NULL CHECK (length(name) BETWEEN 1 AND 80),
  query      text NOT NULL CHECK (length(query) <= 2000),
  is_team    boolean NOT NULL DEFAULT false,
  made_at    timestamptz NOT NULL DEFAULT now(),
  deleted_at timestamptz                               -- kept a day, so that a deletion can be taken back
);
-- Usage: one's own views, and the most that one may keep.
CREATE INDEX saved_view_account ON saved_view (account_id);
-- Usage: the team's views.
CREATE INDEX saved_view_unit ON saved_view (unit_id) WHERE is_team;

GRANT SELECT, INSERT, DELETE, UPDATE (name, is_team, deleted_at) ON saved_view TO naqsha_app;
GRANT SELECT, DELETE ON saved_view TO naqsha_worker;
ALTER TABLE saved_view ENABLE ROW LEVEL SECURITY;
-- One's own; and the team's, to those who share the unit.  Only who made a view may change it.
CREATE POLICY own ON saved_view FOR ALL TO naqsha_app
  USING (account_id = (SELECT access.current_account()))
  WITH CHECK (account_id = (SELECT access.current_account()) AND unit_id IN (SELECT access.units()));
CREATE POLICY team ON saved_view FOR SELECT TO naqsha_app
  USING (is_team AND deleted_at IS NULL AND unit_id IN (SELECT access.units()));
CREATE POLICY node ON saved_view FOR ALL TO naqsha_worker USING (true) WITH CHECK (true);
