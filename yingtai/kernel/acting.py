"""Who does something, where, why and when; and the question whether they may."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime

from yingtai.kernel.errors import NotAllowed
from yingtai.kernel.labels import Label
from yingtai.kernel.scope import Scope


@dataclass(frozen=True)
class Acting:
    """The first argument of every service and query that touches people.

    actor    who: `staff:<uuid>`, `key:<uuid>` or `system:<module>`
    scope    where: what may be seen and changed
    purpose  why: the code of a registered purpose, or `operations`
    at       when: the time the edge read from the clock, aware, UTC
    roles    what the actor is in this scope
    """

    actor: str
    scope: Scope
    purpose: str
    at: datetime
    roles: frozenset[str] = field(default_factory=frozenset)

    def at_time(self, at: datetime) -> "Acting":
        return replace(self, at=at)


def system(module: str, scope: Scope, at: datetime, purpose: str = "operations") -> Acting:
    """Return the acting of the product itself, for work no person asked for."""
    return Acting(f"system:{module}", scope, purpose, at, frozenset({"system"}))


@dataclass(frozen=True)
class Decision:
    """Whether it is allowed, and the rule that said so."""

    allowed: bool
    reason: str


Engine = Callable[[Acting, str, Label, str], Decision]


def _deny(acting: Acting, action: str, label: Label, place: str) -> Decision:
    return Decision(False, "no policy is installed")


_engine: list[Engine] = [_deny]


def install(engine: Engine) -> None:
    """Let this engine decide from now on. Compliance installs one at start; until then all is denied."""
    _engine[0] = engine


def decide(acting: Acting, action: str, label: Label, place: str) -> Decision:
    """Decide whether the actor may do `action` (view, edit, reveal, send, share, export, administer)
    with values of that label at `place` (`module.thing`). Deny by default."""
    return _engine[0](acting, action, label, place)


def require(acting: Acting, action: str, label: Label, place: str) -> None:
    """Raise NotAllowed unless `decide` allows it."""
    if not decide(acting, action, label, place).allowed:
        raise NotAllowed(action=action, label=label.name, place=place)
