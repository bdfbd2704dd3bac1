-- Takes back what the files beside this one made.
DROP INDEX record_fir_key;
ALTER TABLE fir DROP COLUMN diary_at, DROP COLUMN despatched_at, DROP COLUMN arrested_at, DROP COLUMN delay_reason;
DROP TABLE saved_view;
DROP FUNCTION access.units();
-- 4_weekly.sql and 3_beats.sql
DROP TABLE weekly_copy, weekly_report;
DROP TABLE patrol_renewal, patrol_visit, patrol_place, patrol_plan;
