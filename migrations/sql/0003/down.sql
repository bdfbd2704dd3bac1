-- Takes back what the files beside this one made.
DROP INDEX fix_weak, fix_station_record;
DROP TABLE redo_run, local_name_pin, local_name;
ALTER TABLE record DROP COLUMN place_asked;
