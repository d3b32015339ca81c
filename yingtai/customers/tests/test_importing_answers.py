"""Answers about consent come with their lines: an import may be killed anywhere, and each is there once."""

from uuid import uuid4

import pytest

from yingtai.collect.api import Origin, list_seen, open_import, read_mapping
from yingtai.compliance.api import consent_history, consents_of, install_standard_purposes
from yingtai.customers.api import find_profiles
from yingtai.customers.importing import load_import
from yingtai.customers.ingest import pipeline
from yingtai.customers.loading import finish_loads
from yingtai.customers.tests.test_importing import PEOPLE, KilledHere, timelines

MAPPING = f'{PEOPLE}at = "when"\n'
WORDS = ("no", "yes", "no", "no")
TEXT = "email,phone,name,size,remark,dealer,ok,when\n" + "".join(
    f"p{place}@example.com,,,,hello,,{word},2025-05-01 10:00\n" for place, word in enumerate(WORDS)
)
ANSWERS = [["denied"], ["granted"], ["denied"], ["denied"]]


@pytest.fixture
def run(acting, brand, monkeypatch):
    """Import a file of people in two sets of two."""
    install_standard_purposes(acting, node_no=brand.node_no)
    monkeypatch.setattr("yingtai.collect.importing.table.BATCH_ROWS", 2)

    def run_it(load_id, text=TEXT):
        mapping = read_mapping(MAPPING)
        opened = open_import(acting, Origin.of_bytes(text.encode()), mapping, node_no=brand.node_no)
        load_import(acting, opened, load_id=load_id)
        return opened.report

    return run_it


def answers(acting):
    """Return all that the log holds of each person of the file."""
    people = [find_profiles(acting, f"p{place}@example.com")[0] for place in range(len(WORDS))]
    return [[one.status for one in consent_history(acting, person.profile_no)] for person in people]


def killed_at(monkeypatch, name, times):
    """Have the process die when it comes to a step for the so-manieth time."""
    step, came = getattr(pipeline.lake, name), []

    def die(*given, **more):
        came.append(name)
        if len(came) == times:
            raise KilledHere
        return step(*given, **more)

    monkeypatch.setattr(f"yingtai.customers.ingest.pipeline.lake.{name}", die)


@pytest.mark.parametrize("load_id", ["killed", "another"])
@pytest.mark.parametrize(("step", "times"), [("publish", 1), ("stage", 2), ("publish", 2)])
def test_a_killed_import_loses_no_answer_and_doubles_none(
    acting, brand, run, monkeypatch, step, times, load_id
):
    with monkeypatch.context() as patch, pytest.raises(KilledHere):
        killed_at(patch, step, times)
        run("killed")
    finish_loads(acting)

    run(load_id)
    report = run("once more")

    assert (answers(acting), timelines(acting)) == (ANSWERS, 4)
    assert (report.repeats, report.answers, report.consents) == (4, 4, 0)
    assert ("remark", 4) in [(one.name, one.count) for one in list_seen(acting, brand.node_no)]


@pytest.mark.parametrize(("step", "times"), [("publish", 1), ("stage", 2), ("publish", 2)])
def test_an_import_that_goes_on_reports_what_the_killed_run_did(run, monkeypatch, step, times):
    with monkeypatch.context() as patch, pytest.raises(KilledHere):
        killed_at(patch, step, times)
        run("killed")

    report = run("killed")

    assert (report.answers, report.consents, report.profiles_new, report.repeats) == (4, 4, 4, 0)
    assert dict(report.noted) == {}


def test_an_import_that_goes_on_reports_what_the_killed_run_left_out(run, monkeypatch):
    run("before", "".join(TEXT.splitlines(keepends=True)[:3]))
    with monkeypatch.context() as patch, pytest.raises(KilledHere):
        killed_at(patch, "stage", 1)
        run("killed")

    report = run("killed")

    assert (report.consents, report.repeats, dict(report.noted)) == (2, 2, {"collect.answer-said-before": 2})


def test_an_import_killed_before_its_timelines_owes_no_answer(acting, run, monkeypatch):
    def die(*_given):
        raise KilledHere

    with monkeypatch.context() as patch, pytest.raises(KilledHere):
        patch.setattr("yingtai.customers.loading._write_timelines", die)
        run("killed")

    assert answers(acting) == ANSWERS


def test_the_same_file_may_answer_for_one_purpose_after_another(acting, brand):
    install_standard_purposes(acting, node_no=brand.node_no)
    text = "email,phone,name,size,remark,dealer,ok,when\n" + "".join(
        f"p{place}@example.com,+492219087131{place},,,,,{word},2025-05-01 10:00\n"
        for place, word in enumerate(WORDS)
    )
    by_text = MAPPING.replace('"marketing.email"', '"marketing.sms"\nchannel = "sms"')
    reports = [imported(acting, brand, text, mapping) for mapping in (MAPPING, by_text, by_text, MAPPING)]

    assert [(one.repeats, one.consents, dict(one.noted)) for one in reports] == [
        (0, 4, {}),
        (4, 4, {}),
        (4, 0, {"collect.answer-said-before": 4}),
        (4, 0, {"collect.answer-said-before": 4}),
    ]
    [anna] = find_profiles(acting, "p1@example.com")
    held = sorted((one.channel, one.status) for one in consents_of(acting, anna.profile_no))
    assert held == [("email", "granted"), ("sms", "granted")]


def test_an_answer_without_a_time_that_says_nothing_new_is_told_as_that(acting, brand):
    install_standard_purposes(acting, node_no=brand.node_no)
    reports = [imported(acting, brand, TEXT, PEOPLE) for _time in range(2)]

    assert [(one.consents, dict(one.noted)) for one in reports] == [
        (4, {}),
        (0, {"collect.answer-said-before": 4}),
    ]


def imported(acting, brand, text, mapping):
    opened = open_import(acting, Origin.of_bytes(text.encode()), read_mapping(mapping), node_no=brand.node_no)
    load_import(acting, opened, load_id=str(uuid4()))
    return opened.report
