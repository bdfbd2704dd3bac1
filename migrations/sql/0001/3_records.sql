-- Deliveries and records.  `record` is the spine; one detail table a kind; persons in a schema of their own.

CREATE TABLE delivery (
  id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  source_id   smallint NOT NULL REFERENCES source,
  kind        record_kind NOT NULL,
  filename    text NOT NULL,
  sha256      text NOT NULL,
  state       text NOT NULL DEFAULT 'receiving' CHECK (state IN ('waiting', 'receiving', 'done', 'failed')),
  received    bigint NOT NULL DEFAULT 0,
  accepted    bigint NOT NULL DEFAULT 0,
  duplicate   bigint NOT NULL DEFAULT 0,
  quarantined bigint NOT NULL DEFAULT 0,
  placed      bigint NOT NULL DEFAULT 0,
  unplaced    bigint NOT NULL DEFAULT 0,
  rows_done   bigint NOT NULL DEFAULT 0,          -- rows behind the last committed chunk: where a killed load resumes
  data_to     timestamptz,                        -- the newest known_at that it brought: how fresh the data is
  error       text,
  account_id  bigint REFERENCES access.account,   -- null: the command line
  started_at  timestamptz NOT NULL DEFAULT now(),
  finished_at timestamptz,
  CHECK (received = accepted + duplicate + quarantined),
  CHECK (accepted = placed + unplaced)
);
-- Usage: resume the unfinished delivery of the same file.
CREATE INDEX delivery_sha256 ON delivery (source_id, kind, sha256);

CREATE TABLE quarantine (
  id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  delivery_id bigint NOT NULL REFERENCES delivery,
  line        bigint NOT NULL,                    -- first line of the row in its file, from 1
  raw         bytea NOT NULL,                     -- the row's bytes as they came
  column_name text,
  reason      text NOT NULL,                      -- a message key
  params      jsonb NOT NULL DEFAULT '{}',
  state       text NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'replayed', 'dismissed')),
  replayed_in bigint REFERENCES delivery,
  made_at     timestamptz NOT NULL DEFAULT now(),
  UNIQUE (delivery_id, line)
);
-- Usage: the list of rows that wait to be mended.
CREATE INDEX quarantine_open ON quarantine (delivery_id, line) WHERE state = 'open';

CREATE TABLE hotel (
  id            bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  source_id     smallint NOT NULL REFERENCES source,
  key           text NOT NULL,
  name          text NOT NULL,
  address       text NOT NULL DEFAULT '',
  district_id   bigint REFERENCES jurisdiction,
  station_id    bigint NOT NULL REFERENCES jurisdiction,
  -- the hotel's fix, made once by the ladder and copied to each of its stays
  method        text NOT NULL,
  score         real NOT NULL,
  accuracy_m    real,
  point         geometry(Point, 4326),
  resolution    smallint NOT NULL,
  cells         bigint[] NOT NULL,
  cell_upto     integer[] NOT NULL,
  matched       text,
  reasons       jsonb NOT NULL DEFAULT '[]',
  UNIQUE (source_id, key)
);

CREATE TABLE record (
  id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  source_id   smallint NOT NULL REFERENCES source,
  key         text NOT NULL,                      -- the natural key in its source; a FIR's: station/year/number
  kind        record_kind NOT NULL,
  version     integer NOT NULL DEFAULT 1,
  station_id  bigint NOT NULL REFERENCES jurisdiction,  -- the recording unit: whoever may see it may see the record
  head_id     smallint NOT NULL REFERENCES crime_head,
  discovery   discovery NOT NULL,
  protected   boolean NOT NULL,
  cancelled   boolean NOT NULL DEFAULT false,     -- stays visible with its status, leaves counts and training
  occurred    tstzrange NOT NULL CHECK (NOT isempty(occurred)),  -- bounds '[]': something of one moment is [t, t]
  reported_at timestamptz,
  known_at    timestamptz NOT NULL,               -- when the source's system learned of it
  place_text  text NOT NULL DEFAULT '',
  given       geometry(Point, 4326),              -- coordinates as delivered, even where they were refused
  digest      bytea NOT NULL,                     -- sha256 of the delivered content: the same again is a duplicate
  delivery_id bigint NOT NULL REFERENCES delivery,
  line        bigint NOT NULL,
  made_at     timestamptz NOT NULL DEFAULT now(),
  UNIQUE (source_id, key)
);
-- Usage: a station's records, newest first.
CREATE INDEX record_station ON record (station_id, id DESC);
-- Usage: what a delivery brought.
CREATE INDEX record_delivery ON record (delivery_id);

