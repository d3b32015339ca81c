"""An acting as it travels with a fact or a job: plain JSON, and back."""

from datetime import datetime
from typing import Any

from yingtai.kernel.acting import Acting
from yingtai.kernel.scope import Scope


def pack(acting: Acting) -> dict[str, Any]:
    """Return an acting as JSON values."""
    return {
        "actor": acting.actor,
        "scope": [list(part) for part in acting.scope.ranges],
        "purpose": acting.purpose,
        "at": acting.at.isoformat(),
        "roles": sorted(acting.roles),
    }


def unpack(packed: dict[str, Any]) -> Acting:
    """Return the acting that was packed."""
    return Acting(
        actor=packed["actor"],
        scope=Scope.from_pairs(packed["scope"]),
        purpose=packed["purpose"],
        at=datetime.fromisoformat(packed["at"]),
        roles=frozenset(packed["roles"]),
    )
