-- Accounts, sessions, tokens and the scope of a transaction.  The application's role can read none of these tables
-- but through the functions below, and can write only what it is granted in 7_rights.sql.

CREATE SCHEMA access;

CREATE TABLE access.account (
  id            bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  name          text NOT NULL UNIQUE CHECK (name ~ '^[a-z0-9][a-z0-9._-]{1,63}$'),
  display_name  text NOT NULL DEFAULT '',
  role          text NOT NULL CHECK (role IN ('station', 'planner', 'control', 'commander', 'analyst', 'auditor', 'admin')),
  password_hash text,                              -- argon2id; null: may sign in by token only
  totp_secret   bytea,
  is_demo       boolean NOT NULL DEFAULT false,
  created_at    timestamptz NOT NULL DEFAULT now(),
  disabled_at   timestamptz,
  language      text
);
CREATE TABLE access.account_jurisdiction (
  account_id      bigint NOT NULL REFERENCES access.account ON DELETE CASCADE,
  jurisdiction_id bigint NOT NULL REFERENCES jurisdiction ON DELETE CASCADE,
  PRIMARY KEY (account_id, jurisdiction_id)
);
CREATE TABLE access.session (
  id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  token_hash   bytea NOT NULL UNIQUE,              -- sha256 of the cookie's token; the token itself is never stored
  account_id   bigint NOT NULL REFERENCES access.account ON DELETE CASCADE,
  created_at   timestamptz NOT NULL DEFAULT now(),
  seen_at      timestamptz NOT NULL DEFAULT now(),
  expires_at   timestamptz NOT NULL,
  ended_at     timestamptz
);
-- Usage: end every session of an account at once.
CREATE INDEX session_account ON access.session (account_id);
CREATE TABLE access.api_token (
  id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  token_hash bytea NOT NULL UNIQUE,
  account_id bigint NOT NULL REFERENCES access.account ON DELETE CASCADE,
  created_at timestamptz NOT NULL DEFAULT now(),
  expires_at timestamptz NOT NULL,
  ended_at   timestamptz
);
CREATE TABLE access.login_attempt (
  id      bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  at      timestamptz NOT NULL DEFAULT now(),
  name    text NOT NULL,
  address inet,
  success boolean NOT NULL
);
-- Usage: the throttle counts the failures of a name, and of an address, in the last fifteen minutes.
CREATE INDEX login_attempt_name ON access.login_attempt (name, at);
CREATE INDEX login_attempt_address ON access.login_attempt (address, at);

-- The recording units (never beats) that an account may see: its jurisdictions and all below them.
CREATE TABLE access.visible_station (
  account_id bigint NOT NULL REFERENCES access.account ON DELETE CASCADE,
  station_id bigint NOT NULL,
  PRIMARY KEY (account_id, station_id)
);

CREATE FUNCTION access.refresh_visible() RETURNS trigger LANGUAGE plpgsql
  SECURITY DEFINER SET search_path = public, access, pg_temp AS $$
BEGIN
  -- Two changes at once would each insert the other's rows.
  LOCK TABLE access.visible_station IN SHARE ROW EXCLUSIVE MODE;
  DELETE FROM access.visible_station;
  INSERT INTO access.visible_station
  SELECT DISTINCT a.account_id, below.id
  FROM access.account_jurisdiction a
  JOIN jurisdiction top ON top.id = a.jurisdiction_id
  JOIN jurisdiction below ON below.path <@ top.path AND below.level <> 'beat';
  RETURN NULL;
END $$;
CREATE TRIGGER refresh_visible AFTER INSERT OR UPDATE OR DELETE ON access.account_jurisdiction
  FOR EACH STATEMENT EXECUTE FUNCTION access.refresh_visible();
CREATE TRIGGER refresh_visible AFTER INSERT OR UPDATE OR DELETE ON jurisdiction
  FOR EACH STATEMENT EXECUTE FUNCTION access.refresh_visible();

