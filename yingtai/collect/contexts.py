"""The context of a message, reduced to what the product works with."""

from typing import Any
from urllib.parse import unquote_plus, urlsplit

import msgspec

UTM = {
    "utm_source": "source",
    "utm_medium": "medium",
    "utm_campaign": "name",
    "utm_term": "term",
    "utm_content": "content",
}
PRIVATE_PROPERTIES = ("search", "title", "referrer", "url")
MOST_TEXT = 1_000

Texts = dict[str, Any]


class Page(msgspec.Struct, gc=False):
    """Where a visitor was. `url` and `referrer` are what was sent; they are emptied by the reduction."""

    path: str | None = None
    url: str | None = None
    referrer: str | None = None
    referrer_host: str | None = None


class Consent(msgspec.Struct, gc=False, rename="camel"):
    """What a visitor agreed to, as the consent banner says it."""

    category_preferences: dict[str, bool] | None = None


class Context(msgspec.Struct, gc=False, rename="camel"):
    """What was around a message. Everything else that was sent is left out."""

    page: Page | None = None
    campaign: Texts | None = None
    user_agent: str | None = None
    ip: str | None = None
    device: Texts | None = None
    app: Texts | None = None
    library: Texts | None = None
    locale: str | None = None
    timezone: str | None = None
    group_id: str | int | None = None
    session_id: str | int | None = None
    consent: Consent | None = None
    external_ids: list[dict[str, Any]] | None = None
    traits: dict[str, Any] | None = None


EMPTY = Context()
FIELDS = {field.encode_name: field for field in msgspec.structs.fields(Context)}
SHARED = tuple(field.name for field in msgspec.structs.fields(Context))


def mend_context(context: dict[str, Any]) -> dict[str, Any]:
    """Return only those parts of a context that have the form they should have."""
    return {name: value for name, value in context.items() if name in FIELDS and _fits(name, value)}


def reduce_context(own: Context | None, shared: Context | None) -> Context:
    """Return a message's context over its batch's, without queries, titles or foreign addresses."""
    context = own or EMPTY
    if shared is not None:
        context = _merged(own, shared)
    page = context.page
    if page is not None:
        _reduce_page(context, page)
    return context


def without_queries(properties: dict[str, Any], context: Context) -> tuple[dict[str, Any], Context]:
    """Return a page's properties without address, title and search; they go to the context if it has none."""
    if context.page is None and any(name in properties for name in ("path", "url", "referrer")):
        page = Page(*(_text(properties.get(name)) for name in ("path", "url", "referrer")))
        context = msgspec.structs.replace(context, page=page)
        _reduce_page(context, page)
    kept = {name: value for name, value in properties.items() if name not in PRIVATE_PROPERTIES}
    if isinstance(kept.get("path"), str):
        kept["path"] = kept["path"].partition("?")[0].partition("#")[0]
    return kept, context


def _merged(own: Context | None, shared: Context) -> Context:
    if own is None:
        # A copy, for the reduction empties what it has read; the page is the only part it changes.
        page = None if shared.page is None else msgspec.structs.replace(shared.page)
        return msgspec.structs.replace(shared, page=page)
    for name in SHARED:
        if getattr(own, name) is None and (value := getattr(shared, name)) is not None:
            setattr(own, name, msgspec.structs.replace(value) if name == "page" else value)
    return own


def _reduce_page(context: Context, page: Page) -> None:
    if page.url:
        path, query = _split(page.url)
        page.path = page.path or path or None
        if query and "utm_" in query:
            context.campaign = _campaign(query) | (context.campaign or {})
    if page.path:
        page.path = page.path.partition("?")[0].partition("#")[0]
    page.referrer_host = _host(page.referrer) if page.referrer else None
    page.url = page.referrer = None


def _campaign(query: str) -> Texts:
    found: Texts = {}
    # Only what we keep is decoded: at this rate the library's reading of whole queries is felt.
    for part in query.split("&"):
        if part.startswith("utm_"):
            name, _, text = part.partition("=")
            if text and name in UTM:
                found[UTM[name]] = unquote_plus(text)[:MOST_TEXT]
    return found


def _split(url: str) -> tuple[str, str]:
    whole, _, _ = url.partition("#")
    address, _, query = whole.partition("?")
    _, slashes, rest = address.partition("://")
    if slashes:
        _, slash, path = rest.partition("/")
        return slash + path or "/", query
    return address, query


def _host(url: str) -> str | None:
    try:
        return (urlsplit(url).hostname or "")[:255] or None
    except ValueError:
        return None


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None


def _fits(name: str, value: object) -> bool:
    try:
        msgspec.convert(value, FIELDS[name].type)
    except msgspec.ValidationError:
        return False
    return True
