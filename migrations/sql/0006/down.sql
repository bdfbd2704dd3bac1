-- Takes back what the file beside this one made.
DROP TABLE writer_habits;
