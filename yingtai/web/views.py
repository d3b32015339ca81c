"""Home: what needs me now, what runs now, and the numbers that matter to my role."""

import logging
import sys

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from yingtai.kernel.contributions import home_panels
from yingtai.kernel.http import ActingRequest, page
from yingtai.kernel.ids import uuid7
from yingtai.kernel.labels import Label
from yingtai.ui.pages import render_page

log = logging.getLogger(__name__)


@page(action="view", place="home", label=Label.L1)
def home(request: ActingRequest) -> HttpResponse:
    """Today's work, from what every module registers."""
    panels = [panel for contribute in home_panels.all() if (panel := contribute(request.acting))]
    return render_page(
        request, "web/home.html", {"panels": panels, "nothing": _what_to_do_first()}, fragment="main"
    )


def _what_to_do_first() -> dict[str, str]:
    return {
        "title": _("Nothing needs you today"),
        "text": _("What runs, what waits for you and your numbers appear here once data comes in."),
        "url": "/data/sources/",
        "action": _("Connect a source"),
    }


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer an address that leads nowhere."""
    words = {
        "title": _("There is no such page"),
        "remedy": _("The address may be mistyped, or what it showed may have been removed. Go on from Home."),
    }
    return render(request, "ui/wrong.html", words, status=404)


def broken(request: HttpRequest) -> HttpResponse:
    """Answer a bug with a reference that is in the log beside its facts."""
    reference = uuid7().hex[-12:]
    log.error("reference %s", reference, exc_info=sys.exc_info())
    words = {
        "title": _("Something broke on our side"),
        "remedy": _("Nothing was changed. Try again; if it happens again, tell your operator the reference."),
        "reference": reference,
    }
    return render(request, "ui/wrong.html", words, status=500)
