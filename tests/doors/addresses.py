"""Every address of the product, read from its own resolver and its own API document."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import product
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.urls import URLPattern, URLResolver, get_resolver

from tests.doors.furnishing import Furnished, all_ids, rows_of, scoped_models

PARAMETER = re.compile(r"<(?:(\w+):)?(\w+)>")
ALSO_CALLED = {
    "version": "templateversion",
    "upload": "uploadedfile",
    "refused": "quarantine",
    "merge": "mergeevidence",
    "duplicate": "profile",
}
MOST_PER_ADDRESS = 2


@dataclass(frozen=True)
class Address:
    """A page: where it is, and the function that answers."""

    route: str
    view: Callable[..., HttpResponse]
    spaces: tuple[str, ...]
    name: str

    @property
    def needs(self) -> tuple[str, Any, str] | None:
        return getattr(self.view, "needs", None)

    @property
    def public(self) -> str | None:
        return getattr(self.view, "public", None)


def pages() -> Iterator[Address]:
    """Return every page, those of libraries included."""
    yield from _below(get_resolver().url_patterns, "/", ())


def _below(patterns: list[Any], prefix: str, spaces: tuple[str, ...]) -> Iterator[Address]:
    for pattern in patterns:
        route = prefix + str(pattern.pattern).removeprefix("^").removesuffix(r"\Z")
        if isinstance(pattern, URLResolver):
            inside = (*spaces, pattern.namespace or pattern.app_name or "")
            yield from _below(pattern.url_patterns, route, tuple(filter(None, inside)))
        elif isinstance(pattern, URLPattern):
            yield Address(route, pattern.callback, spaces, pattern.name or "")


class Filler:
    """Puts what belongs to a brand into the blanks of addresses and bodies."""

    def __init__(self, here: Furnished) -> None:
        self._ids = {
            model._meta.model_name: [
                row.get("id") or row[model._meta.pk.attname] for row in rows_of(here.acting, model)
            ]
            for model in scoped_models()
            if model._meta.pk.attname != "pk"
        }
        self._all = all_ids(here)
        self._brand = here.brand

    def addresses(self, route: str) -> list[str]:
        """Return the route with ids of the brand in its blanks, in several ways."""
        blanks = PARAMETER.findall(route)
        choices = [self.values(name, kind) for kind, name in blanks]
        filled = []
        for values in list(product(*choices))[:MOST_PER_ADDRESS]:
            path = route
            for value in values:
                path = PARAMETER.sub(str(value), path, count=1)
            filled.append(path)
        return filled

    def values(self, name: str, kind: str) -> list[Any]:
        """Return what a blank of that name and kind may hold."""
        named = name.removesuffix("_id").removesuffix("_no")
        ids = self._ids.get(ALSO_CALLED.get(named, named)) or self._all
        if kind == "uuid":
            return [one for one in ids if isinstance(one, UUID)][:MOST_PER_ADDRESS]
        if kind == "int":
            numbers = [one for one in [*ids, *self._all] if isinstance(one, int)]
            return [self._brand.node_no, *numbers][:MOST_PER_ADDRESS]
        return [one for one in ids if isinstance(one, UUID)][:2] or ["x"]

    def body(self, schema: dict[str, Any], document: dict[str, Any], name: str = "") -> Any:
        """Return JSON that fits a schema of the API document and names things of the brand."""
        if "$ref" in schema:
            schema = document["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
        if "anyOf" in schema:
            return self.body(schema["anyOf"][0], document, name)
        if schema.get("type") == "object" or "properties" in schema:
            return {
                key: self.body(part, document, key)
                for key, part in schema.get("properties", {}).items()
                if key in schema.get("required", []) or "id" in key or "node" in key
            }
        if schema.get("type") == "array":
            return [self.body(schema["items"], document, name)]
        if schema.get("format") == "uuid":
            return str(self.values(name, "uuid")[0])
        if schema.get("type") == "integer":
            return self._brand.node_no
        return schema.get("examples", ["granted" if name == "status" else "marketing.email"])[0]
