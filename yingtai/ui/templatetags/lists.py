"""Lists with views and columns to choose, as templates draw them (`yingtai.ui.lists`)."""

from typing import Any

from django import template
from django.template.context import Context
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from yingtai.ui.components import Text
from yingtai.ui.lists import Listing
from yingtai.ui.ticked import Undo

register = template.Library()
BOX = (
    '<td class="tick"><input class="form-check-input" type="checkbox" form="bulk" name="chosen" value="{}" '
    'aria-label="{}"></td>'
)


@register.inclusion_tag("ui/list_tools.html", takes_context=True)
def list_tools(context: Context, listing: Listing) -> dict[str, Any]:
    """Above a list: the views somebody keeps, and which columns are shown."""
    return {"listing": listing, "csrf_token": context.get("csrf_token")}


@register.inclusion_tag("ui/list_head.html", takes_context=True)
def list_head(context: Context, listing: Listing) -> dict[str, Any]:
    """The header of a list: a title sorts by its column, then the other way round."""
    query = context["request"].GET.copy()
    query.pop("after", None)
    heads = []
    for column in listing.columns:
        direction = {column.name: "ascending", f"-{column.name}": "descending"}.get(listing.sort, "")
        query["sort"] = column.name if direction == "descending" else f"-{column.name}"
        if not column.is_numeric and not direction:
            query["sort"] = column.name
        url = f"{context['request'].path}?{query.urlencode()}" if column.sorts else ""
        heads.append({"column": column, "direction": direction, "url": url})
    return {"listing": listing, "heads": heads}


@register.simple_block_tag
def cell(content: str, listing: Listing, name: str, extra: str = "") -> SafeString | str:
    """`{% cell listing "people" %}…{% endcell %}`: a cell of a column, or nothing while the column is left out."""
    column = next((one for one in listing.columns if one.name == name), None)
    if column is None:
        return ""
    if listing.taken is not None:
        listing.taken.add(column, content)
    if column.is_heading:
        heading = mark_safe(content.strip())  # noqa: S308 - rendered by Django
        return format_html(
            '<th scope="row" class="{}">{}</th>' if extra else '<th scope="row">{1}</th>', extra, heading
        )
    css = " ".join(word for word in ("numeric" if column.is_numeric else "", extra) if word)
    value = mark_safe(content.strip())  # noqa: S308 - rendered by Django
    # A phone has no room for the heads: there each value says what it is.
    return format_html('<td class="{}" data-label="{}">{}</td>', css, column.title, value)


@register.simple_tag
def tick(listing: Listing, value: Any, name: Text) -> SafeString | str:
    """The box that chooses a row of a list for what is done with several."""
    if not listing.is_bulk:
        return ""
    return format_html(BOX, value, name)


@register.inclusion_tag("ui/list_bulk.html", takes_context=True)
def list_bulk(context: Context, listing: Listing, url: str, actions: Any) -> dict[str, Any]:
    """What can be done with the rows that are ticked; `actions` are pairs of a value, posted as `do`, and words."""
    after = context["request"].GET.get("after", "")
    return {
        "listing": listing, "url": url, "actions": actions, "after": after, "csrf_token": context.get("csrf_token")
    }  # fmt: skip


@register.filter
def undo_of(message: Any) -> Undo | None:
    """The way back that a message carries, if it tells of something that can be undone."""
    return Undo.of_tags(message.extra_tags)
