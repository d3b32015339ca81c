"""Liquid in a sandbox: a template sees the values it is given and nothing else, and cannot take long. Pure.

Source: Liquid as Shopify documents it, in the dialect of python-liquid; no `include`, no `render`, no clock.
"""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_noop
from liquid import Environment, FalsyStrictUndefined, RenderContext
from liquid.builtin.content import ContentNode
from liquid.builtin.expressions import FilteredExpression, StringLiteral
from liquid.builtin.output import OutputNode
from liquid.exceptions import (
    LiquidError,
    ResourceLimitError,
    UndefinedError,
)
from liquid.output import LimitedStringIO
from liquid.stringify import to_liquid_string
from liquid.template import BoundTemplate
from markupsafe import escape

from yingtai.content import limits
from yingtai.content.bounds import bound_ranges, bounded
from yingtai.content.errors import FieldMissing, RenderingStopped, TemplateTooLarge
from yingtai.content.filters import FILTERS
from yingtai.content.mistakes import mistake_in, require_known_filters, words_of_engine

FORBIDDEN_TAGS = ("include", "render")
FORBIDDEN_FILTERS = ("safe", "base64_decode", "base64_url_safe_decode")


class MissingValue(FalsyStrictUndefined):
    """A value nobody has: false in a test, replaced by `default`, an error when printed."""

    __slots__ = ()
    force_liquid_default = True


class TimedContext(RenderContext):
    """Looks at the time at every value it fetches, so that no template runs for long."""

    __slots__ = ("_deadline",)

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._deadline = time.monotonic() + limits.SECONDS

    def get(self, *arguments: Any, **options: Any) -> object:
        self._look_at_the_time()
        return super().get(*arguments, **options)

    def filter(self, *arguments: Any, **options: Any) -> Callable[..., object]:
        self._look_at_the_time()
        found: Callable[..., object] = super().filter(*arguments, **options)
        return found

    def _look_at_the_time(self) -> None:
        if time.monotonic() > self._deadline:
            raise ResourceLimitError(gettext_noop("it takes too long"), token=None)


class TimedTemplate(BoundTemplate):
    context_class = TimedContext


class Sandbox(Environment):
    template_class = TimedTemplate
    loop_iteration_limit = limits.LOOP_TURNS
    output_stream_limit = limits.OUTPUT_LENGTH
    local_namespace_limit = limits.LOCAL_BYTES
    context_depth_limit = 20
    block_nesting_limit = 20

    def setup_tags_and_filters(self, *, extra: bool = False) -> None:
        super().setup_tags_and_filters(extra=extra)
        for name in FORBIDDEN_TAGS:
            del self.tags[name]
        for name in FORBIDDEN_FILTERS:
            del self.filters[name]
        self.filters.update(FILTERS)
        for name, filter_ in list(self.filters.items()):
            self.filters[name] = bounded(name, filter_)


HTML = Sandbox(undefined=MissingValue, autoescape=True)
TEXT = Sandbox(undefined=MissingValue, autoescape=False)


def compile_part(source: str, *, part: str, environment: Environment, longest: int) -> "Part":
    """Return a part of a mail ready to render.

    Raises: TemplateTooLarge, TemplateNotUnderstood, TagUnknown, TagNotClosed, FilterUnknown
    """
    if len(source) > longest:
        raise TemplateTooLarge(part=part, what=f"{len(source):,} characters, {longest:,} are allowed")
    tags = source.count("{{") + source.count("{%")
    if tags > limits.LIQUID_TAGS:
        raise TemplateTooLarge(part=part, what=f"{tags:,} Liquid tags, {limits.LIQUID_TAGS:,} are allowed")
    try:
        template = environment.from_string(source)
        bound_ranges(template)
        require_known_filters(template, source, part=part)
        return Part(template, part)
    except LiquidError as problem:
        line = problem.token.start_index if problem.token else 0
        raise mistake_in(problem, environment, part=part, line=source.count("\n", 0, line) + 1) from None
    except (ValueError, RecursionError) as problem:
        raise mistake_in(problem, environment, part=part, line=1) from None


