"""Telling a database that is away (restarting, out of reach, out of connections) from a bug of ours. Pure."""

import django.db
import psycopg

AWAY = {"57P01", "57P02", "57P03", "53300"}
"""Shut down by somebody, crashed, starting or ending, too many connections: PostgreSQL's appendix A."""
CONNECTION_CLASS = "08"


def is_away(trouble: BaseException) -> bool:
    """Say whether an error only means that the database cannot be reached just now."""
    cause = trouble.__cause__ if isinstance(trouble, django.db.Error) else trouble
    if not isinstance(cause, psycopg.OperationalError | psycopg.InterfaceError):
        return False
    state = getattr(cause, "sqlstate", None)
    return state is None or state in AWAY or state.startswith(CONNECTION_CLASS)
