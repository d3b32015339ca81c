"""Home: what needs me now, what runs now, and the numbers that matter to my role."""

from django.http import HttpResponse

from yingtai.kernel.contributions import home_panels
from yingtai.kernel.http import ActingRequest, page
from yingtai.kernel.labels import Label
from yingtai.ui.pages import render_page


@page(action="view", place="home", label=Label.L1)
def home(request: ActingRequest) -> HttpResponse:
    """Today's work, from what every module registers."""
    panels = [panel for contribute in home_panels.all() if (panel := contribute(request.acting))]
    return render_page(request, "web/home.html", {"panels": panels}, fragment="main")
