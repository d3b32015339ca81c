"""The operator's page: what runs, waits, fails and grows; and who may let a failed job try again."""

import json
import os
from datetime import UTC, datetime, timedelta

import psutil
import pytest
from django.db import connection, transaction
from django.urls import reverse

from yingtai.kernel import heartbeats
from yingtai.kernel.dispatcher import dispatch, prune
from yingtai.kernel.errors import NotAllowed
from yingtai.kernel.events import FACTS
from yingtai.kernel.jobs import JOBS, job
from yingtai.kernel.models import OutboxFact
from yingtai.kernel.scope import EVERYTHING
from yingtai.kernel.scoping import acting_transaction
from yingtai.kernel.testing import as_role
from yingtai.organization.testing import make_acting
from yingtai.web import checks
from yingtai.web.bodies import Gone
from yingtai.web.errors import EqualJobWaits, FactNotParked, JobNotFailed
from yingtai.web.operations import waiting
from yingtai.web.operations.code_words import FACT_NAMES, JOB_NAMES, fact_name, job_name, table_name
from yingtai.web.operations.mishaps import Mishap, mishaps, refused
from yingtai.web.operations.processes import processes
from yingtai.web.operations.retrying import let_go, tell_again, try_again
from yingtai.web.operations.waiting import Backlog
from yingtai.web.views import broken

LOG = """\
2026-11-30 09:15:01,120 WARNING django.request Not Found: /nowhere
2026-11-30 09:15:02,345 ERROR yingtai.web.views reference 0123456789ab
Traceback (most recent call last):
  File "/srv/app/yingtai/customers/views.py", line 41, in profile
    rows = list(found)
  File "/srv/app/.venv/lib/python3.11/site-packages/django/db/models/query.py", line 400, in __iter__
    self._fetch_all()
django.db.utils.DataError: invalid input syntax: "13800001111"
2026-11-30 09:15:03,000 ERROR granian something else
2026-11-30 09:16:00,000 ERROR yingtai.web.views reference ba9876543210
Traceback (most recent call last):
  File "/srv/app/yingtai/web/views.py", line 7, in home
    1 / 0
ZeroDivisionError: division by zero
2026-11-30 09:17:00,000 ERROR yingtai.lake.refusals refused lake.query-not-understood BinderException yingtai/x.py:7 ask
2026-11-30 09:18:00,000 ERROR yingtai.lake.refusals refused lake.query-not-understood BinderException yingtai/x.py:7 ask
"""

GONE = """\
2026-11-30 09:15:02,345 ERROR yingtai.web.views reference 0123456789ab
Traceback (most recent call last):
  File "/srv/app/yingtai/web/bodies.py", line 41, in _next_chunk
    raise Gone
yingtai.web.bodies.Gone

The above exception was the direct cause of the following exception:

Traceback (most recent call last):
  File "/srv/app/yingtai/web/bodies.py", line 99, in _take
    raise OSError("the body did not arrive") from problem
OSError: the body did not arrive
"""


@job("web.note_tried", queue="reports")
def note_tried(acting, *, what):
    """For the length of a test."""


@pytest.fixture
def failed(brand, acting):
    """Make a job that failed, and return its number."""

    def make(what, *, once_per=None):
        with transaction.atomic(), connection.cursor() as cursor:
            note_tried.enqueue(acting, once_per=once_per, what=what)
            cursor.execute("SELECT max(id) FROM procrastinate_jobs")
            (number,) = cursor.fetchone()
            for state in ("doing", "failed"):
                cursor.execute(
                    "UPDATE procrastinate_jobs SET status = %s::procrastinate_job_status WHERE id = %s",
                    [state, number],
                )
        return number

    yield make
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM procrastinate_jobs WHERE task_name = 'web.note_tried'")


@pytest.fixture
def operator(books):
    """An operator of the whole group, now."""
    acting = make_acting(0, roles=("operator",))
    return acting.at_time(datetime.now(UTC))


def deeds(acting, what="job"):
    """Return who tried what again, the latest first."""
    with acting_transaction(acting), connection.cursor() as cursor:
        cursor.execute(
            "SELECT by, about, (details->>%s)::int FROM organization_deed WHERE what = %s ORDER BY id DESC",
            [what, f"{what}.tried-again"],
        )
        return cursor.fetchall()


