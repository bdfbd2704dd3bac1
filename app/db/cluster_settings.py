"""The private cluster's settings, who may come in, and the roles: text only, no work."""

from collections.abc import Iterable

TEMPLATE_EXTENSIONS = ("postgis", "pg_trgm", "unaccent", "ltree", "btree_gist")
#: Operators that answer maps and clicks from an index.  PostgreSQL puts one before a row-security policy, and so uses
#: its index at all, only where it is marked as leaking nothing of its arguments (docs/adr/0008).
LEAKPROOF = (
    "pg_catalog.range_overlaps(anyrange, anyrange)",
    "pg_catalog.arrayoverlap(anyarray, anyarray)",
    "public.geometry_overlaps(geometry, geometry)",
)
MARK_LEAKPROOF = "; ".join(f"ALTER FUNCTION {function} LEAKPROOF" for function in LEAKPROOF)
LOGIN_ROLES = ("naqsha_admin", "naqsha_owner", "naqsha_app", "naqsha_worker", "naqsha_forecaster")

POSTGRESQL_CONF = """\
# Written by `flask cluster start` at every start (app/db/cluster_settings.py): changes here do not last.

# A socket only: nothing of the station's network can reach the server.
listen_addresses = ''
port = 5432
unix_socket_directories = '{socket}'
max_connections = 60

# What is committed survives a power cut.
fsync = on
full_page_writes = on
synchronous_commit = on
wal_compression = on
max_wal_size = 2GB
min_wal_size = 256MB
checkpoint_timeout = 15min
checkpoint_completion_target = 0.9

# A station's computer: two cores, a few GB of memory, a solid-state disk.
shared_buffers = 256MB
effective_cache_size = 2GB
work_mem = 32MB
maintenance_work_mem = 256MB
random_page_cost = 1.1
effective_io_concurrency = 100
max_worker_processes = 8
max_parallel_workers_per_gather = 1
max_parallel_maintenance_workers = 1
jit = off

# Statements carry names and CNICs: no log may repeat them, not even in an error's detail.
logging_collector = on
log_directory = '{log}'
log_filename = 'postgresql-%a.log'
log_rotation_age = 1d
log_rotation_size = 0
log_truncate_on_rotation = on
log_line_prefix = '%m [%p] %u@%d '
log_statement = none
log_min_duration_statement = -1
log_min_error_statement = panic
log_parameter_max_length_on_error = 0
log_error_verbosity = terse
log_autovacuum_min_duration = -1

datestyle = 'iso, ymd'
timezone = 'UTC'
log_timezone = 'UTC'
lc_messages = 'C.UTF-8'
lc_monetary = 'C.UTF-8'
lc_numeric = 'C.UTF-8'
lc_time = 'C.UTF-8'
default_text_search_config = 'pg_catalog.simple'
"""

ROLES_SQL = """\
DO $$
DECLARE
  name text;
BEGIN
  FOREACH name IN ARRAY ARRAY['naqsha_owner', 'naqsha_app', 'naqsha_worker', 'naqsha_forecaster'] LOOP
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = name) THEN
      EXECUTE format('CREATE ROLE %I LOGIN NOSUPERUSER NOCREATEROLE NOREPLICATION NOBYPASSRLS', name);
    END IF;
  END LOOP;
  IF NOT (SELECT rolcreatedb FROM pg_roles WHERE rolname = 'naqsha_owner') THEN
    ALTER ROLE naqsha_owner CREATEDB;
  END IF;
END
$$
"""


def hba_conf() -> str:
    """Give pg_hba.conf: one door, the socket, by the operating system's own word on who knocks."""
    return "# Written by `flask cluster start`: changes here do not last.\nlocal all all peer map=naqsha\n"


def ident_conf(users: Iterable[str]) -> str:
    """Give pg_ident.conf: which operating system users may take Naqsha's roles; all others stay out."""
    lines = ["# Written by `flask cluster start`: changes here do not last."]
    for user in sorted(users):
        quoted = '"' + user.replace('"', '""') + '"'
        lines += [f"naqsha {quoted} {role}" for role in LOGIN_ROLES]
    return "\n".join(lines) + "\n"
