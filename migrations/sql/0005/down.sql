-- Takes back what the files beside this one made.
DROP INDEX record_fir_key;
ALTER TABLE fir DROP COLUMN diary_at, DROP COLUMN despatched_at, DROP COLUMN arrested_at, DROP COLUMN delay_reason;
DROP TABLE saved_view;
DROP FUNCTION access.units();
