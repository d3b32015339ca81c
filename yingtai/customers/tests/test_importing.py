"""Files through the whole way: read, loaded, reported; twice changes nothing."""

import json
from datetime import timedelta
from secrets import token_hex

import pytest
from django.db import connection

from yingtai.collect.api import (
    FileExpired,
    ImportNotFound,
    Origin,
    declare_preset,
    get_import,
    list_seen,
    open_import,
    read_errors,
    read_mapping,
    remove_expired,
)
from yingtai.collect.testing import ask_again, ask_for_import_of, map_file, try_out
from yingtai.compliance.api import consents_of, install_standard_purposes, record_consent
from yingtai.customers.api import EventSet, find_profiles, load_sets
from yingtai.customers.errors import LoadIsRunning
from yingtai.customers.importing import load_import, main, run_import
from yingtai.customers.loading import finish_loads
from yingtai.customers.models import RecentTimeline
from yingtai.customers.renaming import renamed_products
from yingtai.customers.testing import drain
from yingtai.customers.timelines import timeline
from yingtai.customers.viewing import entries
from yingtai.kernel.env import env
from yingtai.kernel.scoping import acting_transaction
from yingtai.kernel.tasks import ask_to_stop, find_task
from yingtai.kernel.testing import settle
from yingtai.lake import api as lake

ORDERS = """
shape = "order-lines"
source = "Shop"
time_zone = "Europe/London"
currency = "GBP"
[order]
id = "no"
occurred_at = "at"
[refunds]
prefix = "C"
[line]
product_id = "code"
product_name = "name"
quantity = "qty"
unit_price = "price"
[person]
user_id = { column = "who", clean = "whole-number" }
[properties]
country = "country"
"""
FILE = """no,at,code,name,qty,price,who,country
1001,2025-07-01 10:00:00,A1,Mug,2,2.55,17850.0,France
1001,2025-07-01 10:01:00,A1,Mug,2,2.55,17850.0,France
1001,2025-07-01 10:00:00,B2,Cup,1,0.005,17850.0,France
C1002,2025-07-02 10:00:00,A1,Mug,-1,2.55,17850.0,France
1003,2025-07-03 10:00:00,A1,Mug,1,2.55,,France
1004,when?,A1,Mug,1,2.55,13047.0,France
1005,2025-07-03 10:00:00,A1,Mug,some,2.55,13047.0,France
"""


def run(acting, brand, text=FILE, mapping=ORDERS, load_id="first", node_no=None):
    opened = open_import(
        acting, Origin.of_bytes(text.encode()), read_mapping(mapping), node_no=node_no or brand.node_no
    )
    load_import(acting, opened, load_id=load_id)
    return opened.report


def test_lines_become_orders_refunds_and_people(acting, brand, lake_of):
    declare_preset(acting, brand.node_no, "commerce")

    report = run(acting, brand)

    assert (report.rows, report.orders, report.refunds, report.lines) == (7, 2, 1, 5)
    assert (report.profiles_new, report.profiles_touched, report.repeats) == (1, 1, 0)
    assert dict(report.rejected) == {"collect.time-not-readable": 1, "collect.number-not-readable": 1}
    orders = lake_of(
        "SELECT event, order_id, amount_minor, quantity, properties, alias_no FROM events ORDER BY order_id"
    )
    assert [(row["event"], row["order_id"], row["amount_minor"], row["quantity"]) for row in orders] == [
        ("Order Completed", "1001", 1021, 5.0),
        ("Order Completed", "1003", 255, 1.0),
        ("Order Refunded", "C1002", -255, -1.0),
    ]
    assert json.loads(orders[0]["properties"]) == {"country": "France"}
    assert orders[1]["alias_no"] is None


def test_the_same_file_again_changes_nothing(acting, brand, lake_of):
    run(acting, brand)

    again = run(acting, brand, load_id="second")

    assert (again.repeats, again.profiles_new) == (3, 0)
    assert lake_of("SELECT count(*) AS n FROM events")[0]["n"] == 3
    assert lake_of("SELECT count(*) AS n FROM order_lines")[0]["n"] == 5


def test_the_person_is_found_by_the_number_without_its_point(acting, brand, neighbour_acting):
    run(acting, brand)

    assert len(find_profiles(acting, "17850")) == 1
    assert find_profiles(neighbour_acting, "17850") == []


