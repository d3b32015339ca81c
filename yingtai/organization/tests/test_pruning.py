"""Sessions that are over and old notes of sign-ins go, by a worker that may not read them."""

from datetime import timedelta

from axes.models import AccessAttempt, AccessFailureLog, AccessLog
from django.contrib.sessions.models import Session

from yingtai.kernel.testing import as_role
from yingtai.organization.jobs import ATTEMPTS_KEPT, prune_sign_ins


def test_what_is_over_goes_and_what_lasts_stays(acting):
    for kind in (Session, AccessAttempt, AccessFailureLog, AccessLog):
        kind.objects.all().delete()
    for name, hours in (("over", -1), ("lasts", 1)):
        Session.objects.create(
            session_key=name, session_data="", expire_date=acting.at + timedelta(hours=hours)
        )
    for kind in (AccessAttempt, AccessFailureLog, AccessLog):
        values = {"failures_since_start": 1} if kind is AccessAttempt else {}
        for name, more in (("old", timedelta(hours=1)), ("young", -timedelta(hours=1))):
            one = kind.objects.create(username=name, ip_address="10.0.0.1", **values)
            kind.objects.filter(pk=one.pk).update(attempt_time=acting.at - ATTEMPTS_KEPT - more)

    with as_role("worker"):
        prune_sign_ins(acting)

    assert [one.session_key for one in Session.objects.all()] == ["lasts"]
    for kind in (AccessAttempt, AccessFailureLog, AccessLog):
        assert [one.username for one in kind.objects.all()] == ["young"]
        kind.objects.all().delete()
    Session.objects.all().delete()
