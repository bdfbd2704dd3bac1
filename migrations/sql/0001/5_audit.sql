-- The audit log: written by everyone, read by auditors, changed by nobody.  One sealer chains the lines after commit.

CREATE SCHEMA audit;
CREATE TABLE audit.entry (
  id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  at         timestamptz NOT NULL DEFAULT clock_timestamp(),
  account_id bigint,                               -- null: the command line or a job
  action     text NOT NULL,
  object     text NOT NULL DEFAULT '',             -- kind of thing: record, delivery, account, ...
  object_id  bigint,
  reason     text NOT NULL DEFAULT '',
  detail     jsonb NOT NULL DEFAULT '{}'           -- ids, counts and filters: never a name, CNIC or phone
);
-- Usage: who looked at this record.
CREATE INDEX entry_object ON audit.entry (object, object_id);
-- Usage: what an account did, newest first.
CREATE INDEX entry_account ON audit.entry (account_id, at DESC);

CREATE TABLE audit.seal (
  number    bigint PRIMARY KEY,                    -- 1, 2, 3 ... in the order of sealing, without a gap
  entry_id  bigint NOT NULL UNIQUE,
  previous  bytea NOT NULL,
  hash      bytea NOT NULL,                        -- sha256(previous || canonical line)
  sealed_at timestamptz NOT NULL DEFAULT clock_timestamp()
);

-- The account is taken from the open scope where there is one, so that the application cannot write in another's name.
CREATE FUNCTION audit.note(action text, object text, object_id bigint, reason text, detail jsonb) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = audit, access, pg_temp AS $$
DECLARE
  who bigint;
  entry_id bigint;
BEGIN
  SELECT account_id INTO who FROM access.scope
  WHERE pid = pg_backend_pid() AND xid = pg_current_xact_id_if_assigned();
  INSERT INTO audit.entry (account_id, action, object, object_id, reason, detail)
  VALUES (who, action, object, object_id, reason, detail) RETURNING id INTO entry_id;
  RETURN entry_id;
END $$;
