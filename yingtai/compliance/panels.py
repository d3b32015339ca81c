from django.utils.translation import gettext as _

from yingtai.compliance.queries import consents_of
from yingtai.kernel.acting import Acting, decide
from yingtai.kernel.contributions import profile_panels
from yingtai.kernel.labels import Label
from yingtai.ui.panels import Panel


def consents(acting: Acting, profile_no: int) -> Panel | None:
    """Show what we may do with this person, and on which ground."""
    if not decide(acting, "view", Label.L2, "customers.profile").allowed:
        return None
    return Panel(
        title=_("What we may do"),
        template="compliance/panel.html",
        context={"consents": consents_of(acting, profile_no)},
    )


profile_panels.register("compliance.consents", consents, order=30)
