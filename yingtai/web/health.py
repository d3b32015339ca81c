"""What anybody may ask: is this process there, and can an event be accepted and seen?"""

from collections.abc import Callable
from datetime import UTC, datetime

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from yingtai.kernel.http import View, public
from yingtai.web import checks
from yingtai.web.operations.monitoring import metrics


@public("load balancers and the supervisor ask it before anyone signs in")
@require_safe
def live(request: HttpRequest) -> HttpResponse:
    """Say "ok": this process answers, and nothing else was asked."""
    return _plain("ok\n")


@public("monitoring asks it; it says which part does not work, and nothing that is secret")
@require_safe
def health(request: HttpRequest) -> HttpResponse:
    """Say "ok" when an event could be accepted and seen now, or answer 503; a line per part in any case."""
    findings = checks.findings(datetime.now(UTC))
    is_well = all(finding.is_well for finding in findings)
    lines = ["ok" if is_well else "not well", *(f"{one.part}: {one.words}" for one in findings)]
    return _plain("\n".join(lines) + "\n", 200 if is_well else 503)


def answer_first(
    get_response: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """Answer monitoring before anything asks the database: that it is away is what monitoring wants to hear."""

    def middleware(request: HttpRequest) -> HttpResponse:
        view = FIRST.get(request.path)
        return view(request) if view else get_response(request)

    return middleware


FIRST: dict[str, View] = {"/health": health, "/health/live": live, "/metrics": metrics}


def _plain(text: str, status: int = 200) -> HttpResponse:
    return HttpResponse(text, content_type="text/plain", status=status, headers={"Cache-Control": "no-store"})
