"""The components, as modules' templates speak them: `{% load ui %}`. Each one is shown in /ui/gallery."""

import json
from typing import Any

from django import forms, template
from django.http import HttpRequest
from django.template.context import Context
from django.template.loader import render_to_string
from django.template.loader_tags import BLOCK_CONTEXT_KEY
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from yingtai.ui import charts, formats, frame, helping, navigation, widgets
from yingtai.ui.components import Progress, Text, TimelineEntry, steps
from yingtai.ui.pages import is_swap
from yingtai.ui.panels import Panel
from yingtai.ui.time_zones import zone_title
from yingtai.ui.ways_on import ways_on

register = template.Library()

for name in (
    "number",
    "compact",
    "percent",
    "signed_percent",
    "money",
    "moment",
    "day",
    "duration",
    "took",
    "ago",
    "in_unit",
    "listed",
    "named",
    "rough",
):
    register.filter(name, getattr(formats, name))
register.filter("zone_title", zone_title)

HTMX_CONFIG = {
    "allowEval": False,
    "includeIndicatorStyles": False,
    "selfRequestsOnly": True,
    # Pickers are made as soon as a part arrives: who types at once would otherwise lose a letter to the change.
    "defaultSettleDelay": 0,
    # Pages hold personal data: nothing of them is kept in the browser's storage.
    "historyCacheSize": 0,
    "refreshOnHistoryMiss": True,
    "globalViewTransitions": False,
    "responseHandling": [
        {"code": "204", "swap": False},
        {"code": "[23]..", "swap": True},
        {"code": "422", "swap": True, "error": False},
        {"code": "4..", "swap": True, "error": True},
        {"code": "...", "swap": False, "error": True},
    ],
}


# --- the frame ---


@register.simple_tag
def htmx_config() -> str:
    return json.dumps(HTMX_CONFIG)


@register.simple_tag(takes_context=True)
def theme_attribute(context: Context) -> SafeString | str:
    """The saved choice; without one the colours follow the device."""
    request: HttpRequest | None = context.get("request")
    theme = request.COOKIES.get("theme") if request else None
    return format_html(' data-bs-theme="{}"', theme) if theme in ("light", "dark") else ""


@register.simple_tag(takes_context=True)
def block_again(context: Context, name: str) -> SafeString:
    """Print a block a second time: the title stands in the tab and on the page."""
    block = context.render_context[BLOCK_CONTEXT_KEY].get_block(name)
    return SafeString(block.render(context))


@register.inclusion_tag("ui/frame/top.html", takes_context=True)
def frame_top(context: Context) -> dict[str, Any]:
    request = context["request"]
    return {
        "request": request,
        "identity": frame.identify(request),
        "csrf_token": context.get("csrf_token"),
    }


@register.inclusion_tag("ui/frame/navigation.html", takes_context=True)
def frame_navigation(context: Context) -> dict[str, Any]:
    return {"sections": navigation.navigation(context["request"])}


@register.inclusion_tag("ui/frame/help_link.html", takes_context=True)
def help_link(context: Context) -> dict[str, Any]:
    """The question mark beside the title, for whoever is signed in."""
    request = context.get("request")
    user = getattr(request, "user", None)
    return {"url": helping.help_url(request) if request and user and user.is_authenticated else ""}


@register.simple_tag
def icon(name: str) -> SafeString:
    """A small picture beside words, never instead of them."""
    return format_html(
        '<svg class="icon" aria-hidden="true" focusable="false"><use href="{}#{}"></use></svg>',
        static("ui/icons.svg"),
        name,
    )


@register.simple_tag(takes_context=True)
def may_open(context: Context, url: str) -> bool:
    """`{% may_open url as may %}`: whether the reader may open a page of ours; else write no link to it."""
    return navigation.may_open(context.get("request"), url)


# --- boxes ---


@register.inclusion_tag("ui/crumb.html")
def crumb(title: Text, url: str) -> dict[str, Any]:
    return {"title": title, "url": url}


@register.simple_block_tag(takes_context=True)
def card(context: Context, content: str, title: Text = "", **options: Any) -> str:
    """`{% card _("Consent") note=… url=… url_text=… id=… flush=True %}…{% endcard %}`; flush = no padding (tables).

    A role that may not open `url` does not see the link.
    """
    if not navigation.may_open(context.get("request"), options.get("url", "")):
        options["url"] = ""
    return _render(context, "ui/card.html", {"content": content, "title": title, **options})


@register.simple_block_tag(takes_context=True)
def definition(context: Context, content: str, title: Text) -> str:
    """`{% definition _("Repeat rate") %}what it means{% enddefinition %}`: opens without any script."""
    return _render(context, "ui/definition.html", {"content": content, "title": title})


@register.simple_block_tag(takes_context=True)
def notice(context: Context, content: str, tone: str = "info") -> str:
    return _render(context, "ui/notice.html", {"content": content, "tone": tone})


@register.inclusion_tag("ui/tabs.html")
def tabs(tabs: Any, label: Text = "") -> dict[str, Any]:
    return {"tabs": tabs, "label": label}


