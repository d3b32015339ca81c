"""What somebody is told who was refused: the right that is missing, the roles that have it, who can give one."""

from django.utils.translation import gettext as _

from yingtai.compliance.policy import RULES
from yingtai.compliance.policy_words import ACTION_WORDS, PLACE_WORDS
from yingtai.kernel.labels import Label
from yingtai.organization.api import Role
from yingtai.ui.formats import listed


def words_of_missing(action: str, label: str, place: str) -> list[str]:
    """Return the sentences; the codes are those a page declares."""
    roles = [
        Role(role).label
        for role, rules in RULES.items()
        if any(one.allows(action, Label[label], place) for one in rules)
    ]
    missing = _("Your roles do not include: %(action)s (%(place)s).") % {
        "action": ACTION_WORDS.get(action, action), "place": _place(place),
    }  # fmt: skip
    if not roles:
        return [missing]
    return [
        missing,
        _("Roles that include it: %s.") % listed(roles),
        _("An administrator of your brand or of the group can give you one of them, under Staff and roles."),
    ]


def _place(place: str) -> str:
    """Return the part of the product that a place lies in, by the nearest one that has a name."""
    while place and place not in PLACE_WORDS:
        place = place.rpartition(".")[0]
    return str(PLACE_WORDS[place])