class Part:
    """A part of a mail, parsed: what is the same for everybody is kept as text, plain values are looked up
    without the engine, and the engine renders the rest."""

    def __init__(self, template: BoundTemplate, name: str) -> None:
        self.template, self.name = template, name
        self.fields = _fields_of(template)
        own = set(template.analyze(include_partials=False).locals)
        self._pieces = [_piece(node, own) for node in template.nodes]
        self._escape = escape if template.env.autoescape else str
        self.is_plain = all(isinstance(piece, str | PlainValue) for piece in self._pieces)

    def render(self, values: Mapping[str, Any]) -> str:
        """Return the part filled with one person's values.

        Raises: FieldMissing, RenderingStopped
        """
        written: list[str] = []
        try:
            self._write(values, written)
        except UndefinedError as problem:
            name = str(problem).partition(" is undefined")[0].strip("'")
            raise FieldMissing(part=self.name, name=name) from None
        except (LiquidError, ValueError, TypeError, ArithmeticError, RecursionError) as problem:
            raise RenderingStopped(part=self.name, what=words_of_engine(problem)) from None
        return "".join(written)

    def _write(self, values: Mapping[str, Any], written: list[str]) -> None:
        context: TimedContext | None = None
        for piece in self._pieces:
            if isinstance(piece, str):
                written.append(piece)
            elif isinstance(piece, PlainValue):
                written.append(self._escape(piece.read(values, self.name)))
            else:
                if context is None:
                    context = TimedContext(self.template, globals=self.template.make_globals(dict(values)))
                    buffer = LimitedStringIO(limit=limits.OUTPUT_LENGTH)
                buffer.seek(0)
                buffer.truncate()
                piece.render(context, buffer)
                written.append(buffer.getvalue())


@dataclass(frozen=True)
class PlainValue:
    """`{{ person.first_name }}`, or with one fallback: `{{ person.first_name | default: "there" }}`."""

    path: tuple[str, ...]
    fallback: str | None

    def read(self, values: Mapping[str, Any], part: str) -> str:
        value: Any = values
        for name in self.path:
            if not isinstance(value, Mapping) or name not in value:
                value = None
                break
            value = value[name]
        else:
            if self.fallback is None or not _is_blank(value):
                return value if isinstance(value, str) else to_liquid_string(value, autoescape=False)
        if self.fallback is None:
            raise FieldMissing(part=part, name=".".join(self.path))
        return self.fallback


def _fields_of(template: BoundTemplate) -> set[str]:
    """Return the values a template asks for, such as `person.first_name`."""
    found = template.analyze(include_partials=False).globals
    return {
        ".".join(str(segment) for segment in variable.segments)
        for variables in found.values()
        for variable in variables
    }


def _piece(node: Any, own: set[str]) -> Any:
    if isinstance(node, ContentNode):
        return str(node.text)
    expression = getattr(node, "expression", None)
    if not isinstance(node, OutputNode) or not isinstance(expression, FilteredExpression):
        return node
    path = getattr(expression.left, "path", None)
    if not path or not all(isinstance(name, str) for name in path):
        return node
    # A name that the template sets itself, and Liquid's own words for lists, are the engine's business.
    if path[0] in own or {"size", "first", "last"} & set(path):
        return node
    fallback = _only_fallback(expression.filters or [])
    return node if fallback is False else PlainValue(tuple(path), fallback)


def _only_fallback(filters: list[Any]) -> Any:
    """Return None without filters, the text of `default: "…"` when it is the only one, False otherwise."""
    if not filters:
        return None
    arguments = [getattr(argument, "value", argument) for argument in filters[0].args]
    is_plain = len(filters) == 1 and filters[0].name == "default" and len(arguments) == 1
    return arguments[0].value if is_plain and isinstance(arguments[0], StringLiteral) else False


def _is_blank(value: Any) -> bool:
    return value is None or value is False or (isinstance(value, str | list | dict) and not value)
