"""Two profiles side by side before they are merged: what each is known by, and in words what contradicts."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from yingtai.compliance.api import ConsentView, channel_title, consents_of
from yingtai.customers.ingest.private import names_in
from yingtai.customers.queries import ProfileView, called, private_traits_of
from yingtai.customers.viewing import ANSWERS, KINDS
from yingtai.kernel.acting import Acting
from yingtai.kernel.scoping import acting_transaction
from yingtai.ui.formats import listed

OWN_TO_ONE = ("phone", "email", "member", "openid", "unionid")
"""Of these people have one or a few; a browser or a device tells nothing against a merge."""

STRICTEST_LAST = ("granted", "denied", "withdrawn")


@dataclass(frozen=True)
class Compared:
    """A line of both profiles: what stands here and there, masked; with consent, what will hold afterwards."""

    title: str
    here: str
    there: str
    differs: bool = False
    afterwards: str = ""


@dataclass(frozen=True)
class Comparison:
    """All lines, and every contradiction in a sentence."""

    known: tuple[Compared, ...]
    answers: tuple[Compared, ...]
    contradictions: tuple[str, ...]


def compare(acting: Acting, here: ProfileView, there: ProfileView) -> Comparison:
    """Return what two profiles say of their person. Private values are masked; nothing is revealed.

    Cost: about 8 queries
    """
    known = (_names(acting, here, there), *_identifiers(here, there))
    answers = tuple(_answers(consents_of(acting, here.profile_no), consents_of(acting, there.profile_no)))
    return Comparison(known, answers, tuple(_contradictions(known, answers)))


def _names(acting: Acting, here: ProfileView, there: ProfileView) -> Compared:
    with acting_transaction(acting):
        documents = private_traits_of([here.profile_no, there.profile_no])
    mine, theirs = (
        {name.casefold() for name in names_in(documents[one.profile_no])} for one in (here, there)
    )
    # Different names may look the same behind their masks, so the values themselves are compared.
    differs = bool(mine and theirs) and not mine & theirs
    return Compared(_("Name of the person"), here.name or called(here), there.name or called(there), differs)


def _identifiers(here: ProfileView, there: ProfileView) -> list[Compared]:
    lines = []
    for kind, title in KINDS.items():
        mine, theirs = (
            [one.masked or _("kept as a fingerprint only") for one in side.identifiers if one.kind == kind]
            for side in (here, there)
        )
        if mine or theirs:
            # One value belongs to one profile of a brand: two of a kind are always two values.
            differs = kind in OWN_TO_ONE and bool(mine and theirs)
            lines.append(Compared(str(title), listed(mine), listed(theirs), differs))
    return lines


def _answers(mine: Sequence[ConsentView], theirs: Sequence[ConsentView]) -> list[Compared]:
    said_here, said_there = ({_question(one): one for one in side} for side in (mine, theirs))
    lines = []
    for question in sorted(said_here.keys() | said_there.keys()):
        here, there = (said[question].status if question in said else "" for said in (said_here, said_there))
        one = said_here.get(question) or said_there[question]
        title = f"{one.purpose_title} · {channel_title(one.channel)}"
        title = f"{title} · {one.recipient}" if one.recipient else title
        strictest = max(filter(None, (here, there)), key=STRICTEST_LAST.index)
        differs = bool(here and there) and (here == "granted") != (there == "granted")
        lines.append(Compared(title, _said(here), _said(there), differs, _said(strictest)))
    return lines


def _question(one: ConsentView) -> tuple[str, str, str]:
    return one.purpose, one.channel, one.recipient


def _said(status: str) -> str:
    return str(ANSWERS[status]) if status else _("no answer on record")


def _contradictions(known: Sequence[Compared], answers: Sequence[Compared]) -> list[str]:
    found = [_difference(line) for line in known if line.differs]
    said = [line.title for line in answers if line.differs]
    if said:
        found.append(
            _("One said yes and the other no to: %s. The stricter answer holds: it stays no.") % listed(said)
        )
    return found


def _difference(line: Compared) -> str:
    if line.here == line.there:
        return _("%s differs, though both look alike behind the mask.") % line.title
    values = {"what": line.title, "here": line.here, "there": line.there}
    return _("%(what)s differs: %(here)s and %(there)s.") % values