@register.inclusion_tag("ui/steps.html", name="steps")
def steps_tag(titles: Any, current: int = 1) -> dict[str, Any]:
    """Accepts titles and the number of the current one, or a list made by `ui.components.steps`."""
    made = titles if titles and hasattr(titles[0], "state") else steps(titles, current)
    return {"steps": made}


@register.inclusion_tag("ui/lazy.html")
def lazy(url: str, lines: int = 3) -> dict[str, Any]:
    """A part that loads after the page; grey lines hold its place."""
    return {"url": url, "lines": range(lines)}


@register.simple_tag(takes_context=True)
def inside(context: Context, panel: Panel) -> str:
    """`{% inside panel %}` what another module contributed, made of its own context alone, or what loads it later."""
    if panel.lazy_url:
        return _render(context, "ui/lazy.html", lazy(panel.lazy_url))
    return render_to_string(panel.template, panel.context, context["request"])


# --- lists ---


@register.simple_block_tag(takes_context=True)
def table(context: Context, content: str, caption: Text, **options: Any) -> str:
    """`{% table caption=… as_of=… total=… unit=… took_ms=… id=… %}<thead>…</thead><tbody>…</tbody>{% endtable %}`

    A total that was not counted one by one says so with `is_rough=True`. With `note_id` the head can follow the rows,
    see `note_again`.
    """
    return _render(context, "ui/table.html", {"content": content, "caption": caption, **options})


@register.inclusion_tag("ui/table_note.html", takes_context=True)
def note_again(context: Context, **options: Any) -> dict[str, Any]:
    """Within the rows of a list that is filtered while one types: the head of its table follows what is shown."""
    request = context["request"]
    if not is_swap(request) or request.GET.get("after"):
        return {}
    return {**options, "is_again": True}


@register.inclusion_tag("ui/th.html", takes_context=True)
def th(
    context: Context, title: Text, sort: str = "", numeric: bool = False, hidden: bool = False
) -> dict[str, Any]:
    """A header cell; with `sort` it is a link that sorts by that name, then the other way round."""
    request = context["request"]
    now = request.GET.get("sort", "")
    direction = {sort: "ascending", f"-{sort}": "descending"}.get(now, "") if sort else ""
    query = request.GET.copy()
    query.pop("after", None)
    query["sort"] = f"-{sort}" if direction == "ascending" else sort
    url = f"{request.path}?{query.urlencode()}" if sort else ""
    return {"title": title, "url": url, "direction": direction, "numeric": numeric, "hidden": hidden}


@register.inclusion_tag("ui/more.html", takes_context=True)
def more(context: Context, cursor: str | None, columns: int = 1) -> dict[str, Any]:
    """The last row of a list that goes on: it fetches the next page when it comes into view."""
    request = context["request"]
    query = request.GET.copy()
    if cursor:
        query["after"] = cursor
    return {"url": f"{request.path}?{query.urlencode()}" if cursor else "", "columns": columns}


@register.simple_block_tag(takes_context=True)
def filters(
    context: Context, content: str, target: str = "", label: Text = "", *, is_private: bool = False
) -> str:
    """`{% filters target="#rows" %}fields{% endfilters %}`: a GET form that answers while one types. With `is_private`
    it is posted when it is complete, for what is looked for must not stand in an address."""
    values = {"content": content, "target": target, "label": label, "is_private": is_private}
    return _render(context, "ui/filters.html", values | {"csrf_token": context.get("csrf_token")})


@register.inclusion_tag("ui/search.html")
def search(name: str, label: Text, value: str = "", hint: Text = "") -> dict[str, Any]:
    return {"name": name, "label": label, "value": value, "hint": hint}


@register.inclusion_tag("ui/choice.html")
def choice(name: str, label: Text, choices: Any, value: str = "") -> dict[str, Any]:
    return {"name": name, "label": label, "choices": choices, "value": str(value or "")}


# --- forms ---


@register.inclusion_tag("ui/field.html")
def field(bound: forms.BoundField, unit: Text = "") -> dict[str, Any]:
    """Label, help, problem and input of one field of a Django form."""
    return {
        "field": bound,
        "input": widgets.render_input(bound),
        "kind": widgets.kind_of(bound),
        "unit": unit,
    }


@register.inclusion_tag("ui/fields.html")
def fields(form: forms.BaseForm) -> dict[str, Any]:
    """Every field of a form, hidden ones included."""
    return {"form": form}


@register.inclusion_tag("ui/problem.html")
def problem(*sources: Any, focus: bool = True) -> dict[str, Any]:
    """ "There is a problem", at the top, focused: give it forms, ProductErrors, Problems, lists of them, or nothing."""
    problems = [found for source in sources for found in widgets.problems_in(source)]
    return {"problems": problems, "focus": focus}


