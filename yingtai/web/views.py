"""Home: what needs me now, what runs now, and the numbers that matter to my role."""

from django.http import HttpResponse
from django.utils.translation import gettext as _

from yingtai.kernel.contributions import home_panels
from yingtai.kernel.http import ActingRequest, page
from yingtai.kernel.labels import Label
from yingtai.ui.pages import render_page


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
        "url": "/sources/",
        "action": _("Connect a source"),
    }
