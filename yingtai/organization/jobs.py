"""Work that organization does later."""

from datetime import timedelta

from django.db import connection

from yingtai.kernel.acting import Acting
from yingtai.kernel.jobs import job

ATTEMPTS_KEPT = timedelta(days=180)
"""Chinese law asks for half a year of records of who entered a network."""


@job("organization.prune_sign_ins")
def prune_sign_ins(acting: Acting) -> None:
    """Remove sessions that are over and notes of sign-ins older than half a year. A repeat finds them gone."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT organization_prune_sign_ins(%s, %s)", [acting.at, acting.at - ATTEMPTS_KEPT])
