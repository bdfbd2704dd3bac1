-- Takes back what the files beside this one made.
DROP INDEX record_fir_key;
ALTER TABLE fir DROP COLUMN diary_at, DROP COLUMN despatched_at, DROP COLUMN arrested_at, DROP COLUMN delay_reason;
-- 2_control.sql
DROP TABLE layer_point, point_layer;
DROP FUNCTION access.units_below(), source_pulse(), access.alive(bytea[]);
DROP TRIGGER live_ended ON mass;
DROP TRIGGER live_put ON mass;
DROP FUNCTION live_tell();
-- 1_views.sql
DROP TABLE saved_view;
DROP FUNCTION access.units();
-- 4_weekly.sql and 3_beats.sql
DROP TABLE weekly_copy, weekly_report;
DROP TABLE patrol_renewal, patrol_visit, patrol_place, patrol_plan;
