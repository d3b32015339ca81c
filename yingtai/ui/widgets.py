"""Django's form inputs in our look, and the problems of a form as sentences that lead to their fields."""

from typing import Any

from django import forms
from django.utils.html import strip_tags
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from yingtai.kernel.errors import ProductError
from yingtai.ui.components import Problem
from yingtai.ui.formats import named

KINDS = (
    (forms.RadioSelect, "group"),
    (forms.CheckboxSelectMultiple, "group"),
    (forms.CheckboxInput, "check"),
    (forms.Select, "select"),
    (forms.ClearableFileInput, "file"),
)
CLASSES = {"group": "", "check": "form-check-input", "select": "form-select"}


def kind_of(bound: forms.BoundField) -> str:
    """Name how a field is laid out: text, select, check (one box), group (several) or file."""
    widget = bound.field.widget
    # A list of radio buttons is a Select to Django's class tree, so the narrow classes are asked first.
    return next((kind for known, kind in KINDS if isinstance(widget, known)), "text")


def render_input(bound: forms.BoundField) -> SafeString:
    """Print the input with our classes; Django itself adds aria-invalid and aria-describedby."""
    css = CLASSES.get(kind_of(bound), "form-control")
    own = bound.field.widget.attrs.get("class", "")
    attrs: dict[str, Any] = {"class": f"{css} {own}{' is-invalid' if bound.errors and css else ''}".strip()}
    described_by = [f"{bound.auto_id}_helptext"] if bound.help_text else []
    described_by += [f"{bound.auto_id}_error"] if bound.errors else []
    if described_by and kind_of(bound) != "group":
        attrs["aria-describedby"] = " ".join(described_by)
    return bound.as_widget(attrs=attrs)


def problems_in(source: Any) -> list[Problem]:
    """Return what is wrong as lines for the summary: from a form, a ProductError, a Problem or a list of them."""
    if not source:
        return []
    if isinstance(source, Problem):
        return [source]
    if isinstance(source, ProductError):
        return [translated(source)]
    if isinstance(source, forms.BaseForm):
        return _problems_of_form(source)
    return [problem for item in source for problem in problems_in(item)]


def translated(error: ProductError, *, field: str = "") -> Problem:
    """Return a product error in the reader's language, its facts filled in."""
    title = _(error.title)
    return Problem(
        title.format(**error.facts), _(error.remedy).format(**error.facts), field or _field_id(error.field)
    )


def _field_id(name: str | None) -> str:
    return f"id_{name}" if name else ""


def _problems_of_form(form: forms.BaseForm) -> list[Problem]:
    problems = [Problem(str(text)) for text in form.non_field_errors()]
    for name, texts in form.errors.items():
        if name in form.fields:
            bound = form[name]
            problems += [
                Problem(named(strip_tags(str(bound.label)), text), field=_input_id(bound)) for text in texts
            ]
    return problems


def _input_id(bound: forms.BoundField) -> str:
    """Where a line of the summary leads; a group has no input of its own, so its first one."""
    return f"{bound.auto_id}_0" if kind_of(bound) == "group" else bound.id_for_label or bound.auto_id
