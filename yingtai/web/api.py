"""The JSON API: every module's endpoints under /api/v1, one key check, one way to say what went wrong."""

from functools import cache
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from ninja import NinjaAPI
from ninja.errors import HttpError, ValidationError

from yingtai.kernel.errors import ParameterNotKnown
from yingtai.kernel.http import ActingRequest, answer_problem
from yingtai.organization.api import KeyNotAccepted
from yingtai.web.settings import MODULES

DESCRIPTION = """
Read profiles, audiences and campaigns, and record consent, with the same rights and walls as the pages.

* **Key**: send `Authorization: Bearer ytk_…`. A key acts in one place of the organization with the roles given
  to it; what lies outside is not found.
* **Lists** come in pages: pass the `next_cursor` of a page as `after` to get the one that follows.
* **Problems** are `application/problem+json` (RFC 9457): `title` says what happened, `detail` what to do.
"""


def has_key(request: ActingRequest) -> bool:
    """Say whether the request came with an accepted key; the middleware has looked it up already."""
    if not request.acting.actor.startswith("key:"):
        raise KeyNotAccepted
    _refuse_unknown_parameters(request)
    return True


api = NinjaAPI(
    title="Yingtai", version="1", description=DESCRIPTION, urls_namespace="api", auth=has_key,
    openapi_url="/openapi.json", docs_url="/docs",
)  # fmt: skip


@api.exception_handler(ValidationError)
def say_what_does_not_fit(request: HttpRequest, problem: ValidationError) -> HttpResponse:
    """Answer a request that does not fit the documented shape, naming each field."""
    fields = [
        {"field": ".".join(str(part) for part in error["loc"][1:]), "problem": error["msg"]}
        for error in problem.errors
    ]
    return _document(
        422, "The request does not fit", "Correct the named fields; see /api/v1/docs.", fields=fields
    )


@api.exception_handler(HttpError)
def say_it_as_a_problem(request: HttpRequest, problem: HttpError) -> HttpResponse:
    """Answer what the framework refuses (a body that is no JSON, say) in the same form as all else."""
    return _document(problem.status_code, str(problem), "See /api/v1/docs for what is expected here.")


@api.exception_handler(KeyNotAccepted)
def ask_for_a_key(request: HttpRequest, problem: KeyNotAccepted) -> HttpResponse:
    """Answer a request without a live key."""
    return answer_problem(request, problem)


def _refuse_unknown_parameters(request: HttpRequest) -> None:
    """Stop before a filter that nobody reads is mistaken for one that chose nothing.

    Raises: ParameterNotKnown
    """
    match = request.resolver_match
    known = _parameters().get((match.route if match else "", request.method or ""))
    if known is not None and (unknown := sorted(set(request.GET) - known)):
        raise ParameterNotKnown(
            field=unknown[0][:60], name=unknown[0][:60], known=", ".join(sorted(known)) or "–"
        )


@cache
def _parameters() -> dict[tuple[str, str], frozenset[str]]:
    """Return the query parameters of every operation, by route and method, as the API document names them."""
    found: dict[tuple[str, str], frozenset[str]] = {}
    for path, operations in api.get_openapi_schema(path_prefix="/api/v1/")["paths"].items():
        for method, operation in operations.items():
            named = (item for item in operation.get("parameters", []) if item["in"] == "query")
            route = path.lstrip("/").replace("{", "<").replace("}", ">")
            found[route, method.upper()] = frozenset(item["name"] for item in named)
    return found


def _document(status: int, title: str, detail: str, **more: Any) -> JsonResponse:
    document = {"type": "about:blank", "title": title, "status": status, "detail": detail} | more
    return JsonResponse(document, status=status, content_type="application/problem+json")


for module in MODULES:
    if find_spec(f"yingtai.{module}") and find_spec(f"yingtai.{module}.endpoints"):
        api.add_router("", import_module(f"yingtai.{module}.endpoints").router)