-- One row a server process: whose transaction this is.  Unlogged, since a crash ends every transaction anyway.
CREATE UNLOGGED TABLE access.scope (
  pid        integer PRIMARY KEY,
  xid        xid8 NOT NULL,
  account_id bigint NOT NULL,
  session_id bigint                                -- null: signed in by an API token
);

-- Opens the scope of this transaction from a sign-in or API token.  Gives the account, or NULL for a token that is
-- unknown, ended, expired or idle, or whose account is disabled: then no scope is open and every policy raises.
CREATE FUNCTION access.open_scope(token text) RETURNS bigint LANGUAGE plpgsql
  SECURITY DEFINER SET search_path = access, pg_temp AS $$
DECLARE
  hash bytea := sha256(convert_to(token, 'UTF8'));
  who bigint;
  by_session bigint;
BEGIN
  SELECT s.account_id, s.id INTO who, by_session
  FROM access.session s JOIN access.account a ON a.id = s.account_id
  WHERE s.token_hash = hash AND s.ended_at IS NULL AND s.expires_at > now()
    AND s.seen_at > now() - interval '30 minutes' AND a.disabled_at IS NULL;
  IF who IS NULL THEN
    SELECT t.account_id INTO who
    FROM access.api_token t JOIN access.account a ON a.id = t.account_id
    WHERE t.token_hash = hash AND t.ended_at IS NULL AND t.expires_at > now() AND a.disabled_at IS NULL;
  END IF;
  IF who IS NULL THEN
    RETURN NULL;
  END IF;
  INSERT INTO access.scope VALUES (pg_backend_pid(), pg_current_xact_id(), who, by_session)
  ON CONFLICT (pid) DO UPDATE SET xid = EXCLUDED.xid, account_id = EXCLUDED.account_id, session_id = EXCLUDED.session_id;
  RETURN who;
END $$;

-- The account whose scope is open in this transaction.  Raises where none is: nothing is better than everything.
CREATE FUNCTION access.current_account() RETURNS bigint LANGUAGE plpgsql STABLE PARALLEL RESTRICTED
  SECURITY DEFINER SET search_path = access, pg_temp AS $$
DECLARE
  who bigint;
BEGIN
  SELECT account_id INTO who FROM access.scope
  WHERE pid = pg_backend_pid() AND xid = pg_current_xact_id_if_assigned();
  IF who IS NULL THEN
    RAISE EXCEPTION 'no scope is open in this transaction' USING ERRCODE = 'insufficient_privilege';
  END IF;
  RETURN who;
END $$;

-- The stations that this transaction may see.  Read by every policy as `station_id IN (SELECT access.stations())`,
-- which PostgreSQL runs once a statement as a hashed subplan.
CREATE FUNCTION access.stations() RETURNS SETOF bigint LANGUAGE plpgsql STABLE PARALLEL RESTRICTED ROWS 300
  SECURITY DEFINER SET search_path = access, pg_temp AS $$
BEGIN
  RETURN QUERY SELECT station_id FROM access.visible_station WHERE account_id = access.current_account();
END $$;

-- Who is signed in, for the application: id, name, role, language, jurisdictions, and whether the session was last marked as
-- seen over a minute ago.
CREATE FUNCTION access.who() RETURNS TABLE (
  id bigint, name text, display_name text, role text, language text, is_demo boolean, jurisdiction_codes text[],
  by_session boolean, is_stale boolean
) LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, access, pg_temp AS $$
  SELECT a.id, a.name, a.display_name, a.role, a.language, a.is_demo,
    ARRAY(SELECT j.code FROM access.account_jurisdiction aj JOIN jurisdiction j ON j.id = aj.jurisdiction_id
          WHERE aj.account_id = a.id ORDER BY j.path),
    s.id IS NOT NULL, coalesce(s.seen_at < now() - interval '1 minute', false)
  FROM access.account a
  LEFT JOIN access.scope here ON here.pid = pg_backend_pid()
  LEFT JOIN access.session s ON s.id = here.session_id
  WHERE a.id = access.current_account()
