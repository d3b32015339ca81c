from yingtai.campaigns.queries import CampaignView
from yingtai.kernel.acting import Acting
from yingtai.kernel.contributions import launch_gates
from yingtai.kernel.errors import ProductError


def problems_of(acting: Acting, campaign: CampaignView) -> list[ProductError]:
    """Return what stands in the way of a launch, gate by gate."""
    return [problem for gate in launch_gates.all() if (problem := gate(acting, campaign)) is not None]
