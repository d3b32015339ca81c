"""Files of which nothing is taken: no line can be used, or what it says has no place yet."""

import pytest

from yingtai.collect.api import PurposeNotRegistered, list_imports
from yingtai.compliance.api import consents_of, install_standard_purposes
from yingtai.customers.api import find_profiles
from yingtai.customers.importing import main
from yingtai.customers.tests.test_importing import PEOPLE, run

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
