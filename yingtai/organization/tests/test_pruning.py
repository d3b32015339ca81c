"""Sessions that are over and old notes of sign-ins go, by a worker that may not read them."""

from dataclasses import replace
from datetime import timedelta

from axes.models import AccessAttempt, AccessFailureLog, AccessLog
from django.contrib.sessions.models import Session

from yingtai.kernel.testing import as_role
from yingtai.organization.jobs import ATTEMPTS_KEPT, count_unknown_sign_ins, prune_sign_ins
from yingtai.organization.models import Staff


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


def test_attempts_at_invented_accounts_become_one_line_for_each_address_and_day(acting):
    AccessAttempt.objects.all().delete()
    Staff.objects.filter(email="Known@example.com").delete()
    known = Staff.objects.create(email="Known@example.com")
    noon = acting.at.replace(hour=12)

    def attempt(account, address, at, failures=2):
        one = AccessAttempt.objects.create(
            username=account, ip_address=address, user_agent="x", failures_since_start=failures
        )
        AccessAttempt.objects.filter(pk=one.pk).update(attempt_time=at)

    for number in range(50):
        attempt(f"invented{number}@example.com", "192.0.2.1", noon)
    attempt("other@example.com", "192.0.2.2", noon - timedelta(days=1))
    attempt("young@example.com", "192.0.2.1", noon + timedelta(minutes=50))
    attempt("known@example.com", "192.0.2.1", noon)
    for _ in range(2):
        with as_role("worker"):
            count_unknown_sign_ins(replace(acting, at=noon + timedelta(hours=1)))
        attempt("late@example.com", "192.0.2.1", noon, failures=3)

    kept = AccessAttempt.objects.exclude(username="late@example.com").order_by("username", "ip_address")
    assert [(one.username, one.ip_address, one.failures_since_start) for one in kept] == [
        ("(unknown accounts)", "192.0.2.1", 103), ("(unknown accounts)", "192.0.2.2", 2),
        ("known@example.com", "192.0.2.1", 2), ("young@example.com", "192.0.2.1", 2),
    ]  # fmt: skip
    AccessAttempt.objects.all().delete()
    known.delete()
