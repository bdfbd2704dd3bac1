-- What the control room needs: the database telling of new mass, which sign-ins are still alive, how often each source
-- usually brings something, and points that a room has loaded.

-- Tells whoever listens on `naqsha_live` that mass was put in or ended: {"v": version, "at": [{"s": station, "k": [kinds],
-- "c": [cells of resolution 7, as hexadecimal digits]}]}.  Cells are left out (null) where there are many or they would not
-- fit, stations (null) where even those would not.  The listener hands each reader only what lies in the reader's scope.
-- Resolution 7 is that at which protected places show to everybody (ADR 7).
CREATE FUNCTION live_tell() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
DECLARE
  rows_told bigint;
  version bigint;
  told text;
BEGIN
  SELECT count(*) INTO rows_told FROM (SELECT FROM fresh LIMIT 201) AS few;
  IF rows_told = 0 THEN
    RETURN NULL;
  END IF;
  version := nextval('data_version');
  SELECT jsonb_build_object('v', version, 'at', jsonb_agg(jsonb_build_object('s', station_id, 'k', kinds, 'c', cells)))::text INTO told
  FROM (
    SELECT f.station_id, to_jsonb(array_agg(DISTINCT f.kind::text)) AS kinds,
      CASE WHEN rows_told <= 200 THEN (
        SELECT coalesce(jsonb_agg(DISTINCT to_hex(cell_parent(own.cell, 7))), '[]')
        FROM fresh g CROSS JOIN LATERAL unnest(g.cells) AS own (cell)
        WHERE g.station_id = f.station_id AND g.kind <> 'stay' AND g.resolution >= 7)
      END AS cells
    FROM fresh f GROUP BY f.station_id
  ) AS by_station;
  IF octet_length(told) > 7000 THEN
    SELECT jsonb_build_object('v', version, 'at', jsonb_agg(jsonb_build_object('s', station_id, 'k', kinds, 'c', NULL)))::text INTO told
    FROM (SELECT f.station_id, to_jsonb(array_agg(DISTINCT f.kind::text)) AS kinds FROM fresh f GROUP BY f.station_id) AS by_station;
  END IF;
  IF octet_length(told) > 7000 THEN
    told := jsonb_build_object('v', version, 'at', NULL)::text;
  END IF;
  PERFORM pg_notify('naqsha_live', told);
  RETURN NULL;
END $$;
REVOKE ALL ON FUNCTION live_tell() FROM PUBLIC;
CREATE TRIGGER live_put AFTER INSERT ON mass REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION live_tell();
CREATE TRIGGER live_ended AFTER UPDATE ON mass REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION live_tell();

-- Which of some token hashes still sign somebody in.  An open stream asks this every few seconds, so that it ends with its
-- session.  It tells nothing that the asker, who must know the hash, could not find out by signing in with the token.
CREATE FUNCTION access.alive(hashes bytea[]) RETURNS SETOF bytea LANGUAGE sql STABLE SECURITY DEFINER
  SET search_path = access, pg_temp AS $$
  SELECT s.token_hash FROM access.session s JOIN access.account a ON a.id = s.account_id
  WHERE s.token_hash = ANY (hashes) AND s.ended_at IS NULL AND s.expires_at > now()
    AND s.seen_at > now() - interval '30 minutes' AND a.disabled_at IS NULL
  UNION ALL
  SELECT t.token_hash FROM access.api_token t JOIN access.account a ON a.id = t.account_id
  WHERE t.token_hash = ANY (hashes) AND t.ended_at IS NULL AND t.expires_at > now() AND a.disabled_at IS NULL