CREATE TABLE record_version (                     -- what a record said before a later delivery changed it
  record_id   bigint NOT NULL REFERENCES record,
  version     integer NOT NULL,
  content     jsonb NOT NULL,                     -- every delivered field but persons
  digest      bytea NOT NULL,
  delivery_id bigint NOT NULL REFERENCES delivery,
  known_from  timestamptz NOT NULL,
  known_until timestamptz NOT NULL,
  PRIMARY KEY (record_id, version)
);

CREATE TABLE fir (
  record_id    bigint PRIMARY KEY REFERENCES record,
  year         smallint NOT NULL,
  number       integer NOT NULL,
  e_tag        text,
  sections     text NOT NULL,                     -- as delivered
  property     text,
  distance_m   real,
  direction    text,
  status       text,
  narrative    text NOT NULL DEFAULT '',
  rule_version text NOT NULL
);
-- Usage: the search box, by a FIR's number.
CREATE INDEX fir_number ON fir (number, year);
CREATE TABLE fir_section (
  record_id   bigint NOT NULL REFERENCES record,
  position    smallint NOT NULL,
  law         text NOT NULL,
  section     text NOT NULL,
  action      text NOT NULL DEFAULT 'added' CHECK (action IN ('added', 'deleted')),
  action_date date,
  PRIMARY KEY (record_id, position)
);
CREATE TABLE complaint (
  record_id bigint PRIMARY KEY REFERENCES record,
  tag       text NOT NULL,
  category  text NOT NULL,
  status    text,
  fir       text,                                 -- the FIR it led to, as written
  fir_id    bigint REFERENCES record,             -- and as found
  narrative text NOT NULL DEFAULT ''
);
-- Usage: the complaints that led to a FIR; the check that a deleted record is nobody's FIR.
CREATE INDEX complaint_fir ON complaint (fir_id) WHERE fir_id IS NOT NULL;
CREATE TABLE stay (
  record_id bigint PRIMARY KEY REFERENCES record,
  hotel_id  bigint NOT NULL REFERENCES hotel,
  check_in  timestamptz NOT NULL,
  check_out timestamptz,
  room      text,
  purpose   text
);
-- Usage: the stays of a hotel.
CREATE INDEX stay_hotel ON stay (hotel_id);
-- Usage: stays past their retention are deleted by check-in.
CREATE INDEX stay_check_in ON stay (check_in);
CREATE TABLE incident (
  record_id   bigint PRIMARY KEY REFERENCES record,
  external_id text NOT NULL,
  category    text NOT NULL,
  narrative   text NOT NULL DEFAULT ''
);

CREATE SCHEMA person;
-- Names, CNICs and phones are encrypted by the application; a CNIC is found by its keyed hash.
CREATE TABLE person.party (
  id        bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  record_id bigint NOT NULL REFERENCES record ON DELETE CASCADE,
  role      text NOT NULL CHECK (role IN ('complainant', 'guest')),
  name      bytea,
  cnic      bytea,
  cnic_hash bytea,
  phone     bytea
);
-- Usage: the persons of a record.
CREATE INDEX party_record ON person.party (record_id);
-- Usage: a purpose-bound look-up by CNIC.
CREATE INDEX party_cnic ON person.party (cnic_hash) WHERE cnic_hash IS NOT NULL;

-- Which kinds hold synthetic records: every page, tile and export of such a kind says so.  A definer's function, since a
-- reader sees no delivery but his own.
CREATE FUNCTION synthetic_kinds() RETURNS record_kind[] LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT coalesce(array_agg(DISTINCT d.kind), '{}') FROM delivery d JOIN source s ON s.id = d.source_id
  WHERE s.is_synthetic AND d.accepted > 0
$$;
-- How fresh each source is, and how many records it brought to the node.
CREATE FUNCTION source_freshness() RETURNS TABLE (source_id smallint, kinds record_kind[], accepted bigint, data_to timestamptz, received_at timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
  SELECT d.source_id, array_agg(DISTINCT d.kind), sum(d.accepted)::bigint, max(d.data_to), max(d.finished_at)
  FROM delivery d GROUP BY d.source_id
$$;