def test_products_get_their_usual_name_and_latest_price(acting, brand, lake_of):
    run(acting, brand)

    rows = lake_of("SELECT product_id, name, price_minor FROM products ORDER BY product_id")
    assert rows == [
        {"product_id": "A1", "name": "Mug", "price_minor": 255},
        {"product_id": "B2", "name": "Cup", "price_minor": 1},
    ]


def test_a_dry_run_says_which_products_would_get_another_name(acting, brand, neighbour_acting):
    run(acting, brand)
    tried = map_file(acting, brand.node_no, FILE.replace("Mug", "Beaker"), ORDERS)

    try_out(acting, tried)

    report = get_import(acting, tried).report
    assert (report["renamed"], report["first_renamed"]) == (1, ["Mug"])
    assert renamed_products(acting, brand.node_no, {"A1": "Mug", "B2": None, "new": "Bowl"}) == []
    assert renamed_products(neighbour_acting, brand.node_no, {"A1": "Beaker"}) == []


@pytest.fixture
def lake_of(acting, brand):
    def query(sql):
        return lake.scoped(acting.scope).query(sql).to_pylist()

    return query


HEADS = ("Line", "Column", "Code", "Reason", "Value")
PEOPLE = """
shape = "profiles"
source = "Book"
time_zone = "Asia/Shanghai"
[person]
email = "email"
phone = "phone"
[traits]
name = "name"
shoe_size = "size"
[properties]
remark = "remark"
[place]
code = "dealer"
[[consent]]
purpose = "marketing.email"
column = "ok"
"""


def test_people_come_with_traits_places_and_consent(acting, brand):
    install_standard_purposes(acting, node_no=brand.node_no)
    text = (
        "email,phone,name,size,remark,dealer,ok\n"
        f"anna@example.com,,Anna,39,,{brand.dealer_code.upper()},yes\n"
        "ben@example.com,,Ben,44,,,no\n"
        "cid@example.com,,Cid,44,,nowhere,yes\n"
    )

    report = run(acting, brand, text, PEOPLE)
    again = run(acting, brand, text, PEOPLE, load_id="again")

    assert (report.people, report.profiles_new, report.consents) == (2, 2, 2)
    assert dict(report.rejected) == {"collect.place-not-known": 1}
    assert (again.repeats, again.consents) == (2, 0)
    (anna,), (ben,) = find_profiles(acting, "anna@example.com"), find_profiles(acting, "ben@example.com")
    assert (anna.node_no, ben.node_no) == (brand.dealer_no, brand.node_no)
    assert [view.status for view in consents_of(acting, anna.profile_no)] == ["granted"]
    assert [view.status for view in consents_of(acting, ben.profile_no)] == ["denied"]
    # A file tells of them; nobody did anything.
    with acting_transaction(acting):
        seen = dict(RecentTimeline.objects.values_list("profile_no", "latest_seen_at"))
    assert (seen[anna.profile_no], seen[ben.profile_no]) == (None, None)


def test_a_timeline_says_that_a_file_told_of_somebody(acting, brand):
    install_standard_purposes(acting, node_no=brand.node_no)
    run(acting, brand, "email,phone,name,size,remark,dealer,ok\nanna@example.com,,,,,,yes\n", PEOPLE)
    settle()
    drain(acting.at)

    [anna] = find_profiles(acting, "anna@example.com")
    shown = entries(acting, anna.profile_no, timeline(acting, anna.profile_no).rows)

    assert sorted(one.title for one in shown) == ["A file told their answer", "Came in with a file"]


def test_what_the_product_names_itself_waits_for_nobody_to_declare_it(acting, brand):
    install_standard_purposes(acting, node_no=brand.node_no)
    run(acting, brand, "email,phone,name,size,remark,dealer,ok\nanna@example.com,,,,hello,,\n", PEOPLE)

    waiting = [(row.subject, row.name) for row in list_seen(acting, brand.node_no) if row.declared is None]
    assert waiting == [("property", "remark")]


