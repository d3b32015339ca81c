"""Show a private value to somebody who may see it, and write down that it was shown."""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from yingtai.customers.errors import PersonWasErased, ProfileNotFound, TooManyReveals
from yingtai.customers.models import Identifier, Profile, Reveal
from yingtai.customers.queries import open_identifiers, private_traits_of
from yingtai.customers.rules import BY_NUMBER
from yingtai.kernel.acting import Acting, require
from yingtai.kernel.counters import count_of, count_up, one_at_a_time
from yingtai.kernel.labels import Label
from yingtai.kernel.scoping import acting_transaction
from yingtai.organization.api import record_deed

PLACE = "customers.profile"
REVEALS_A_DAY = 200
DAY_SECONDS = 86_400
UNUSUAL = (50, 100, REVEALS_A_DAY)
"""So many in a day are marked in the record, for whoever reads it."""


def reveal_identifier(acting: Acting, *, profile_id: UUID, alias_no: int) -> str:
    """Return the value of one identifier, and record who saw it.

    Raises: NotAllowed, ProfileNotFound, PersonWasErased
    """
    require(acting, "reveal", Label.L3, PLACE)
    with acting_transaction(acting):
        profile = _profile(profile_id)
        found = list(Identifier.objects.filter(profile_no=profile.profile_no, alias_no=alias_no))
        value = next(iter(open_identifiers(found)), None)
        if value is None:
            raise PersonWasErased
        _record(acting, profile, BY_NUMBER[found[0].kind].name)
    return value


def reveal_trait(acting: Acting, *, profile_id: UUID, name: str) -> str:
    """Return one private trait, and record who saw it.

    Raises: NotAllowed, ProfileNotFound, PersonWasErased
    """
    require(acting, "reveal", Label.L3, PLACE)
    with acting_transaction(acting):
        profile = _profile(profile_id)
        traits = private_traits_of([profile.profile_no])[profile.profile_no]
        if name not in traits:
            raise PersonWasErased
        _record(acting, profile, name)
    return str(traits[name][0])


def note_shown(acting: Acting, profile_nos: Sequence[int], what: str) -> None:
    """Record that clear values of people are shown in another way: in a preview, in a copy.

    Raises: TooManyReveals
    """
    with acting_transaction(acting):
        for profile in Profile.objects.filter(profile_no__in=profile_nos):
            _record(acting, profile, what)


def _profile(profile_id: UUID) -> Profile:
    profile = Profile.objects.filter(id=profile_id).first()
    if profile is None:
        raise ProfileNotFound
    return profile


def _record(acting: Acting, profile: Profile, what: str) -> None:
    # Two windows at once must not both find the last one free.
    counter = f"reveals-of-{acting.actor}"
    one_at_a_time(counter)
    here = Reveal.objects.filter(by=acting.actor, at__gt=acting.at - timedelta(days=1)).count()
    # Rows of other places are out of sight; whoever works in several has one allowance all the same.
    today = max(here, count_of(counter))
    if today >= REVEALS_A_DAY:
        raise TooManyReveals(most=REVEALS_A_DAY)
    count_up(counter, seconds=DAY_SECONDS)
    details = {"value": what[:200]} | ({"unusual": today + 1} if today + 1 in UNUSUAL else {})
    record_deed(acting, "person.revealed", node_no=profile.node_no, about=str(profile.id), **details)
    Reveal.objects.create(
        node_no=profile.node_no, profile_no=profile.profile_no, what=what[:200], by=acting.actor,
        purpose=acting.purpose, at=acting.at,
    )  # fmt: skip
