-- Takes back what the files beside this one made.
SELECT 1;