def test_a_yes_takes_an_address_of_its_channel_and_a_no_takes_none(acting, brand):
    install_standard_purposes(acting, node_no=brand.node_no)
    crowd = "".join(f"office@example.com,+4922190871{place},,,,,yes\n" for place in range(230, 236))
    text = (
        f"email,phone,name,size,remark,dealer,ok\n{crowd}"
        "not an address,+4922190871301,,,,,yes\n"
        "not an address,+4922190871302,,,,,no\n"
        "anna@example.com,+4922190871303,,,,,yes\n"
    )

    report = run(acting, brand, text, PEOPLE)

    def said(value):
        [person] = find_profiles(acting, value)
        return [view.status for view in consents_of(acting, person.profile_no)]

    assert (report.answers, report.consents) == (9, 2)
    assert report.noted["collect.answer-without-address"] == 7
    assert [said(f"+49221908713{place}") for place in ("01", "02", "03")] == [[], ["denied"], ["granted"]]
    assert said("+4922190871230") == []


def test_a_no_is_kept_of_whoever_shares_an_address_with_a_crowd(acting, brand):
    install_standard_purposes(acting, node_no=brand.node_no)
    lines = "".join(f"office@example.com,+4922190871{place},,,,,no\n" for place in range(230, 236))

    report = run(acting, brand, f"email,phone,name,size,remark,dealer,ok\n{lines}", PEOPLE)

    assert (report.answers, report.consents) == (6, 6)


def test_nobody_was_seen_by_an_answer_that_a_file_brought(acting, brand, lake_of):
    install_standard_purposes(acting, node_no=brand.node_no)
    dated = PEOPLE + 'at = "when"\n'
    text = (
        "email,phone,name,size,remark,dealer,ok,when\n"
        "anna@example.com,,,,,,yes,2025-05-01 10:00\n"
        "ben@example.com,,,,,,yes,\n"
        "cid@example.com,,,,,,no,someday\n"
        "dora@example.com,,,,,,no,2099-01-01 10:00\n"
    )

    run(acting, brand, text, dated)
    settle()
    drain(acting.at)

    answers = lake_of("SELECT device_class FROM events WHERE event = 'Consent Updated'")
    assert [row["device_class"] for row in answers] == ["bot"] * 4
    with acting_transaction(acting):
        assert list(RecentTimeline.objects.values_list("latest_seen_at", flat=True)) == [None] * 4


def test_what_files_say_last_counts_also_in_the_same_words(acting, brand):
    install_standard_purposes(acting, node_no=brand.node_no)
    heads = "email,phone,name,size,remark,dealer,ok\n"
    said = []

    for hour, word in enumerate(("no", "yes", "no", "yes")):
        later = acting.at_time(acting.at + timedelta(hours=hour))
        run(later, brand, f"{heads}anna@example.com,,,,,,{word}\n", PEOPLE, load_id=f"file {hour}")
        [anna] = find_profiles(acting, "anna@example.com")
        said += [view.status for view in consents_of(acting, anna.profile_no)]

    assert said == ["denied", "granted", "denied", "granted"]


@pytest.mark.parametrize("when", ["2026-03-03 10:00", "0001-01-01", "soon"])
def test_a_yes_of_no_time_or_a_coming_one_undoes_no_no(acting, brand, when):
    install_standard_purposes(acting, node_no=brand.node_no)
    mapping = PEOPLE.replace('column = "ok"', 'column = "ok"\nat = { column = "said" }')
    heads = "email,phone,name,size,remark,dealer,ok,said\n"
    run(acting, brand, f"{heads}anna@example.com,,,,,,no,2026-02-01 09:00\n", mapping)

    report = run(acting, brand, f"{heads}anna@example.com,,,,,,yes,{when}\n", mapping, load_id="later")

    [anna] = find_profiles(acting, "anna@example.com")
    assert [view.status for view in consents_of(acting, anna.profile_no)] == ["denied"]
    assert (report.people, report.consents, dict(report.noted)) == (1, 0, {"collect.consent-time-unsure": 1})


