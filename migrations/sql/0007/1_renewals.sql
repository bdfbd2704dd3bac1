-- A named officer's word that a place may stand on lists for four more weeks, counted from `week`: on that of patrols and on
-- those of forecasts, of every head.  It lies in a jurisdiction of the officer's own.  docs/adr/0010.
CREATE TABLE place_renewal (
  id              bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  jurisdiction_id bigint NOT NULL REFERENCES jurisdiction,
  cell            bigint NOT NULL,                -- holds for those below it in the jurisdiction too, for none above
  week            integer NOT NULL,
  account_id      bigint NOT NULL REFERENCES access.account,
  officer         text NOT NULL CHECK (length(btrim(officer)) > 0),
  reason          text NOT NULL CHECK (length(btrim(reason)) BETWEEN 3 AND 500),
  made_at         timestamptz NOT NULL DEFAULT now(),
  UNIQUE (cell, week, jurisdiction_id)
);

INSERT INTO place_renewal (jurisdiction_id, cell, week, account_id, officer, reason, made_at)
SELECT r.station_id, r.cell, r.week, r.account_id, coalesce(nullif(a.display_name, ''), a.name), r.reason, r.made_at
FROM patrol_renewal r JOIN access.account a ON a.id = r.account_id
UNION ALL
SELECT jurisdiction_id, cell, week, account_id, officer, reason, made_at FROM forecast_renewal
ORDER BY made_at
ON CONFLICT DO NOTHING;
DROP TABLE patrol_renewal, forecast_renewal;

GRANT SELECT, INSERT ON place_renewal TO naqsha_app, naqsha_worker;
GRANT SELECT ON place_renewal TO naqsha_forecaster;
ALTER TABLE place_renewal ENABLE ROW LEVEL SECURITY;
CREATE POLICY seen ON place_renewal FOR SELECT TO naqsha_app USING (jurisdiction_id IN (SELECT access.areas()));
CREATE POLICY own ON place_renewal FOR INSERT TO naqsha_app
  WITH CHECK (jurisdiction_id IN (SELECT access.own_areas()) AND account_id = (SELECT access.current_account()));
CREATE POLICY node ON place_renewal FOR ALL TO naqsha_worker, naqsha_forecaster USING (true) WITH CHECK (true);

-- Lets the cells of unexpired runs be listed again that a renewal covers, whoever gave it: a station's officer may not change
-- his district's run, but his word on a place in his own area counts there.  It can wake nothing that no renewal covers, and
-- nothing whose centre lies outside the area that the renewal was given in: a coarse cell reaches beyond it.
CREATE FUNCTION wake_renewed(wanted bigint[]) RETURNS bigint LANGUAGE sql VOLATILE
  SECURITY DEFINER SET search_path = public, access, pg_temp AS $$
  WITH woken AS (
    UPDATE forecast_cell c SET rested = false
    FROM forecast_run f, jurisdiction area, cell place
    WHERE f.id = c.run_id AND area.id = f.jurisdiction_id AND place.cell = c.cell
      AND f.expires_at > now() AND c.listed AND c.rested AND EXISTS (
      SELECT 1 FROM place_renewal r JOIN jurisdiction given ON given.id = r.jurisdiction_id
      WHERE r.cell = ANY (wanted) AND r.cell = cell_parent(c.cell, ((r.cell >> 52) & 15)::integer)
        AND r.week <= f.week AND r.week > f.week - 4 AND (given.path <@ area.path OR area.path <@ given.path)
        AND ST_Covers(given.area, place.centre))
    RETURNING c.cell
  )
  SELECT count(*) FROM woken
$$;
REVOKE ALL ON FUNCTION wake_renewed(bigint[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION wake_renewed(bigint[]) TO naqsha_app, naqsha_worker;
