-- What Form 24.5(1) and the check of a FIR's order of events need beside what a FIR already has.

-- All optional: a source that does not keep them sends nothing.
ALTER TABLE fir
  ADD COLUMN diary_at      timestamptz,           -- when it was entered in the daily diary (roznamcha)
  ADD COLUMN despatched_at timestamptz,           -- when it left the station for the magistrate
  ADD COLUMN arrested_at   timestamptz,           -- the first arrest in the case
  ADD COLUMN delay_reason  text NOT NULL DEFAULT '';
-- Usage: the numbers before and after a FIR's own, in its station and year.
CREATE INDEX record_fir_key ON record (station_id, key) WHERE kind = 'fir';