def test_a_yes_without_a_time_leaves_a_withdrawal_and_is_counted(acting, brand):
    install_standard_purposes(acting, node_no=brand.node_no)
    heads = "email,phone,name,size,remark,dealer,ok\n"
    run(acting, brand, f"{heads}anna@example.com,,,,,,yes\n", PEOPLE)
    [anna] = find_profiles(acting, "anna@example.com")
    later = acting.at_time(acting.at + timedelta(hours=1))
    record_consent(
        later, profile_no=anna.profile_no, node_no=anna.node_no, purpose="marketing.email", channel="email",
        status="withdrawn", source="unsubscribe",
    )  # fmt: skip

    report = run(
        acting.at_time(acting.at + timedelta(hours=2)), brand, f"{heads}anna@example.com,,Anna,,,,yes\n", PEOPLE,
        load_id="new line",
    )  # fmt: skip

    assert [view.status for view in consents_of(acting, anna.profile_no)] == ["withdrawn"]
    assert (report.consents, dict(report.noted)) == (0, {"compliance.withdrawal-stands": 1})


def content_of(path):
    # A living database removes files of its own while we look; what is gone holds nothing.
    try:
        return path.read_bytes() if path.is_file() else b""
    except FileNotFoundError:
        return b""


def test_no_cell_of_a_file_lies_anywhere_in_the_clear(acting, brand, home, caplog):
    install_standard_purposes(acting, node_no=brand.node_no)
    # Without digits, of which some make a telephone number.
    mark = token_hex(8).translate(str.maketrans("0123456789", "ghijklmnop"))
    secrets = {name: f"canary{name}{mark}" for name in ("mail", "name", "size", "remark", "bad", "place")}
    text = (
        "email,phone,name,size,remark,dealer,ok\n"
        f"{secrets['mail']}@example.com,13800008000,{secrets['name']},{secrets['size']},{secrets['remark']},,\n"
        f"{secrets['bad']},{secrets['bad']},,,,,\n"
        f"x@example.com,,,,,{secrets['place']},\n"
    )

    report = run(acting, brand, text, PEOPLE)

    assert report.people == 1
    with connection.cursor() as cursor:
        # Test clusters write their log when it suits them; this makes them write it now.
        cursor.execute("SELECT pg_logical_emit_message(false, 'test', 'all that came before', true)")
    everything = [content for path in home.rglob("*") if (content := content_of(path))]
    assert len(everything) > 100
    assert any(brand.dealer_code.encode() in content for content in everything)  # what is not secret is found
    for secret in secrets.values():
        assert not any(secret.encode() in content for content in everything), secret
        assert secret not in caplog.text
        assert secret not in json.dumps(report.document())


def ask(acting, brand):
    return ask_for_import_of(acting, brand.node_no, FILE, ORDERS)


def test_an_asked_import_is_told_run_and_reported(acting, brand, lake_of):
    import_id, task_id = ask(acting, brand)

    run_import(acting, import_id)
    run_import(acting, import_id)

    found, task = get_import(acting, import_id), find_task(acting, task_id)
    assert (found.state, found.report["orders"], found.rejected_count) == ("done", 2, 2)
    assert (task.state, task.result["profiles_new"]) == ("done", 1)
    listed = b"".join(read_errors(acting, import_id, HEADS, lambda code: "words")).decode("utf-8-sig")
    assert listed.splitlines()[1:] == [
        "7,at,collect.time-not-readable,words,w***",
        "8,qty,collect.number-not-readable,words,s***",
    ]
    assert lake_of("SELECT count(*) AS n FROM events")[0]["n"] == 3


def test_a_stopped_import_goes_on_when_it_is_asked_for_again(acting, brand, lake_of):
    import_id, task_id = ask(acting, brand)
    ask_to_stop(acting, task_id)

    run_import(acting, import_id)
    assert (get_import(acting, import_id).state, find_task(acting, task_id).state) == ("failed", "stopped")
    assert lake_of("SELECT count(*) AS n FROM events")[0]["n"] == 0

    ask_again(acting, import_id)
    run_import(acting, import_id)
    assert get_import(acting, import_id).state == "done"
    assert lake_of("SELECT count(*) AS n FROM events")[0]["n"] == 3


def test_the_neighbour_finds_neither_import_nor_file(acting, brand, neighbour_acting):
    import_id, _task_id = ask(acting, brand)

    with pytest.raises(ImportNotFound):
        get_import(neighbour_acting, import_id)
    with pytest.raises(ImportNotFound):
        run_import(neighbour_acting, import_id)
    with pytest.raises(ImportNotFound):
        next(read_errors(neighbour_acting, import_id, HEADS, str.upper))


