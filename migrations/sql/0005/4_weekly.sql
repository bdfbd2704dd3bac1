-- The weekly briefing as it was made: kept, numbered, and marked with who took it.

CREATE TABLE weekly_report (
  id              bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  jurisdiction_id bigint NOT NULL REFERENCES jurisdiction,
  week            integer NOT NULL,               -- the week that it looks ahead to
  number          integer NOT NULL,               -- 1 the first of its jurisdiction and week; a later one replaces none
  figures         jsonb NOT NULL,                 -- every number on the page: what file and print are made from
  sha256          text NOT NULL,                  -- of the figures' canonical JSON
  has_synthetic   boolean NOT NULL,
  made_at         timestamptz NOT NULL DEFAULT now(),
  made_by         bigint REFERENCES access.account,  -- null: by the clock
  UNIQUE (jurisdiction_id, week, number)
);
CREATE TABLE weekly_copy (
  id              bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  report_id       bigint NOT NULL REFERENCES weekly_report,
  jurisdiction_id bigint NOT NULL REFERENCES jurisdiction,
  form            text NOT NULL CHECK (form IN ('html', 'pdf')),
  language        text NOT NULL CHECK (language IN ('en', 'ur')),
  account_id      bigint NOT NULL REFERENCES access.account,
  taken_at        timestamptz NOT NULL DEFAULT now()
);
-- Usage: who took a briefing.
CREATE INDEX weekly_copy_report ON weekly_copy (report_id, id DESC);

GRANT SELECT, INSERT ON weekly_report, weekly_copy TO naqsha_app, naqsha_worker;
ALTER TABLE weekly_report ENABLE ROW LEVEL SECURITY;
ALTER TABLE weekly_copy ENABLE ROW LEVEL SECURITY;
-- A briefing holds sums of every station of its jurisdiction: only who sees them all may read it.
CREATE POLICY seen ON weekly_report FOR SELECT TO naqsha_app USING (jurisdiction_id IN (SELECT access.stations()));
CREATE POLICY made ON weekly_report FOR INSERT TO naqsha_app
  WITH CHECK (jurisdiction_id IN (SELECT access.stations()) AND made_by = (SELECT access.current_account()));
CREATE POLICY seen ON weekly_copy FOR SELECT TO naqsha_app USING (jurisdiction_id IN (SELECT access.stations()));
CREATE POLICY made ON weekly_copy FOR INSERT TO naqsha_app
  WITH CHECK (jurisdiction_id IN (SELECT access.stations()) AND account_id = (SELECT access.current_account()));
CREATE POLICY node ON weekly_report FOR ALL TO naqsha_worker USING (true) WITH CHECK (true);
CREATE POLICY node ON weekly_copy FOR ALL TO naqsha_worker USING (true) WITH CHECK (true);