def state_of(number):
    with connection.cursor() as cursor:
        cursor.execute("SELECT status::text, attempts FROM procrastinate_jobs WHERE id = %s", [number])
        return cursor.fetchone()


def test_a_failed_job_tries_again_once_and_the_record_says_who(failed, operator):
    number = failed("again")
    assert operator.scope.contains(EVERYTHING)

    assert try_again(operator, number) == "web.note_tried"

    assert state_of(number) == ("todo", 1)
    assert deeds(operator)[0] == (operator.actor, "web.note_tried", number)
    with pytest.raises(JobNotFailed):
        try_again(operator, number)


def test_an_equal_job_that_waits_is_not_doubled_and_nothing_is_recorded(failed, operator, brand, acting):
    number = failed("twin", once_per=brand.code)
    with transaction.atomic():
        note_tried.enqueue(acting, once_per=brand.code, what="waits")

    with pytest.raises(EqualJobWaits):
        try_again(operator, number)

    assert state_of(number) == ("failed", 0)
    assert number not in [job for _, _, job in deeds(operator)]


def test_jobs_of_all_brands_are_for_operators_of_the_group(failed, brand, operator, sign_in):
    number = failed("private")
    of_one_brand = make_acting(brand.node_no, roles=("operator",))
    auditor = make_acting(0, roles=("auditor",))

    for acting in (of_one_brand, auditor):
        with pytest.raises(NotAllowed):
            try_again(acting, number)

    page = sign_in("operator").get("/operations/", headers={"accept-language": "en"}).content.decode()
    assert "Operators of the whole group see them." in page
    assert "web.note_tried" not in page
    assert sign_in("marketer").get("/operations/").status_code == 403
    assert state_of(number) == ("failed", 0)


@pytest.fixture
def parked(brand, acting):
    """Return the number of a fact that no module knows."""
    fact = OutboxFact.objects.create(
        name="gone.module_was_removed", node_no=brand.node_no, envelope={"acting": {}, "fact": {}},
        occurred_at=acting.at,
    )  # fmt: skip
    with as_role("dispatcher"):
        dispatch(datetime.now(UTC))
    yield fact.id
    with as_role("dispatcher"):
        OutboxFact.objects.filter(id=fact.id).delete()


def test_a_parked_fact_is_shown_with_its_reason_and_told_again_on_record(parked, operator, sign_in):
    browser = sign_in("operator", "group")
    page = browser.get("/operations/", headers={"accept-language": "en"}).content.decode()
    assert "Internal messages that were not delivered" in page
    assert "No part of this release knows a message of this name" in page
    browser.cookies["django_language"] = "zh-hans"
    assert "当前版本中没有模块认识这种消息" in browser.get("/operations/").content.decode()

    answer = browser.post(f"/operations/facts/{parked}/retry")

    assert (answer.status_code, answer["Location"]) == (302, "/operations/")
    assert deeds(operator, "fact")[0][1:] == ("gone.module_was_removed", parked)
    with pytest.raises(FactNotParked):
        tell_again(operator, parked)


def untold():
    with checks.connection() as asked:
        return {one.id for one in waiting.untold_facts(asked, datetime.now(UTC))}


def test_parked_facts_that_nobody_will_understand_are_let_go_with_a_reason(parked, brand, operator, sign_in):
    twin = OutboxFact.objects.create(
        name="gone.module_was_removed", node_no=brand.node_no, envelope={}, occurred_at=operator.at
    )
    with as_role("dispatcher"):
        OutboxFact.objects.filter(id=twin.id).update(parked_at=operator.at, trouble="something else")
    browser = sign_in("operator", "group")
    address = f"/operations/facts/let-go?chosen={parked}"

    page = browser.get(address, headers={"accept-language": "en"}).content.decode()
    assert "1 message will not be delivered to anybody any more." in page
    assert browser.post(address, {"reason": ""}).status_code == 422
    assert browser.post(address, {"reason": "asked by 13800001111"}).status_code == 422
    assert {parked, twin.id} <= untold()

    answer = browser.post(address, {"reason": "the module was taken out"})

    assert (answer.status_code, answer["Location"]) == (302, "/operations/")
    assert untold() & {parked, twin.id} == {twin.id}
    with acting_transaction(operator), connection.cursor() as cursor:
        cursor.execute(
            "SELECT about, details FROM organization_deed WHERE what = 'fact.let-go' ORDER BY id DESC"
        )
        name, details = cursor.fetchone()
    assert (name, json.loads(details)) == (
        "gone.module_was_removed", {"count": 1, "facts": [parked], "reason": "the module was taken out"},
    )  # fmt: skip
    assert browser.get(address).status_code == 404
    with pytest.raises(FactNotParked):
        tell_again(operator, parked)
    with as_role("dispatcher"):
        prune(datetime.now(UTC) + timedelta(days=4))
        assert set(OutboxFact.objects.filter(id__in=[parked, twin.id]).values_list("id", flat=True)) == {
            twin.id
        }
        OutboxFact.objects.filter(id=twin.id).delete()


