-- name: queue.note
-- The id of a new progress row of nobody's: the command line's and the clock's.
INSERT INTO job_progress (task, arguments)
VALUES (:task, CAST(:arguments AS jsonb))
RETURNING id

-- name: queue.note_asked
-- The id of a new progress row in the name of whoever is signed in.
INSERT INTO job_progress (task, account_id, arguments)
VALUES (:task, access.current_account(), CAST(:arguments AS jsonb))
RETURNING id

-- name: queue.defer
-- The queue's own id of a new job.  Jobs with one lock run one after another.
SELECT (queue.procrastinate_defer_jobs_v1(ARRAY[
  ROW('default', :task, 0, CAST(:lock AS text), NULL, CAST(:arguments AS jsonb), NULL)::queue.procrastinate_job_to_defer_v1
]))[1]

-- name: queue.progress
-- One job as its asker sees it, by the primary key; row-level security gives the application its own jobs only.
SELECT id, task, state, done, total, message, result, cancel_asked, made_at, updated_at
FROM job_progress
WHERE id = :id

-- name: queue.list
-- The latest jobs, newest first, by the primary key.
SELECT id, task, state, done, total, message, made_at, updated_at
FROM job_progress
ORDER BY id DESC
LIMIT :count

-- name: queue.ask_cancel
-- The job's state, where it had not ended and so can still be cancelled.
UPDATE job_progress SET cancel_asked = true, updated_at = now()
WHERE id = :id AND state IN ('waiting', 'running')
RETURNING state

-- name: queue.start
-- One row where the job may start; none where it was cancelled before it began, or has ended.
UPDATE job_progress SET state = 'running', updated_at = now(), message = ''
WHERE id = :id AND state IN ('waiting', 'running') AND NOT cancel_asked
RETURNING id

-- name: queue.step
-- Whether the asker has asked to cancel.
UPDATE job_progress
SET done = :done, total = coalesce(CAST(:total AS bigint), total), message = :message, updated_at = now()
WHERE id = :id
RETURNING cancel_asked

-- name: queue.end
-- Ends a job that has not ended; state, message and result are the last words on it.
UPDATE job_progress
SET state = :state, message = :message, result = CAST(:result AS jsonb), updated_at = now()
WHERE id = :id AND state IN ('waiting', 'running')

-- name: queue.again
-- Puts a job back among the waiting, when its worker had to stop.
UPDATE job_progress SET state = 'waiting', message = :message, updated_at = now()
WHERE id = :id AND state = 'running'
