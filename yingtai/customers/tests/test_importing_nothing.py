"""Files of which nothing is taken: no line can be used, or what it says has no place yet."""

import pytest

from yingtai.collect.api import PurposeNotRegistered, get_import, list_imports
from yingtai.collect.testing import ask_for_import_of, try_out
from yingtai.compliance.api import consents_of, install_standard_purposes
from yingtai.compliance.testing import signed_in
from yingtai.customers.api import find_profiles
from yingtai.customers.importing import main, run_import
from yingtai.customers.tests.test_importing import PEOPLE, run
from yingtai.kernel.tasks import find_task

pytestmark = pytest.mark.usefixtures("lake")


def test_the_command_fails_when_no_line_could_be_used(acting, brand, tmp_path, capsys):
    (tmp_path / "people.csv").write_text(
        "email,phone,name,size,remark,dealer,ok\nnobody,,,,,,\nnobody,,,,,,\n"
    )
    (tmp_path / "map.toml").write_text(PEOPLE.partition("[[consent]]")[0])
    words = [str(tmp_path / "people.csv"), "--brand", brand.code, "--map", str(tmp_path / "map.toml")]

    assert main([*words, "--dry-run"]) == 1
    assert main(words) == 1

    assert "line 2: –: The line holds no identifier that can be used (–)" in capsys.readouterr().out
    [row] = list_imports(acting).rows
    assert (row.state, row.is_hopeless, row.is_over) == ("failed", True, False)


def test_answers_for_a_purpose_nobody_registered_are_refused_before_anything_is_loaded(acting, brand):
    text = "email,phone,name,size,remark,dealer,ok\nanna@example.com,,,,,,yes\n"

    with pytest.raises(PurposeNotRegistered):
        run(acting, brand, text, PEOPLE)
    assert find_profiles(acting, "anna@example.com") == []

    install_standard_purposes(acting, node_no=brand.node_no)
    run(acting, brand, text, PEOPLE)
    (anna,) = find_profiles(acting, "anna@example.com")
    assert [view.status for view in consents_of(acting, anna.profile_no)] == ["granted"]


def test_a_file_that_is_given_up_has_failed_and_its_page_says_why(acting, brand, monkeypatch):
    monkeypatch.setattr("yingtai.collect.importing.table.PATIENCE_LINES", 20)
    people = PEOPLE.partition("[[consent]]")[0]
    text = "email,phone,name,size,remark,dealer,ok\n" + "x\n" * 30
    import_id, task_id = ask_for_import_of(acting, brand.node_no, text, people)

    run_import(acting, import_id)

    assert find_task(acting, task_id).problem["code"] == "collect.file-given-up"
    found = get_import(acting, import_id)
    assert (found.state, found.is_given_up, found.report["rejected"]) == (
        "failed", True, {"collect.cells-too-few": 21},
    )  # fmt: skip
    page = signed_in(brand.code, "integrator").get(f"/data/imports/{import_id}/").content.decode()
    assert "Reading was given up: of the first 21 lines, 21 could not be used. The reasons are below." in page
    assert "The line has fewer cells than the header" in page
    assert "Change the columns" in page
    assert "Import it now" not in page


def test_trying_a_file_that_is_given_up_loads_nothing_and_keeps_the_reasons(acting, brand, monkeypatch):
    text = "email,phone,name,size,remark,dealer,ok\n" + "x\n" * 30
    import_id, _task = ask_for_import_of(acting, brand.node_no, text, PEOPLE.partition("[[consent]]")[0])
    run_import(acting, import_id)
    assert get_import(acting, import_id).is_hopeless
    monkeypatch.setattr("yingtai.collect.importing.table.PATIENCE_LINES", 20)

    task_id = try_out(acting, import_id)

    assert find_task(acting, task_id).problem["code"] == "collect.file-given-up"
    found = get_import(acting, import_id)
    assert (found.state, found.is_given_up) == ("failed", True)
