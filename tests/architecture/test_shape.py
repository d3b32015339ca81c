"""The promises about the shape of the code that no linter can check."""

import ast
import re
from importlib import import_module
from pathlib import Path

import pytest
from django.apps import apps
from importlinter.api import read_configuration

from yingtai.kernel import grants
from yingtai.kernel.errors import CATALOGUE

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "yingtai"
FORBIDDEN_NAMES = {"utils", "helpers", "common", "misc", "base", "core", "manager"}

configuration = read_configuration(str(ROOT / ".importlinter"))
contracts = {contract["id"]: contract for contract in configuration["contracts_options"]}
layers = [re.findall(r"\w+", layer) for layer in contracts["modules"]["layers"]]
depth_of = {module: depth for depth, layer in enumerate(layers) for module in layer}
models = [model for model in apps.get_models() if model.__module__.startswith("yingtai.")]
files = [path for path in PACKAGE.rglob("*.py") if "migrations" not in path.parts]
sources = [path for path in files if "tests" not in path.parts]
for path in PACKAGE.glob("*/errors.py"):
    import_module(".".join(path.relative_to(ROOT).with_suffix("").parts))


def named(path: Path) -> str:
    return str(path.relative_to(PACKAGE))


@pytest.mark.parametrize("model", models, ids=lambda model: model._meta.label)
def test_foreign_keys_point_down_and_leave_no_trace(model):
    here = model._meta.app_label
    for field in model._meta.concrete_fields:
        there = field.related_model._meta.app_label if field.is_relation else here
        if there != here:
            assert depth_of[there] > depth_of[here], f"{field} points up"
            assert field.remote_field.hidden, f"{field} needs related_name='+'"


@pytest.mark.parametrize("model", apps.get_models(), ids=lambda model: model._meta.label)
def test_every_table_stands_behind_the_walls_or_says_why_not(model):
    assert grants.is_scoped(model) or grants.why_exempt(model) or getattr(model, "exempt", ""), (
        "give it a node_no (ScopedModel), or say why it is exempt"
    )


@pytest.mark.parametrize("path", files, ids=named)
def test_files_and_functions_stay_small(path):
    text = path.read_text()

    assert text.count("\n") <= 500, "split this file by topic"
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            length = node.end_lineno - node.lineno + 1
            assert length <= 60, f"{node.name} is {length} lines long"


@pytest.mark.parametrize("path", list(PACKAGE.rglob("*.html")), ids=named)
def test_templates_stay_small(path):
    assert path.read_text().count("\n") <= 200, "split this template into components"


@pytest.mark.parametrize("path", files, ids=named)
def test_names_say_what_is_inside(path):
    assert path.stem not in FORBIDDEN_NAMES


@pytest.mark.parametrize("module", [path.parent.name for path in PACKAGE.glob("*/__init__.py")])
def test_every_module_introduces_itself_on_one_screen(module):
    readme = PACKAGE / module / "README.md"

    assert readme.exists(), "say what it owns, its words, its promises, what it never does"
    assert readme.read_text().count("\n") <= 60, "a README is one screen"


@pytest.mark.parametrize("code", sorted(CATALOGUE))
def test_every_error_says_what_to_do(code):
    error = CATALOGUE[code]

    assert error.remedy.endswith("."), "a remedy is a whole sentence"
    assert not error.title.endswith(".")
    assert code.split(".")[0] == error.__module__.split(".")[1]


@pytest.mark.parametrize("path", [path for path in sources if path.name != "grants.py"], ids=named)
def test_sql_names_only_the_tables_of_its_own_module(path):
    here = path.relative_to(PACKAGE).parts[0]
    foreign = [
        model._meta.db_table
        for model in apps.get_models()
        if model.__module__.startswith("yingtai.") and model._meta.app_label != here
    ]
    texts = [
        node.value
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and re.search(r"\b(SELECT|INSERT|UPDATE|DELETE|COPY)\b", node.value)
    ]
    for table in foreign:
        assert not any(re.search(rf"\b{table}\b", text) for text in texts), (
            f"{table} belongs to another module"
        )