$$;

-- Marks the session of this scope as seen.  The caller commits at once, and a row that another request holds is passed by:
-- a map sends dozens of requests at a time, which must neither wait for one another nor lose the mark by rolling back.
CREATE FUNCTION access.mark_seen() RETURNS void LANGUAGE sql VOLATILE
  SECURITY DEFINER SET search_path = access, pg_temp AS $$
  UPDATE access.session SET seen_at = now()
  WHERE id = (SELECT s.id FROM access.session s JOIN access.scope here ON here.session_id = s.id
              WHERE here.pid = pg_backend_pid() AND here.account_id = access.current_account()
              FOR UPDATE OF s SKIP LOCKED)
$$;

-- The accounts whose jurisdictions all lie in those of this scope's account: whose doings it may read in the audit log.
CREATE FUNCTION access.accounts_below() RETURNS SETOF bigint LANGUAGE sql STABLE SECURITY DEFINER
  SET search_path = public, access, pg_temp AS $$
  SELECT a.id FROM access.account a
  WHERE NOT EXISTS (
    SELECT FROM access.account_jurisdiction theirs JOIN jurisdiction below ON below.id = theirs.jurisdiction_id
    WHERE theirs.account_id = a.id AND NOT EXISTS (
      SELECT FROM access.account_jurisdiction own JOIN jurisdiction top ON top.id = own.jurisdiction_id
      WHERE own.account_id = access.current_account() AND below.path <@ top.path))
$$;

-- Whether this scope is the whole country: it may then read what the command line and strangers did, too.
CREATE FUNCTION access.is_whole_node() RETURNS boolean LANGUAGE sql STABLE SECURITY DEFINER
  SET search_path = public, access, pg_temp AS $$
  SELECT EXISTS (SELECT FROM access.account_jurisdiction own JOIN jurisdiction j ON j.id = own.jurisdiction_id
                 WHERE own.account_id = access.current_account() AND j.level = 'country')
$$;

-- The accounts that the administrator of this scope keeps: those below.
CREATE FUNCTION access.kept_accounts() RETURNS TABLE (
  id bigint, name text, display_name text, role text, is_demo boolean, created_at timestamptz, disabled_at timestamptz,
  jurisdiction_codes text[]
) LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, access, pg_temp AS $$
  SELECT a.id, a.name, a.display_name, a.role, a.is_demo, a.created_at, a.disabled_at,
    ARRAY(SELECT j.code FROM access.account_jurisdiction aj JOIN jurisdiction j ON j.id = aj.jurisdiction_id
          WHERE aj.account_id = a.id ORDER BY j.path)
  FROM access.account a
  WHERE EXISTS (SELECT FROM access.account keeper WHERE keeper.id = access.current_account() AND keeper.role = 'admin')
    AND a.id IN (SELECT access.accounts_below())
$$;

-- Disables or enables an account that this scope's administrator keeps, ending its sessions and tokens with it; false where
-- there is none such.  A function, so that the application's role needs no right to write accounts.
CREATE FUNCTION access.set_disabled(theirs bigint, disabled boolean) RETURNS boolean LANGUAGE plpgsql VOLATILE
  SECURITY DEFINER SET search_path = access, pg_temp AS $$
BEGIN
  IF theirs = access.current_account() OR NOT EXISTS (SELECT FROM access.kept_accounts() k WHERE k.id = theirs) THEN
    RETURN false;
  END IF;
  UPDATE access.account SET disabled_at = CASE WHEN disabled THEN coalesce(disabled_at, now()) END WHERE id = theirs;
  IF disabled THEN
    UPDATE access.session SET ended_at = now() WHERE account_id = theirs AND ended_at IS NULL;
    UPDATE access.api_token SET ended_at = now() WHERE account_id = theirs AND ended_at IS NULL;
  END IF;
  RETURN true;
END $$;
