from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from yingtai.kernel.http import ActingRequest, public
from yingtai.organization.middleware import WORKPLACE


@public("chooses among one's own workplaces only; shows nothing")
@require_POST
def switch_workplace(request: ActingRequest) -> HttpResponse:
    """Go on working in another of one's own places. A place that is not one's own changes nothing."""
    chosen = request.POST.get("place", "")
    if any(place.unit.code == chosen for place in request.workplaces):
        request.session[WORKPLACE] = chosen
    # What the page showed belongs to the place left behind, so everyone begins again at its list.
    back = request.POST.get("next", "/")
    is_ours = url_has_allowed_host_and_scheme(back, allowed_hosts={request.get_host()})
    return redirect(back if is_ours else "/")
