"""Two people with one form: whoever saves second is told of the first, and nothing is overwritten unseen."""

from datetime import datetime

from django.forms import BaseForm
from django.utils.translation import gettext as _

from yingtai.kernel.acting import Acting
from yingtai.kernel.errors import ProductError
from yingtai.organization.errors import ChangedMeanwhile
from yingtai.organization.queries import names_of_staff
from yingtai.ui.formats import moment_in_words


def require_unchanged(
    acting: Acting,
    seen: datetime | None,
    *,
    changed_at: datetime,
    changed_by: str,
    is_own: bool = False,
) -> None:
    """Let a change through only while the row is as its form showed it.

    In: seen        when the row had last been changed when the form was drawn; None for who did not look, such as a
                    program
        is_own      the latest change came out of this very form, which keeps itself while somebody types, so that
                    nothing came between
        changed_at  when it was last changed, read under its lock; changed_by is by whom, or "" when nobody noted it

    Raises: ChangedMeanwhile
    """
    if seen is None or seen == changed_at or is_own:
        return
    raise ChangedMeanwhile(who=_who(acting, changed_by), when=moment_in_words(changed_at))


def _who(acting: Acting, changed_by: str) -> str:
    if changed_by == acting.actor:
        return _("You, in another tab or window,")
    return names_of_staff(acting, [changed_by]).get(changed_by) or _("Somebody")


def seen_by_form(posted: str, problem: ProductError | None, *, changed_at: datetime) -> datetime | None:
    """Return what a form that is drawn has seen: the row as it is now, or what it had seen when it comes back with
    problems. Once it was told of another change it has seen that one, so that the next save is meant."""
    return read_seen(posted) if posted and not isinstance(problem, ChangedMeanwhile) else changed_at


def status_of(form: BaseForm, problem: ProductError | None) -> int:
    """Return the status of a page with a form: 409 when somebody else was first, 422 when something is to be mended."""
    if isinstance(problem, ChangedMeanwhile):
        return problem.status
    return 422 if problem or form.errors else 200


def read_seen(text: str) -> datetime | None:
    """Read what a form carries as `seen`: an ISO time with a zone; anything else is nothing seen."""
    try:
        seen = datetime.fromisoformat(text)
    except ValueError:
        return None
    return seen if seen.tzinfo else None
