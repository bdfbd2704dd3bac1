-- Takes the queue away again, with every job that waits in it.
DROP SCHEMA queue CASCADE;
