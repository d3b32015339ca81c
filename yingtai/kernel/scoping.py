"""The scope of a transaction: set once when it opens, seen by every row-level policy, gone when it ends."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from django.db import connection, transaction

from yingtai.kernel.acting import Acting
from yingtai.kernel.errors import ScopeIsFixed
from yingtai.kernel.scope import Scope

SET_SCOPE = """
    SELECT set_config('yingtai.scope_lo', %s, true), set_config('yingtai.scope_hi', %s, true),
           set_config('yingtai.scope_parts', %s, true), set_config('yingtai.actor', %s, true)
"""

_scope: ContextVar[Scope | None] = ContextVar("scope", default=None)


@contextmanager
def acting_transaction(acting: Acting) -> Iterator[None]:
    """Open a transaction that sees what the actor may see.

    Inside one that is open already this is a savepoint, and the scope must be the same: a released
    savepoint would leak an inner scope into the rest.

    Raises: ScopeIsFixed
    """
    if connection.in_atomic_block:
        if _scope.get() != acting.scope:
            raise ScopeIsFixed
        with transaction.atomic():
            yield
        return
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(SET_SCOPE, scope_settings(acting))
        token = _scope.set(acting.scope)
        try:
            yield
        finally:
            _scope.reset(token)


def scope_settings(acting: Acting) -> tuple[str, str, str, str]:
    """Return the parameters of SET_SCOPE: hull, the exact parts when there are several, and the actor."""
    lo, hi = acting.scope.hull
    parts = acting.scope.text() if len(acting.scope.ranges) > 1 else ""
    return str(lo), str(hi), parts, acting.actor