$$;
REVOKE ALL ON FUNCTION access.alive(bytea[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION access.alive(bytea[]) TO naqsha_app;

-- How each source's deliveries come: the last, how far their data reach, and the usual hours between two.
CREATE FUNCTION source_pulse() RETURNS TABLE (source_id smallint, received_at timestamptz, data_to timestamptz, usual_gap interval)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT g.source_id, max(g.finished_at), max(g.data_to),
    percentile_cont(0.5) WITHIN GROUP (ORDER BY g.gap) FILTER (WHERE g.n <= 30 AND g.gap > interval '1 minute')
  FROM (
    SELECT d.source_id, d.finished_at, d.data_to, row_number() OVER own AS n,
      d.finished_at - lead(d.finished_at) OVER own AS gap
    FROM delivery d WHERE d.finished_at IS NOT NULL AND d.accepted + d.duplicate > 0
    WINDOW own AS (PARTITION BY d.source_id ORDER BY d.finished_at DESC)
  ) AS g
  GROUP BY g.source_id
$$;
REVOKE ALL ON FUNCTION source_pulse() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION source_pulse() TO naqsha_app, naqsha_worker;

-- The units whose points a reader sees: those in the reader's scope, one's own among them.
CREATE FUNCTION access.units_below() RETURNS SETOF bigint LANGUAGE plpgsql STABLE PARALLEL RESTRICTED ROWS 300
  SECURITY DEFINER SET search_path = public, access, pg_temp AS $$
BEGIN
  RETURN QUERY SELECT DISTINCT below.id FROM access.account_jurisdiction a
    JOIN jurisdiction top ON top.id = a.jurisdiction_id JOIN jurisdiction below ON below.path <@ top.path
    WHERE a.account_id = access.current_account();
END $$;
REVOKE ALL ON FUNCTION access.units_below() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION access.units_below() TO naqsha_app;

CREATE TABLE point_layer (
  id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  account_id bigint NOT NULL REFERENCES access.account,
  unit_id    bigint NOT NULL REFERENCES jurisdiction,  -- one of the account's own: who has it in scope sees the layer
  name       text NOT NULL CHECK (length(name) BETWEEN 1 AND 60),
  points     integer NOT NULL CHECK (points > 0),
  made_at    timestamptz NOT NULL DEFAULT now(),
  deleted_at timestamptz
);
-- Usage: the layers of the reader's units.
CREATE INDEX point_layer_unit ON point_layer (unit_id) WHERE deleted_at IS NULL;
CREATE TABLE layer_point (
  layer_id bigint NOT NULL REFERENCES point_layer ON DELETE CASCADE,
  n        integer NOT NULL,                           -- its place in the file, from 1
  name     text NOT NULL DEFAULT '',
  detail   jsonb NOT NULL DEFAULT '{}',                -- the file's other columns, as texts
  point    geometry(Point, 4326) NOT NULL,
  PRIMARY KEY (layer_id, n)
);

GRANT SELECT, INSERT, DELETE, UPDATE (deleted_at) ON point_layer TO naqsha_app;
GRANT SELECT, INSERT ON layer_point TO naqsha_app;
GRANT SELECT, DELETE ON point_layer, layer_point TO naqsha_worker;
ALTER TABLE point_layer ENABLE ROW LEVEL SECURITY;
ALTER TABLE layer_point ENABLE ROW LEVEL SECURITY;
CREATE POLICY scope ON point_layer FOR SELECT TO naqsha_app
  USING (unit_id IN (SELECT access.units_below()) AND (deleted_at IS NULL OR account_id = (SELECT access.current_account())));
CREATE POLICY put ON point_layer FOR INSERT TO naqsha_app
  WITH CHECK (account_id = (SELECT access.current_account()) AND unit_id IN (SELECT access.units()));
CREATE POLICY change ON point_layer FOR UPDATE TO naqsha_app
  USING (account_id = (SELECT access.current_account())) WITH CHECK (account_id = (SELECT access.current_account()));
CREATE POLICY drop_own ON point_layer FOR DELETE TO naqsha_app USING (account_id = (SELECT access.current_account()));
-- A point is seen where its layer is seen, and put in by who made the layer.
CREATE POLICY scope ON layer_point FOR SELECT TO naqsha_app
  USING (EXISTS (SELECT 1 FROM point_layer l WHERE l.id = layer_id));
CREATE POLICY put ON layer_point FOR INSERT TO naqsha_app
  WITH CHECK (EXISTS (SELECT 1 FROM point_layer l WHERE l.id = layer_id AND l.account_id = (SELECT access.current_account())));
CREATE POLICY node ON point_layer FOR ALL TO naqsha_worker USING (true) WITH CHECK (true);
CREATE POLICY node ON layer_point FOR ALL TO naqsha_worker USING (true) WITH CHECK (true);
