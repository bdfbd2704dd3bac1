-- Who may do what in the queue.  The application may defer a job, by one function and in its own transaction; it can neither
-- read nor change the queue's tables.  The worker runs it all.

REVOKE ALL ON ALL FUNCTIONS IN SCHEMA queue FROM PUBLIC;
GRANT USAGE ON SCHEMA queue TO naqsha_app, naqsha_worker;

-- The functions and triggers name their tables without a schema: each carries the path, whoever calls it.
DO $$
DECLARE
  one regprocedure;
BEGIN
  FOR one IN SELECT p.oid FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace WHERE n.nspname = 'queue' LOOP
    EXECUTE format('ALTER FUNCTION %s SET search_path = queue, pg_temp', one);
  END LOOP;
END $$;
ALTER FUNCTION queue.procrastinate_defer_jobs_v1(queue.procrastinate_job_to_defer_v1[]) SECURITY DEFINER;
GRANT EXECUTE ON FUNCTION queue.procrastinate_defer_jobs_v1(queue.procrastinate_job_to_defer_v1[])
  TO naqsha_app, naqsha_worker;

GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA queue TO naqsha_worker;
GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA queue TO naqsha_worker;
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA queue TO naqsha_worker;
