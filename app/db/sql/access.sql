-- name: access.begin_attempt
-- Gives the id of a sign-in attempt, which counts as failed until it has succeeded.
INSERT INTO access.login_attempt (name, address, success) VALUES (:name, CAST(:address AS inet), false) RETURNING id

-- name: access.failures_before
-- One row: the failures of a name since it last signed in, and those of an address, in the quarter of an hour before an attempt.
-- Answered by login_attempt_name and login_attempt_address.
SELECT
  (SELECT count(*) FROM access.login_attempt a
   WHERE a.name = :name AND NOT a.success AND a.id < :attempt AND a.at > now() - interval '15 minutes'
     AND a.id > coalesce((SELECT max(s.id) FROM access.login_attempt s
       WHERE s.name = :name AND s.success AND s.at > now() - interval '15 minutes'), 0)),
  (SELECT count(*) FROM access.login_attempt a
   WHERE a.address = CAST(:address AS inet) AND NOT a.success AND a.id < :attempt AND a.at > now() - interval '15 minutes'
     AND NOT EXISTS (SELECT FROM access.login_attempt s
       WHERE s.name = a.name AND s.address = a.address AND s.success AND s.id > a.id AND s.at > now() - interval '15 minutes'))

-- name: access.succeed
-- Writes a success of a name.
INSERT INTO access.login_attempt (name, address, success) VALUES (:name, CAST(:address AS inet), true)

-- name: access.credentials
-- At most one row: the account of a name and the hash that its passphrase must meet.
SELECT id, password_hash, is_demo, disabled_at IS NOT NULL AS is_disabled FROM access.account WHERE name = :name

-- name: access.who
-- One row: who is signed in.
SELECT * FROM access.who()

-- name: access.mark_seen
-- Marks this scope's session as seen.
SELECT access.mark_seen()

-- name: access.open_scope
-- Gives the account whose scope is now open, or null.
SELECT access.open_scope(:token)

-- name: access.open_session
-- Makes a session from the hash of its token.
INSERT INTO access.session (token_hash, account_id, expires_at)
VALUES (:hash, :account, now() + make_interval(hours => :hours))

-- name: access.end_session
-- Gives the account of the session that is now ended; none where it was ended before.
UPDATE access.session SET ended_at = now() WHERE token_hash = :hash AND ended_at IS NULL RETURNING account_id

-- name: access.end_sessions
-- Ends every session of an account.
UPDATE access.session SET ended_at = now() WHERE account_id = :account AND ended_at IS NULL

-- name: access.end_tokens
-- Ends every API token of an account.
UPDATE access.api_token SET ended_at = now() WHERE account_id = :account AND ended_at IS NULL

-- name: access.make_account
-- Gives the id of a new account; none where the name is taken.
INSERT INTO access.account (name, display_name, role, password_hash, is_demo)
VALUES (:name, :display_name, :role, :hash, :is_demo) ON CONFLICT (name) DO NOTHING RETURNING id

-- name: access.disable
-- Disables an account.
UPDATE access.account SET disabled_at = coalesce(disabled_at, now()) WHERE id = :account

-- name: access.set_jurisdictions
-- Gives the codes that are now an account's; those that are not known are missing from it.
INSERT INTO access.account_jurisdiction (account_id, jurisdiction_id)
SELECT :account, j.id FROM jurisdiction j
WHERE j.code = ANY (:codes) AND j.level <> 'beat' AND j.valid_until IS NULL
RETURNING (SELECT code FROM jurisdiction WHERE id = jurisdiction_id)

-- name: access.all_accounts
-- Every account, for the command line.
SELECT a.id, a.name, a.display_name, a.role, a.is_demo, a.created_at, a.disabled_at,
  ARRAY(SELECT j.code FROM access.account_jurisdiction aj JOIN jurisdiction j ON j.id = aj.jurisdiction_id
        WHERE aj.account_id = a.id ORDER BY j.path) AS jurisdiction_codes
FROM access.account a ORDER BY a.name

-- name: access.kept_accounts
-- The accounts that the administrator of this scope keeps.
SELECT * FROM access.kept_accounts() ORDER BY name

-- name: access.set_disabled
-- Whether the account was this administrator's to disable or enable.
SELECT access.set_disabled(:account, :disabled)

-- name: access.jurisdiction
-- At most one row: the first of the reader's jurisdictions, with the box about all of them.
SELECT top.code, top.name, top.name_ur, top.level::text AS level, box.west, box.south, box.east, box.north
FROM jurisdiction top
CROSS JOIN (
  SELECT ST_XMin(e) AS west, ST_YMin(e) AS south, ST_XMax(e) AS east, ST_YMax(e) AS north
  FROM (SELECT ST_Extent(area) AS e FROM jurisdiction WHERE code = ANY (:codes)) AS extent
) AS box
WHERE top.code = ANY (:codes) ORDER BY top.path LIMIT 1

-- name: access.data_state
-- One row: whether any source is synthetic, and the newest moment at which a visible record was learned of.
-- Answered by mass_known from its end; where the reader has no record at all, record_station says so first.
SELECT
  EXISTS (SELECT FROM source WHERE is_synthetic) AS synthetic,
  CASE WHEN EXISTS (SELECT FROM access.stations() AS own (id) JOIN record r ON r.station_id = own.id) THEN
    (SELECT m.known_at FROM mass m WHERE m.known_until IS NULL ORDER BY m.known_at DESC LIMIT 1)
  END AS data_to

-- name: access.forget_attempts
-- Deletes attempts to sign in from before a moment.
-- Answered by a scan, nightly.
DELETE FROM access.login_attempt WHERE at < :before

-- name: access.forget_sessions
-- Deletes sessions that ended, or ran out, before a moment.
-- Answered by a scan, nightly.
DELETE FROM access.session WHERE coalesce(ended_at, expires_at) < :before