@register.inclusion_tag("ui/button.html", takes_context=True)
def button(
    context: Context, text: Text, url: str = "", kind: str = "secondary", *, posts: str = "", **options: Any
) -> dict[str, Any]:
    """`{% button _("New audience") url=… kind="primary" %}`; without url it submits its form. Kinds: primary,
    secondary, danger, quiet. Options: name, value, icon, disabled, formaction; `posts`, where the form goes.

    A role that may not open `url`, or not use `posts`, does not see the button.
    """
    is_shown = navigation.may_open(context.get("request"), url or posts)
    return {"text": text, "url": url, "kind": kind, "is_shown": is_shown, **options}


@register.simple_tag
def gap() -> str:
    """`{% gap %}` between two sentences: a blank, in Chinese nothing."""
    return formats.gap()


@register.simple_tag(takes_context=True)
def go_on(context: Context, *, may_pass: bool = False) -> str:
    """`{% go_on %}` from a page that could not be shown: back, to the list of its kind, to the search, Home."""
    ways = ways_on(context["request"], may_pass=may_pass)
    return render_to_string("ui/ways_on.html", {"ways": ways}, context["request"])


# --- words and figures ---


@register.inclusion_tag("ui/badge.html")
def badge(text: Text, tone: str = "neutral") -> dict[str, Any]:
    return {"text": text, "tone": tone}


@register.inclusion_tag("ui/stat.html")
def stat(label: Text, value: Any, **options: Any) -> dict[str, Any]:
    """`{% stat label value unit=… change=… better="up" period=… as_of=… url=… definition_url=… note=… %}`

    value is a string already written, or a figure when `unit_code` (`count`, `ratio`, `money:CNY`…) is given;
    change is a ratio (0.12 = 12 % more than the period before); `rough=True` says that the figure is told roughly.
    """
    unit_code = options.get("unit_code")
    shown = formats.in_unit(value, unit_code) if unit_code and value is not None else value
    if unit_code and options.get("rough"):
        shown = formats.rough(value, unit_code)
    if shown is None:
        shown, options = formats.MISSING, {name: told for name, told in options.items() if name != "unit"}
    change = options.get("change")
    if change is not None:
        # A tenth of a percent is shown; what is less than half of that goes neither up nor down.
        change = options["change"] = round(change, 3) + 0.0
    good = options.get("better", "up")
    tone = "neutral"
    if change and good in ("up", "down"):
        tone = "good" if (change > 0) == (good == "up") else "bad"
    return {**options, "label": label, "value": shown, "tone": tone}


@register.inclusion_tag("ui/verdict.html")
def verdict(sentence: Text, **options: Any) -> dict[str, Any]:
    """The result in plain words: tone (grey unless it is certain), estimate, band, baseline, as_of."""
    return {"sentence": sentence, "tone": "neutral", **options}


@register.simple_block_tag(takes_context=True)
def computed(context: Context, content: str, version: str = "", as_of: Any = None) -> str:
    """ "How this was computed": the SQL or the words between the tags, the version, the data's time."""
    return _render(
        context, "ui/computed.html", {"content": content.strip(), "version": version, "as_of": as_of}
    )


@register.inclusion_tag("ui/timeline.html")
def timeline(entries: list[TimelineEntry]) -> dict[str, Any]:
    return {"entries": entries}


@register.inclusion_tag("ui/progress.html", takes_context=True)
def progress(context: Context, task: Progress) -> dict[str, Any]:
    """A long task: asks again every second while it runs, can be stopped, leads to its result."""
    share = min(100, round(100 * task.done / task.total)) if task.total else None
    return {"task": task, "share": share, "csrf_token": context.get("csrf_token")}


@register.inclusion_tag("ui/masked.html", takes_context=True)
def masked(context: Context, value: Text, label: Text = "", reveal_url: str = "") -> dict[str, Any]:
    """A protected value as it may be shown; with `reveal_url`, a button that asks for the clear one and is recorded."""
    return {"value": value, "label": label, "reveal_url": reveal_url, "csrf_token": context.get("csrf_token")}


@register.inclusion_tag("ui/copy.html")
def copyable(value: str, label: Text = "") -> dict[str, Any]:
    return {"value": value, "label": label}


@register.inclusion_tag("ui/chart.html")
def chart(chart: charts.Chart, height: str = "normal") -> dict[str, Any]:
    """A picture, and the same numbers as a table under "Show the numbers". Heights: low, normal, high."""
    return {"chart": chart, "height": height, "drawing": _for_script(chart.drawing())}


@register.simple_tag
def sparkline(values: Any, label: Text) -> SafeString:
    """A line the size of a word; `label` says in words what it shows."""
    return charts.sparkline(values, label=str(label))


def _for_script(data: dict[str, Any]) -> SafeString:
    """JSON that cannot end the script element it stands in."""
    written = json.dumps(data, default=str, ensure_ascii=False)
    return mark_safe(written.translate({ord(sign): f"\\u{ord(sign):04X}" for sign in "<>&"}))  # noqa: S308 - escaped here


def _render(context: Context, name: str, values: dict[str, Any]) -> str:
    """Render a component inside a block tag, seeing its own values only: an outer `url` is not the card's."""
    assert context.template is not None  # noqa: S101 - a tag renders inside a template
    component = context.template.engine.get_template(name)
    return str(component.render(context.new({**values, "request": context.get("request")})))
