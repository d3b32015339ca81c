"""Two people with one form: whoever saves second is told of the first, and nothing is overwritten unseen."""

from datetime import datetime

from django.utils.translation import gettext as _

from yingtai.kernel.acting import Acting
from yingtai.organization.errors import ChangedMeanwhile
from yingtai.organization.queries import names_of_staff
from yingtai.ui.formats import moment_in_words


def require_unchanged(
    acting: Acting,
    seen: datetime | None,
    *,
    changed_at: datetime,
    changed_by: str,
    keeps_itself: bool = False,
) -> None:
    """Let a change through only while the row is as its form showed it.

    In: seen        when the row had last been changed when the form was drawn; None for who did not look, such as a
                    program
        keeps_itself  the form keeps itself while somebody types, so that their own change is none that came between
        changed_at  when it was last changed, read under its lock; changed_by is by whom, or "" when nobody noted it

    Raises: ChangedMeanwhile
    """
    if seen is None or seen == changed_at or (keeps_itself and changed_by == acting.actor):
        return
    who = names_of_staff(acting, [changed_by]).get(changed_by) or _("Somebody")
    raise ChangedMeanwhile(who=who, when=moment_in_words(changed_at))


def read_seen(text: str) -> datetime | None:
    """Read what a form carries as `seen`: an ISO time with a zone; anything else is nothing seen."""
    try:
        seen = datetime.fromisoformat(text)
    except ValueError:
        return None
    return seen if seen.tzinfo else None
