from pathlib import Path

import pytest

from yingtai.ui import translation
from yingtai.ui.translation.punctuation import punctuated

PYTHON = """
from django.utils.translation import gettext as _, ngettext, pgettext
from yingtai.kernel.errors import ProductError

class Late(ProductError):
    code = "soup.late"
    title = "The soup is {minutes} minutes late"
    remedy = ("Order another soup, "
              "or wait.")

def words(n):
    return _("Two" " halves"), ngettext("%(n)s bowl", "%(n)s bowls", n), pgettext("verb", "Serve"), _(n)
"""
TEMPLATE = """{% load i18n %}{% translate "Menu of today" %} {% badge _("Hot") "warn" %}
{% blocktranslate with name=cook %}Cooked by {{ name }}{% endblocktranslate %}
{% blocktranslate count n=n %}{{ n }} guest{% plural %}{{ n }} guests{% endblocktranslate %}"""
TEXTS = {
    "The soup is {minutes} minutes late",
    "Order another soup, or wait.",
    "Two halves",
    "%(n)s bowl",
    "Serve",
    "Menu of today",
    "Hot",
    "Cooked by %(name)s",
    "%(n)s guest",
}


@pytest.fixture
def module(tmp_path) -> Path:
    kitchen = tmp_path / "yingtai" / "kitchen"
    (kitchen / "templates" / "kitchen").mkdir(parents=True)
    (kitchen / "__init__.py").touch()
    (kitchen / "errors.py").write_text(PYTHON)
    (kitchen / "templates" / "kitchen" / "menu.html").write_text(TEMPLATE)
    return kitchen


def catalogue(module: Path) -> Path:
    return module / "locale/zh_Hans/LC_MESSAGES/django.po"


def first(message) -> str:
    return message.id if isinstance(message.id, str) else message.id[0]


def test_texts_are_found_in_python_templates_and_product_errors(module):
    found = {first(message) for message in translation.extract(module) if message.id}

    assert found == TEXTS


def test_whatever_lacks_a_translation_is_named(module):
    translation.update(module)

    problems = translation.missing(module.parent)

    assert {problem.message for problem in problems} == TEXTS
    assert {(problem.module, problem.kind) for problem in problems} == {("kitchen", "untranslated")}


def test_updating_keeps_translations_and_drops_texts_that_are_gone(module):
    translation.update(module)
    path = catalogue(module)
    path.write_text(path.read_text().replace('msgid "Hot"\nmsgstr ""', 'msgid "Hot"\nmsgstr "热"'))
    (module / "errors.py").unlink()

    assert translation.update(module) is True

    assert 'msgid "Hot"\nmsgstr "热"' in path.read_text()
    assert "Serve" not in path.read_text()
    assert translation.update(module) is False


def test_a_translation_that_loses_a_blank_is_named(module):
    translation.update(module)
    path = catalogue(module)
    path.write_text(
        path.read_text().replace(
            'msgid "Cooked by %(name)s"\nmsgstr ""', 'msgid "Cooked by %(name)s"\nmsgstr "厨师"'
        )
    )

    kinds = {problem.message: problem.kind for problem in translation.missing(module.parent)}

    assert kinds["Cooked by %(name)s"] == "other placeholders"


def test_a_translation_nobody_asks_for_is_named(module):
    translation.update(module)
    with catalogue(module).open("a") as file:
        file.write('\nmsgid "Cold"\nmsgstr "冷"\n')

    kinds = {problem.message: problem.kind for problem in translation.missing(module.parent)}

    assert kinds["Cold"] == "obsolete"


def test_a_word_another_module_translated_is_taken_from_there(module):
    other = module.parent / "bar"
    other.mkdir()
    (other / "__init__.py").write_text('_("Hot")')
    translation.update(other)
    path = catalogue(other)
    path.write_text(path.read_text().replace('msgid "Hot"\nmsgstr ""', 'msgid "Hot"\nmsgstr "热"'))

    translation.update(module)

    assert 'msgid "Hot"\nmsgstr "热"' in catalogue(module).read_text()


def test_only_stale_catalogues_are_compiled(module):
    translation.update(module)

    assert translation.compile_stale(module.parent) == 1
    assert translation.compile_stale(module.parent) == 0
    assert catalogue(module).with_suffix(".mo").exists()


def test_signs_beside_chinese_characters_become_full_width():
    assert punctuated("共 12,480 份, 截至今日:%(day)s") == "共 12,480 份\uff0c截至今日\uff1a%(day)s"
    assert punctuated("名称(选填)%(n)s") == "名称\uff08选填\uff09%(n)s"
    assert punctuated("Yingtai, 1:2") == "Yingtai, 1:2"


def test_a_text_that_two_modules_translate_differently_is_named(module):
    translation.update(module)
    path = catalogue(module)
    path.write_text(path.read_text().replace('msgid "Hot"\nmsgstr ""', 'msgid "Hot"\nmsgstr "热"'))
    pantry = module.parent / "pantry"
    catalogue(pantry).parent.mkdir(parents=True)
    (pantry / "__init__.py").touch()
    catalogue(pantry).write_text(path.read_text().replace("热", "辣"))

    problems = translation.missing(module.parent)

    assert [(one.module, one.message) for one in problems if "otherwise" in one.kind] == [("pantry", "Hot")]
