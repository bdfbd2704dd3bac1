-- Forecasts in use: shifts, marks on cells, what is known of the data behind a run, the scores of every past week, renewals.

ALTER TABLE forecast_run
  ADD COLUMN shift  smallint CHECK (shift BETWEEN 0 AND 2),     -- night, day, evening; null: all of the day
  ADD COLUMN paused boolean NOT NULL DEFAULT false,             -- its data cannot carry a forecast: kept, never served
  ADD COLUMN notes  jsonb NOT NULL DEFAULT '{}',                -- shocks, nowcast, stability, as the page says them
  ADD COLUMN made_by bigint REFERENCES access.account;          -- null: the clock or the command line
-- Usage: the runs of a week that wait to be scored.
CREATE INDEX forecast_run_week ON forecast_run (week);

-- The jurisdiction stands on every cell so that a policy needs no join: as `station_id` does on mass.
ALTER TABLE forecast_cell
  ADD COLUMN jurisdiction_id bigint REFERENCES jurisdiction,
  ADD COLUMN dispersion double precision NOT NULL DEFAULT 0 CHECK (dispersion >= 0),  -- variance = rate + dispersion x rate^2
  ADD COLUMN listed   boolean NOT NULL DEFAULT false,           -- among the best-ranked that the run names
  ADD COLUMN unstable boolean NOT NULL DEFAULT false,           -- leaves the list if reporting differs by 30 %
  ADD COLUMN unknown  boolean NOT NULL DEFAULT false,           -- too little is reported here to say anything
  ADD COLUMN paused   boolean NOT NULL DEFAULT false,           -- its station's registration has a shock
  ADD COLUMN rested   boolean NOT NULL DEFAULT false;           -- listed four weeks on end, and not renewed
UPDATE forecast_cell c
SET jurisdiction_id = r.jurisdiction_id, dispersion = coalesce((r.parameters ->> 'dispersion')::double precision, 0)
FROM forecast_run r WHERE r.id = c.run_id;
ALTER TABLE forecast_cell ALTER COLUMN jurisdiction_id SET NOT NULL;
-- Usage: which cells the runs of the last weeks named.
CREATE INDEX forecast_cell_listed ON forecast_cell (run_id, cell) WHERE listed;

-- What the other methods forecast for the run's cells, in their order: scored beside it when the week is known.
CREATE TABLE forecast_rival (
  run_id      bigint NOT NULL REFERENCES forecast_run ON DELETE CASCADE,
  method      text NOT NULL,
  rates       double precision[] NOT NULL,
  dispersions double precision[] NOT NULL,
  PRIMARY KEY (run_id, method),
  CHECK (cardinality(rates) = cardinality(dispersions))
);

-- One method's sums in one week: of a run's own week once it is known, and of the weeks of its backtest.  Sums, so that any
-- weeks, heads and areas can be put together.  Late reports change a week: it is scored again, and every score stays.
CREATE TABLE forecast_score (
  run_id          bigint NOT NULL REFERENCES forecast_run ON DELETE CASCADE,
  week            integer NOT NULL,
  method          text NOT NULL,
  scored_on       date NOT NULL,
  jurisdiction_id bigint NOT NULL REFERENCES jurisdiction,
  origin          text NOT NULL CHECK (origin IN ('forecast', 'backtest')),
  shown           boolean NOT NULL,               -- the method that the run shows
  cells           integer NOT NULL,
  observed        double precision NOT NULL,      -- records, those outside the area included
  outside         double precision NOT NULL,
  expected        double precision NOT NULL,
  captured        double precision[] NOT NULL,    -- records in the best 1, 2, 5 and 10 % of the area
  best            double precision[] NOT NULL,    -- what the best ranking of that week would have held
  deviance        double precision NOT NULL,
  log_score       double precision NOT NULL,
  crps            double precision NOT NULL,
  covered         double precision NOT NULL,      -- cells inside their 90 % interval, randomised
  top_cells       double precision NOT NULL,
  top_covered     double precision NOT NULL,
  PRIMARY KEY (run_id, week, method, scored_on)
);
-- Usage: the scoreboard of an area, by week.
CREATE INDEX forecast_score_week ON forecast_score (jurisdiction_id, week);

-- A named officer's word that a cell may be listed again; it counts from `week` on.
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

-- Replaying what was known: a jurisdiction's mass by its stations, and the few records that were believed more than once.
-- Usage: the pieces of a forecast, a station after another.
CREATE INDEX mass_station ON mass (station_id, head_id);
-- Usage: whether a belief has an older one.
CREATE INDEX mass_ended ON mass (record_id, known_from) WHERE known_until IS NOT NULL;

ALTER TABLE hotspot_run
  ADD COLUMN state text NOT NULL DEFAULT 'draft' CHECK (state IN ('draft', 'published', 'withdrawn')),
  ADD COLUMN published_at timestamptz,
  ADD COLUMN published_by bigint REFERENCES access.account;
ALTER TABLE hotspot_cell ADD COLUMN jurisdiction_id bigint REFERENCES jurisdiction;
UPDATE hotspot_cell c SET jurisdiction_id = r.jurisdiction_id FROM hotspot_run r WHERE r.id = c.run_id;
ALTER TABLE hotspot_cell ALTER COLUMN jurisdiction_id SET NOT NULL;
