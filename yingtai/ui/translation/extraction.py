"""Where texts come from: calls of gettext in Python, Django templates, and the sentences of product errors."""

import ast
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from django.utils.translation.template import templatize

# Function: has it a context first, and how many texts follow.
KEYWORDS = {
    "_": (False, 1),
    "gettext": (False, 1),
    "gettext_lazy": (False, 1),
    "gettext_noop": (False, 1),
    "ngettext": (False, 2),
    "ngettext_lazy": (False, 2),
    "pgettext": (True, 1),
    "pgettext_lazy": (True, 1),
    "npgettext": (True, 2),
    "npgettext_lazy": (True, 2),
}
CALL = re.compile(r"\b(?:gettext|ngettext|pgettext|npgettext|_)\(")
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%[sd]|\{\w+\}")


@dataclass(frozen=True)
class Text:
    """One text to translate and where it stands; `message` is a pair when it has a plural."""

    message: str | tuple[str, str]
    context: str | None
    path: str


def texts_of(path: Path, root: Path) -> Iterator[Text]:
    """Read every text of one file."""
    shown = path.relative_to(root).as_posix()
    source = path.read_text()
    if path.suffix == ".py":
        tree = ast.parse(source)
        yield from _of_calls(ast.walk(tree), shown)
        yield from _of_errors(tree, shown)
    else:
        yield from _of_calls(_calls_in_template(source), shown)


def _calls_in_template(source: str) -> Iterator[ast.AST]:
    """Django turns a template into calls of gettext among a page of X and B; read only the calls."""
    text = templatize(source)
    for start in CALL.finditer(text):
        end = text.find(")", start.end())
        while end >= 0:
            try:
                yield ast.parse(text[start.start() : end + 1], mode="eval").body
                break
            except SyntaxError:
                end = text.find(")", end + 1)


def _of_calls(nodes: Iterable[ast.AST], shown: str) -> Iterator[Text]:
    for node in nodes:
        name = _called(node)
        if not isinstance(node, ast.Call) or name not in KEYWORDS:
            continue
        has_context, wanted = KEYWORDS[name]
        given = [_constant(argument) for argument in node.args][: has_context + wanted]
        context = given.pop(0) if has_context and given else None
        # A text made at run time cannot be collected; whoever makes it names its parts with gettext_noop.
        if len(given) == wanted and all(given):
            yield Text((given[0], given[1]) if wanted == 2 else given[0], context, shown)


def _called(node: ast.AST) -> str:
    function = node.func if isinstance(node, ast.Call) else None
    if isinstance(function, ast.Attribute):
        return function.attr
    return function.id if isinstance(function, ast.Name) else ""


def _constant(node: ast.expr) -> str:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""


def _of_errors(tree: ast.AST, shown: str) -> Iterator[Text]:
    """The titles and remedies of ProductErrors are plain class attributes, translated when they are shown."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef) and _names(node) >= {"code", "title", "remedy"}:
            for statement in node.body:
                if isinstance(statement, ast.Assign) and _target(statement) in ("title", "remedy"):
                    yield Text(str(ast.literal_eval(statement.value)), None, shown)


def _names(node: ast.ClassDef) -> set[str]:
    return {_target(statement) for statement in node.body if isinstance(statement, ast.Assign)}


def _target(statement: ast.Assign) -> str:
    target = statement.targets[0]
    return target.id if isinstance(target, ast.Name) else ""


def placeholders(message: str | tuple[str, ...] | list[str]) -> set[str]:
    """Return the blanks a text leaves to fill in; a translation must leave the same ones."""
    forms = [message] if isinstance(message, str) else message
    return {blank for form in forms for blank in PLACEHOLDER.findall(form or "")}
