"""What Home shows of the numbers: four that matter, loaded after the page."""

from django.urls import reverse
from django.utils.translation import gettext as _

from yingtai.kernel.acting import Acting, decide
from yingtai.kernel.contributions import home_panels
from yingtai.kernel.labels import Label
from yingtai.ui.panels import Panel


def numbers(acting: Acting) -> Panel | None:
    """Revenue of the place someone works in, with its change."""
    if not decide(acting, "view", Label.L2, "insights.dashboard").allowed:
        return None
    return Panel(
        title=_("Your numbers"),
        lazy_url=f"{reverse('insights:card', args=['revenue'])}?period=30d",
        url=reverse("insights:dashboard"),
    )


home_panels.register("insights.numbers", numbers, order=50)
