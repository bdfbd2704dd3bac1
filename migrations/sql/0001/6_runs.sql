-- Forecast and hotspot runs: one execution each, with its data hash, parameters, scores and expiry.

CREATE TABLE forecast_run (
  id              bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  jurisdiction_id bigint NOT NULL REFERENCES jurisdiction,
  head_id         smallint NOT NULL REFERENCES crime_head,
  week            integer NOT NULL,               -- the week that is forecast
  resolution      smallint NOT NULL,
  method          text NOT NULL,                  -- the one chosen by out-of-time score
  state           text NOT NULL DEFAULT 'draft' CHECK (state IN ('draft', 'published', 'withdrawn')),
  known_until     timestamptz NOT NULL,           -- nothing learned after this was used
  data_hash       text NOT NULL,
  parameters      jsonb NOT NULL,
  scores          jsonb NOT NULL,                 -- the rolling backtest: by method, with paired intervals
  card            jsonb NOT NULL DEFAULT '{}',
  has_synthetic   boolean NOT NULL,
  made_at         timestamptz NOT NULL DEFAULT now(),
  expires_at      timestamptz NOT NULL,
  published_at    timestamptz,
  published_by    bigint REFERENCES access.account,
  outcome         jsonb                           -- how well it did, once its week is known
);
-- Usage: the latest run of a jurisdiction and head.
CREATE INDEX forecast_run_latest ON forecast_run (jurisdiction_id, head_id, week DESC, id DESC);
CREATE TABLE forecast_cell (
  run_id     bigint NOT NULL REFERENCES forecast_run ON DELETE CASCADE,
  cell       bigint NOT NULL,
  rate       double precision NOT NULL CHECK (rate >= 0),
  low        double precision NOT NULL,
  high       double precision NOT NULL,
  rank       integer NOT NULL,                    -- 1 the highest; ties share the better rank
  drivers    jsonb NOT NULL DEFAULT '[]',
  PRIMARY KEY (run_id, cell),
  CHECK (low <= rate AND rate <= high)
);

CREATE TABLE hotspot_run (
  id              bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  jurisdiction_id bigint NOT NULL REFERENCES jurisdiction,
  heads           smallint[] NOT NULL,
  kinds           record_kind[] NOT NULL,
  week_first      integer NOT NULL,
  week_last       integer NOT NULL,
  resolution      smallint NOT NULL,
  seed            bigint NOT NULL,
  permutations    integer NOT NULL,
  alpha           double precision NOT NULL,
  data_version    bigint NOT NULL,
  data_hash       text NOT NULL,
  hot             integer NOT NULL,
  cold            integer NOT NULL,
  has_synthetic   boolean NOT NULL,
  made_at         timestamptz NOT NULL DEFAULT now(),
  made_by         bigint REFERENCES access.account
);
-- Usage: the latest run of a jurisdiction.
CREATE INDEX hotspot_run_latest ON hotspot_run (jurisdiction_id, id DESC);
CREATE TABLE hotspot_cell (
  run_id bigint NOT NULL REFERENCES hotspot_run ON DELETE CASCADE,
  cell   bigint NOT NULL,
  mass   bigint NOT NULL,
  z      double precision NOT NULL,
  p      double precision NOT NULL,
  q      double precision NOT NULL,
  kind   text NOT NULL CHECK (kind IN ('hot', 'cold', 'none')),
  PRIMARY KEY (run_id, cell)
);

-- Progress of a long job, written by the worker and shown to whoever asked for it.
CREATE TABLE job_progress (
  id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  task        text NOT NULL,
  account_id  bigint REFERENCES access.account,
  arguments   jsonb NOT NULL DEFAULT '{}',
  state       text NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'running', 'done', 'failed', 'cancelled')),
  done        bigint NOT NULL DEFAULT 0,
  total       bigint,
  message     text NOT NULL DEFAULT '',
  result      jsonb,
  cancel_asked boolean NOT NULL DEFAULT false,
  made_at     timestamptz NOT NULL DEFAULT now(),
  updated_at  timestamptz NOT NULL DEFAULT now()
);