def test_all_that_are_like_a_parked_fact_are_let_go_in_one_deed(parked, brand, operator):
    others = [
        OutboxFact(
            name="gone.module_was_removed", node_no=brand.node_no, envelope={}, occurred_at=operator.at
        )
        for _ in range(60)
    ]
    OutboxFact.objects.bulk_create(others)
    with as_role("dispatcher"):
        dispatch(datetime.now(UTC))

    assert let_go(operator, [parked], alike=True, reason="gone") == 61

    assert untold() & {parked, *(one.id for one in others)} == set()
    with as_role("dispatcher"):
        OutboxFact.objects.filter(id__in=[one.id for one in others]).delete()


def test_facts_of_all_brands_are_for_operators_of_the_group(parked, brand):
    for acting in (make_acting(brand.node_no, roles=("operator",)), make_acting(0, roles=("auditor",))):
        with pytest.raises(NotAllowed):
            tell_again(acting, parked)
        with pytest.raises(NotAllowed):
            let_go(acting, [parked], alike=False, reason="not mine")


def test_a_tick_of_the_schedule_that_failed_is_over_once_the_next_came(books):
    tick = """
        INSERT INTO procrastinate_jobs (queue_name, task_name, status) VALUES ('default', %s, 'failed') RETURNING id
    """
    with connection.cursor() as cursor:
        numbers = []
        for name in ("schedule.web.one", "schedule.web.one", "schedule.web.two"):
            cursor.execute(tick, [name])
            numbers.append(cursor.fetchone()[0])

    with checks.connection() as asked:
        found = {one.id for one in waiting.failed_jobs(asked)}
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM procrastinate_jobs WHERE id = ANY(%s)", [numbers])

    assert found & set(numbers) == set(numbers[1:])


def test_what_waits_is_counted_only_so_far_and_with_its_age(failed, brand, acting):
    at = datetime.now(UTC) + timedelta(minutes=5)
    with checks.connection() as books:
        before = {queue.name: queue.backlog.count for queue in waiting.queues(books, at)}
    with transaction.atomic():
        note_tried.enqueue(acting, what="waits")
        note_tried.enqueue(acting, what="later", at=at + timedelta(hours=1))

    with checks.connection() as books:
        after = {queue.name: queue.backlog for queue in waiting.queues(books, at)}

    assert after["reports"].count == before["reports"] + 1
    assert after["reports"].age >= timedelta(minutes=4)
    many = Backlog(1_001, timedelta(seconds=3))
    assert (many.is_more, many.shown) == (True, 1_000)


def test_the_page_tells_what_runs_and_what_failed_in_both_languages(failed, sign_in, monkeypatch):
    number = failed("shown")
    board = heartbeats.Board(["collector", "ingest"])
    board.note_start("ingest", 1)
    board.beat("ingest")
    monkeypatch.setattr(heartbeats, "board", lambda: board)
    assert [(one.name, one.state) for one in processes()] == [("collector", "ended"), ("ingest", "works")]
    monkeypatch.setattr("yingtai.web.checks._asker", checks.Asker())
    browser = sign_in("operator", "group")

    english = browser.get("/operations/", headers={"accept-language": "en"}).content.decode()
    browser.cookies["django_language"] = "zh-hans"
    chinese = browser.get("/operations/").content.decode()
    growth = browser.get("/operations/growth").content.decode()

    assert "web.note_tried" in english
    assert reverse("operations:job_retry", args=[number]) in english
    assert "Stopped, will restart" in english
    assert "logs/worker-reports.log" in english
    assert "已停止，即将重启" in chinese
    assert "业务库中最大的表" in growth


