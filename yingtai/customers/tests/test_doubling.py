"""The same file under another name would double every line: it is refused, also while another import runs or died."""

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from secrets import token_hex
from threading import Barrier

import pytest
from django.db import connection

from yingtai.collect.api import (
    FileCameBefore,
    end_killed_commands,
    get_import,
    list_imports,
    note_import,
    read_mapping,
)
from yingtai.collect.testing import ask_again, ask_for_import_of, map_import
from yingtai.customers.errors import LoadIsRunning
from yingtai.customers.importing import main, run_import
from yingtai.customers.models import LoadedSet
from yingtai.customers.tests.test_importing import FILE, ORDERS, KilledHere, ask, timelines
from yingtai.lake import api as lake
from yingtai.organization.testing import deeds_of


def test_the_command_refuses_a_file_that_came_under_another_name_until_told_again(
    acting, brand, tmp_path, capsys
):
    path, first, second = tmp_path / "a.csv", tmp_path / "first.toml", tmp_path / "second.toml"
    path.write_text(FILE)
    first.write_text(ORDERS)
    second.write_text(ORDERS.replace('source = "', 'source = "Other '))
    asked = [str(path), "--brand", brand.code, "--json", "--map"]

    assert main([*asked, str(first)]) == 0
    assert main([*asked, str(first)]) == 0
    with pytest.raises(FileCameBefore):
        main([*asked, str(second)])
    assert main([*asked, str(second), "--again"]) == 0


@pytest.fixture
def lake_of(acting, brand):
    def query(sql):
        return lake.scoped(acting.scope).query(sql).to_pylist()

    return query


@pytest.fixture
def command(brand, tmp_path):
    """Import one file by the command line under a source; two sources know its lines by different keys."""

    def run_it(source, *more):
        path, mapping = tmp_path / "a.csv", tmp_path / f"{source}.toml"
        path.write_text(FILE)
        mapping.write_text(ORDERS.replace('"Shop"', f'"{source}"'))
        return main([str(path), "--brand", brand.code, "--json", "--map", str(mapping), *more])

    return run_it


def lines_there(acting):
    return lake.scoped(acting.scope).query("SELECT count(*) AS n FROM order_lines")["n"][0].as_py()


def dying(monkeypatch):
    """Have a load die after its first set is there: what comes next never runs."""

    def die(*_given, **_more):
        raise KilledHere

    monkeypatch.setattr("yingtai.customers.loading._write_timelines", die)


def test_a_killed_command_has_noted_its_file(acting, brand, lake_of, command, monkeypatch, capsys):
    before = lines_there(acting)
    with monkeypatch.context() as patch, pytest.raises(KilledHere):
        dying(patch)
        command("Shop")
    assert lines_there(acting) == before + 5

    with pytest.raises(FileCameBefore):
        command("Other")
    assert lines_there(acting) == before + 5
    assert [one.state for one in list_imports(acting).rows] == ["begun"]
    in_a_minute = acting.at_time(datetime.now(UTC) + timedelta(minutes=1))
    assert (end_killed_commands(in_a_minute), end_killed_commands(in_a_minute)) == (1, 0)
    assert [one.state for one in list_imports(acting).rows] == ["failed"]
    assert len(deeds_of(acting, "import.run-by-command")) == 1

    capsys.readouterr()
    assert command("Shop") == 0
    report = json.loads(capsys.readouterr().out)
    # Of the whole file, as if nobody had killed the first run.
    assert (report["orders"], report["repeats"], report["profiles_new"]) == (2, 0, 1)
    assert lines_there(acting) == before + 5
    assert timelines(acting) == 1
    assert [one.state for one in list_imports(acting).rows] == ["done"]
    assert len(deeds_of(acting, "import.run-by-command")) == 1
    assert command("Shop") == 0
    report = json.loads(capsys.readouterr().out)
    assert (report["repeats"], report["profiles_new"], len(list_imports(acting).rows)) == (3, 0, 2)


def test_a_killed_run_whose_sets_are_not_those_of_the_file_any_more_is_begun_anew(
    acting, brand, lake_of, command, monkeypatch, capsys
):
    before = lines_there(acting)
    with monkeypatch.context() as patch, pytest.raises(KilledHere):
        dying(patch)
        command("Shop")
    LoadedSet.objects.filter(set_no=0, event_count=3).update(event_count=2)

    capsys.readouterr()
    assert command("Shop") == 0
    report = json.loads(capsys.readouterr().out)
    assert (report["repeats"], lines_there(acting)) == (3, before + 5)
    assert sorted(one.state for one in list_imports(acting).rows) == ["done", "failed"]


@pytest.mark.parametrize("step", ["importing.finish_loads", "loading.ingest_set"])
def test_a_command_killed_before_its_first_set_is_there_is_forgotten_and_one_that_runs_is_not(
    acting, brand, lake_of, command, monkeypatch, step
):
    in_a_minute = acting.at_time(datetime.now(UTC) + timedelta(minutes=1))
    ended_meanwhile = []

    def die(*_given, **_more):
        ended_meanwhile.append(end_killed_commands(in_a_minute))
        raise KilledHere

    with monkeypatch.context() as patch, pytest.raises(KilledHere):
        patch.setattr(f"yingtai.customers.{step}", die)
        command("Shop")
    assert ended_meanwhile == [0]
    assert [one.state for one in list_imports(acting).rows] == ["begun"]

    assert end_killed_commands(in_a_minute) == 1
    assert list_imports(acting).rows == []
    assert command("Other") == 0


def test_a_command_that_fails_before_it_loads_is_forgotten(acting, brand, lake_of, command, monkeypatch):
    with monkeypatch.context() as patch, pytest.raises(LoadIsRunning):
        patch.setattr("yingtai.customers.importing.finish_loads", refusing)
        command("Shop")

    assert not list_imports(acting).rows
    assert command("Other") == 0


def refusing(*_given, **_more):
    raise LoadIsRunning


def test_a_stopped_import_that_is_mapped_anew_would_double_its_lines(acting, brand, lake_of, monkeypatch):
    before = lines_there(acting)
    import_id, _task_id = ask(acting, brand)
    with monkeypatch.context() as patch, pytest.raises(KilledHere):
        dying(patch)
        run_import(acting, import_id)
    other = read_mapping(ORDERS.replace('"Shop"', '"Other"')).document
    map_import(acting, import_id, other)

    with pytest.raises(FileCameBefore):
        ask_again(acting, import_id)
    map_import(acting, import_id, read_mapping(ORDERS).document)
    ask_again(acting, import_id)
    run_import(acting, import_id)
    assert (get_import(acting, import_id).state, lines_there(acting)) == ("done", before + 5)


def test_an_import_that_waits_or_runs_keeps_other_names_of_its_file_away(
    acting, brand, lake_of, command, monkeypatch
):
    ask(acting, brand)
    with pytest.raises(FileCameBefore):
        command("Other")
    with pytest.raises(FileCameBefore):
        ask_for_import_of(acting, brand.node_no, FILE, ORDERS.replace('"Shop"', '"Other"'))


def test_two_imports_of_a_file_at_the_same_time_ask_one_after_the_other(acting, brand):
    digest, barrier = token_hex(16).encode(), Barrier(2)

    def note(source):
        try:
            mapping = read_mapping(ORDERS.replace('"Shop"', f'"{source}"'))
            barrier.wait()
            note_import(acting, brand.node_no, mapping, digest=digest)
            return "noted"
        except FileCameBefore:
            return "refused"
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(note, ["One", "Two"])) == ["noted", "refused"]
