"""Work that organization does later."""

from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.db import connection

from yingtai.kernel.acting import Acting
from yingtai.kernel.counters import prune_counters
from yingtai.kernel.jobs import job
from yingtai.organization.forgotten import mail_new_password as mail_link

ATTEMPTS_KEPT = timedelta(days=180)
"""Chinese law asks for half a year of records of who entered a network."""


@job("organization.prune_sign_ins")
def prune_sign_ins(acting: Acting) -> None:
    """Remove sessions that are over and notes of sign-ins older than half a year. A repeat finds them gone."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT organization_prune_sign_ins(%s, %s)", [acting.at, acting.at - ATTEMPTS_KEPT])


@job("organization.count_unknown_sign_ins")
def count_unknown_sign_ins(acting: Acting) -> None:
    """Make attempts at accounts that do not exist one line for each address and day, once they shut nobody out any
    more: whoever invents accounts must not fill the books. A repeat finds them counted."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT organization_count_unknown_sign_ins(%s)", [acting.at - settings.AXES_COOLOFF_TIME]
        )
    prune_counters()


@job("organization.mail_new_password")
def mail_new_password(acting: Acting, *, account: str, language: str) -> None:
    """Mail the link for a new password to whoever asked for one, and nothing to who is no colleague. A repeat sends it
    again; all of them end with the first that is used."""
    mail_link(UUID(account), language=language)