def test_an_error_is_found_by_its_reference_without_what_it_said(tmp_path):
    (tmp_path / "web.log").write_text(LOG)

    found = mishaps(tmp_path)

    assert [(one.reference, one.kind, one.place) for one in found] == [
        ("ba9876543210", "ZeroDivisionError", "yingtai/web/views.py:7 home"),
        ("0123456789ab", "django.db.utils.DataError", "yingtai/customers/views.py:41 profile"),
    ]
    assert isinstance(found[0], Mishap)
    assert found[0].at.tzinfo is not None
    assert mishaps(tmp_path / "none") == []


def test_refused_questions_are_counted_by_code_and_place(tmp_path, monkeypatch, sign_in):
    (tmp_path / "logs").mkdir()
    (tmp_path / "logs" / "web.log").write_text(LOG)
    (tmp_path / "logs" / "worker-reports.log").write_text(LOG)

    [one] = refused(tmp_path / "logs")
    monkeypatch.setattr("yingtai.web.operations.views.refused", lambda: [one])
    page = sign_in("operator", "group").get("/operations/").content.decode()

    assert (one.code, one.kind, one.count) == ("lake.query-not-understood", "BinderException", 4)
    assert one.place == "yingtai/x.py:7 ask"
    assert "/help/errors/lake.query-not-understood" in page


def test_every_job_and_every_internal_message_has_words():
    its_own = {name for name in JOBS if JOBS[name].body.__module__.partition(".tests.")[1]}
    assert {name for name in JOBS if not name.startswith("web.note")} - its_own <= JOB_NAMES.keys()
    assert {name for name, kind in FACTS.items() if ".tests." not in kind.__module__} <= FACT_NAMES.keys()
    assert job_name("schedule.customers.tidy_lake") == "Schedule: Remove files of the lake that nobody needs"
    assert (job_name("gone.job"), fact_name("gone.fact"), table_name("gone")) == (
        "gone.job",
        "gone.fact",
        "gone",
    )


def test_a_job_that_runs_says_for_how_long_and_a_long_one_is_marked(failed, sign_in):
    number = failed("hangs")
    with connection.cursor() as cursor:
        cursor.execute("UPDATE procrastinate_jobs SET status = 'doing' WHERE id = %s", [number])
        cursor.execute("DELETE FROM procrastinate_events WHERE job_id = %s AND type = 'started'", [number])
        cursor.execute(
            "INSERT INTO procrastinate_events (job_id, type, at) VALUES (%s, 'started', now() - interval '12 minutes')",
            [number],
        )

    with checks.connection() as asked:
        [queue] = [one for one in waiting.queues(asked, datetime.now(UTC)) if one.name == "reports"]
    page = (
        sign_in("operator", "group").get("/operations/", headers={"accept-language": "en"}).content.decode()
    )

    [job] = [one for one in queue.running if one.name == "web.note_tried"]
    assert 715 < job.seconds < 740
    assert job.is_long
    assert "for 12 min" in page
    assert "Runs long" in page


def test_a_process_that_made_room_is_told_apart_from_one_that_failed(sign_in, monkeypatch):
    board = heartbeats.Board(["worker-reports", "web"])
    for _ in range(2):
        board.note_start("worker-reports", 0)
        board.note_end("worker-reports", made_room=True)
    monkeypatch.setattr(heartbeats, "board", lambda: board)

    [reports, _web] = processes()
    page = (
        sign_in("operator", "group").get("/operations/", headers={"accept-language": "en"}).content.decode()
    )

    assert (reports.ends, reports.renewals, reports.memory_bytes) == (0, 2, None)
    assert "renewed 2 times" in page


def test_memory_is_told_when_its_parts_are_not(monkeypatch):
    def refuse(process):
        raise psutil.AccessDenied

    monkeypatch.setattr(psutil.Process, "memory_full_info", refuse)
    board = heartbeats.Board(["web"])
    board.note_start("web", os.getpid())
    monkeypatch.setattr(heartbeats, "board", lambda: board)

    assert processes()[0].memory_bytes > 10_000_000


def test_whoever_hung_up_is_no_error_of_the_product(tmp_path, caplog, rf):
    (tmp_path / "web.log").write_text(GONE)

    try:
        try:
            raise Gone
        except Gone as gone:
            raise OSError("the body did not arrive") from gone
    except OSError:
        answer = broken(rf.post("/api/v1/profiles/search"))

    assert mishaps(tmp_path) == []
    assert answer.status_code == 400
    assert json.loads(answer.content)["code"] == "web.body-did-not-arrive"
    assert "reference" not in caplog.text
