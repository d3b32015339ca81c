"""What we write into an embedded cluster: its configuration and its roles."""

import os

from yingtai.kernel.env import BOOKS_ROLES, secret

SIGN_IN = """\
# Written at every start. Only the Unix socket is open, and every role needs its password.
local  all          all  scram-sha-256
local  replication  all  scram-sha-256
"""

SETTINGS = """\
# Written at every start; your own settings go to local.conf beside this file.
listen_addresses = ''
unix_socket_directories = '{socket}'
unix_socket_permissions = {socket_mode}
max_connections = {connections}
shared_buffers = {buffers}MB
wal_buffers = {wal_buffers}MB
effective_cache_size = {cache}MB
work_mem = 16MB
maintenance_work_mem = 128MB
password_encryption = scram-sha-256
jit = off
max_parallel_workers_per_gather = 0
random_page_cost = 1.1
io_method = sync
wal_level = replica
max_logical_replication_workers = 0
max_wal_size = 2GB
checkpoint_timeout = 15min
checkpoint_completion_target = 0.9
timezone = 'UTC'
log_timezone = 'UTC'
log_line_prefix = '%m [%p] %u '
log_min_messages = warning
log_checkpoints = off
# A message about a row may quote it: the log holds no statement and no detail, so no personal data.
log_min_error_statement = panic
log_error_verbosity = terse
include_if_exists = 'local.conf'
"""

DURABLE = """\
fsync = on
full_page_writes = on
synchronous_commit = on
"""

THROWAWAY = """\
fsync = off
full_page_writes = off
synchronous_commit = off
autovacuum_naptime = 10s
"""

MAKE_ROLE = """
DO $$ BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{role}') THEN CREATE ROLE {role}; END IF;
END $$;
ALTER ROLE {role} WITH {options};
"""

DIVIDE_BOOKS = """
GRANT owner TO migrator;
ALTER DATABASE yingtai OWNER TO owner;
REVOKE ALL ON DATABASE yingtai FROM PUBLIC;
GRANT CONNECT ON DATABASE yingtai TO migrator, app, collector, dispatcher, worker, auditor;
GRANT TEMPORARY ON DATABASE yingtai TO migrator, app, collector, dispatcher, worker;
"""

DIVIDE_BOOKS_INSIDE = """
ALTER SCHEMA public OWNER TO owner;
REVOKE ALL ON SCHEMA public FROM PUBLIC;
GRANT USAGE ON SCHEMA public TO migrator, app, collector, dispatcher, worker, auditor;
"""

DIVIDE_KEYS = """
ALTER DATABASE yingtai_keys OWNER TO owner;
REVOKE ALL ON DATABASE yingtai_keys FROM PUBLIC;
GRANT CONNECT, TEMPORARY ON DATABASE yingtai_keys TO vault;
"""

DIVIDE_KEYS_INSIDE = """
ALTER SCHEMA public OWNER TO owner;
REVOKE ALL ON SCHEMA public FROM PUBLIC;
GRANT USAGE ON SCHEMA public TO vault;
"""

DATABASES = {"books": "yingtai", "keys": "yingtai_keys"}
DIVISIONS = {"books": DIVIDE_BOOKS, "keys": DIVIDE_KEYS}
DIVISIONS_INSIDE = {"books": DIVIDE_BOOKS_INSIDE, "keys": DIVIDE_KEYS_INSIDE}


def settings(cluster: str, *, socket: str, is_durable: bool) -> str:
    """Return the configuration of one cluster, fitted to this machine's memory."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") >> 20
    is_large = cluster == "books" and is_durable
    text = SETTINGS.format(
        socket=socket.replace("'", "''"),
        socket_mode="0777",  # the folder around it is closed; see clusters.py
        connections=100 if cluster == "books" else 60,
        buffers=min(512, memory // 8) if is_large else 64 if cluster == "books" else 16,
        # Written round and round, so all of it is held at rest too; commits flush long before it is full.
        wal_buffers=6 if cluster == "books" else 1,
        cache=memory // 3,
    )
    return text + (DURABLE if is_durable else THROWAWAY)


def role_statements(cluster: str) -> str:
    """Return the SQL that makes the cluster's roles, with the passwords of the secrets folder."""
    if cluster == "books":
        options = {"owner": "NOLOGIN NOBYPASSRLS"}
        options |= {role: _signs_in(cluster, role) for role in BOOKS_ROLES}
        options["migrator"] += " BYPASSRLS"
    else:
        options = {role: _signs_in(cluster, role) for role in ("owner", "vault")}
    return "".join(MAKE_ROLE.format(role=role, options=words) for role, words in options.items())


def _signs_in(cluster: str, role: str) -> str:
    return f"LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE PASSWORD '{secret(f'{cluster}-{role}.password')}'"
