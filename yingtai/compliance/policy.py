"""What each role may do, as one table. Deny by default: what no line allows is refused.

Pure: no database, no clock. Where someone may do it is not decided here but by the scope walls of the
database; this table answers *what*, with values of *which label*, on *which* pages.
"""

from dataclasses import dataclass

from yingtai.kernel.acting import Acting, Decision, install
from yingtai.kernel.labels import Label

ACTIONS = ("view", "edit", "reveal", "send", "share", "export", "administer", "audit")
SYSTEM = "system"
ANYWHERE = ""


@dataclass(frozen=True)
class Rule:
    """A role may do these actions at places below `place`, with values up to that label."""

    actions: frozenset[str]
    place: str
    up_to: Label

    def allows(self, action: str, label: Label, place: str) -> bool:
        return action in self.actions and label <= self.up_to and _lies_below(place, self.place)


def rule(actions: str, place: str, up_to: Label) -> Rule:
    named = frozenset(actions.split())
    if not named <= set(ACTIONS):
        raise ValueError(f"unknown action in {actions!r}")
    return Rule(named, place, up_to)


FOR_EVERYONE = (
    rule("view", "home", Label.L2),
    rule("view", "ui", Label.L1),
    rule("view", "kernel.task", Label.L2),
    rule("edit", "kernel.task", Label.L2),
)

RULES: dict[str, tuple[Rule, ...]] = {
    "marketer": (
        rule("view", ANYWHERE, Label.L2),
        rule("view", "customers", Label.L3),
        rule("edit", "collect", Label.L3),
        rule("edit", "audiences", Label.L3),
        rule("edit", "insights", Label.L2),
        rule("edit", "content", Label.L2),
        rule("edit send", "campaigns", Label.L3),
    ),
    "analyst": (
        rule("view", ANYWHERE, Label.L2),
        rule("edit", "audiences", Label.L2),
        rule("edit", "insights", Label.L2),
    ),
    "brand_manager": (
        rule("view", ANYWHERE, Label.L3),
        rule("edit", ANYWHERE, Label.L2),
        rule("edit", "collect", Label.L3),
        rule("edit reveal", "customers", Label.L3),
        rule("edit", "audiences", Label.L3),
        rule("edit send", "campaigns", Label.L3),
        rule("edit", "compliance.consent", Label.L3),
    ),
    "executive": (
        rule("view", "insights", Label.L2),
        rule("view", "insights.money", Label.L3),
        rule("view", "campaigns", Label.L2),
        rule("view", "audiences", Label.L2),
    ),
    "dealer": (rule("view edit reveal", "customers", Label.L3),),
    "service_agent": (
        rule("view edit reveal", "customers", Label.L3),
        rule("view edit", "compliance.consent", Label.L3),
    ),
    "compliance_officer": (
        rule("view", ANYWHERE, Label.L3),
        rule("edit administer", "compliance", Label.L3),
        rule("reveal", "customers", Label.L3),
        rule("reveal", "collect.quarantine", Label.L3),
        rule("edit", "collect.plan", Label.L3),
        rule("edit", "customers.erasure", Label.L3),
        rule("administer", "organization.approval", Label.L2),
        rule("audit", ANYWHERE, Label.L3),
    ),
    "auditor": (rule("view audit", ANYWHERE, Label.L2),),
    "operator": (
        rule("view", "operations", Label.L2),
        rule("view", "collect", Label.L2),
        rule("view", "organization", Label.L2),
        rule("administer", "operations", Label.L2),
    ),
    "integrator": (
        rule("view edit", "collect", Label.L3),
        rule("reveal", "collect.quarantine", Label.L3),
        rule("view", "customers", Label.L3),
        rule("view", "audiences", Label.L2),
        rule("view", "campaigns", Label.L2),
        rule("view edit", "compliance.consent", Label.L3),
        rule("view", "compliance.purpose", Label.L2),
    ),
    "administrator": (
        rule("view", "organization", Label.L2),
        rule("view", "operations", Label.L2),
        rule("view", "collect", Label.L2),
        rule("edit", "collect.source", Label.L2),
        rule("edit administer audit", "organization", Label.L2),
        rule("administer", "operations", Label.L2),
    ),
}


def decide_by_role(acting: Acting, action: str, label: Label, place: str) -> Decision:
    """Allow what one of the actor's roles allows, and refuse everything else."""
    if SYSTEM in acting.roles:
        return Decision(True, "the product itself")
    if acting.roles and any(line.allows(action, label, place) for line in FOR_EVERYONE):
        return Decision(True, "everyone who works here")
    for role in sorted(acting.roles):
        if any(line.allows(action, label, place) for line in RULES.get(role, ())):
            return Decision(True, f"role {role}")
    return Decision(False, "no role allows it")


def install_policy() -> None:
    """Let this table decide in this process."""
    install(decide_by_role)


def _lies_below(place: str, above: str) -> bool:
    return not above or place == above or place.startswith(f"{above}.")