def test_an_expired_upload_is_gone_key_first(acting, brand):
    import_id, task_id = ask(acting, brand)
    upload_id = get_import(acting, import_id).upload_id
    later = acting.at_time(acting.at + timedelta(days=4))

    remove_expired(later)
    run_import(later, import_id)

    task = find_task(acting, task_id)
    assert (task.state, task.problem["code"]) == ("failed", FileExpired.code)
    assert not list((env().home / "uploads").glob(f"{upload_id}*"))


def test_the_command_prints_a_report_for_machines(acting, brand, tmp_path, capsys):
    (tmp_path / "orders.csv").write_text(FILE)
    (tmp_path / "map.toml").write_text(ORDERS)
    words = [str(tmp_path / "orders.csv"), "--brand", brand.code, "--map", str(tmp_path / "map.toml")]

    assert main([*words, "--dry-run"]) == 0
    assert "line 7: at: A date or time cannot be read (w***)" in capsys.readouterr().out
    assert main([*words, "--json", "--errors", str(tmp_path / "errors.csv")]) == 0

    report = json.loads(capsys.readouterr().out)
    assert (report["rows"], report["orders"], report["refunds"], report["lines"]) == (7, 2, 1, 5)
    assert report["rejected"] == {"collect.time-not-readable": 1, "collect.number-not-readable": 1}
    assert len((tmp_path / "errors.csv").read_text().splitlines()) == 3


class KilledHere(BaseException):
    """What a kill looks like to a test: nothing after this line runs."""


@pytest.mark.parametrize("after", [1, 2, 3])
def test_whoever_runs_a_killed_import_again_owes_nobody_a_timeline(
    acting, brand, lake_of, monkeypatch, after
):
    lines = FILE.splitlines()
    people = [f"20{n:02},2025-07-0{1 + n % 9} 10:00:00,A1,Mug,1,2.55,{n + 1}.0,France" for n in range(30)]
    text = "\n".join([lines[0], *people]) + "\n"
    opened = open_import(acting, Origin.of_bytes(text.encode()), read_mapping(ORDERS), node_no=brand.node_no)

    def dying():
        [raw] = opened.sets(lambda done: None)
        whole = EventSet.of(raw.events, raw.lines)
        for start in (0, 10, 20):
            yield EventSet.of(whole.events.slice(start, 10))
        raise KilledHere

    with pytest.raises(KilledHere):
        load_sets(acting, source_no=opened.setting.source_no, load_id="killed", sets=dying(), check_rows=True)
    assert timelines(acting) == 0

    report = run(acting, brand, text, load_id="second")

    assert report.repeats == 30
    assert timelines(acting) == 30
    assert finish_loads(acting) == 0
    run(acting, brand, text, load_id="third")
    assert timelines(acting) == 30


def test_a_worker_finishes_what_nobody_runs_again_but_no_load_that_runs(acting, brand, lake_of):
    opened = open_import(acting, Origin.of_bytes(FILE.encode()), read_mapping(ORDERS), node_no=brand.node_no)
    source_no, finished = opened.setting.source_no, []

    def dying():
        [raw] = opened.sets(lambda done: None)
        yield EventSet.of(raw.events, raw.lines)
        finished.append(finish_loads(acting, source_no=source_no))
        raise KilledHere

    with pytest.raises(KilledHere):
        load_sets(acting, source_no=source_no, load_id="killed", sets=dying(), check_rows=True)
    assert finished == [0]
    assert timelines(acting) == 0

    assert finish_loads(acting, source_no=source_no) == 1
    assert timelines(acting) == 1


def test_a_load_runs_once_at_a_time(acting, brand, lake_of):
    opened = open_import(acting, Origin.of_bytes(FILE.encode()), read_mapping(ORDERS), node_no=brand.node_no)
    source_no = opened.setting.source_no

    def meeting():
        with pytest.raises(LoadIsRunning):
            load_sets(acting, source_no=source_no, load_id="one", sets=[])
        yield from ()

    load_sets(acting, source_no=source_no, load_id="one", sets=meeting())


def timelines(acting):
    with acting_transaction(acting):
        return RecentTimeline.objects.count()
