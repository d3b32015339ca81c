"""The page of whoever keeps the installation running."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from yingtai.kernel.http import ActingRequest, page
from yingtai.ui.pages import render_page
from yingtai.web.operations import figures
from yingtai.web.operations.mishaps import mishaps, refused
from yingtai.web.operations.retrying import PLACE as JOBS
from yingtai.web.operations.retrying import may_see_jobs, tell_again, try_again
from yingtai.web.operations.waiting import MOST_FAILED
from yingtai.web.operations.words import PART_NAMES, STATES, part_name, words_of

PLACE = "operations.machine"


@require_safe
@page(action="administer", place=PLACE)
def machine(request: ActingRequest) -> HttpResponse:
    """Processes, what waits, what failed; asks again every few seconds."""
    now = figures.now(request.acting.at)
    context = {
        "now": now,
        "as_of": request.acting.at,
        "findings": [(part_name(one.part), one.is_well, words_of(one)) for one in now.findings],
        "is_well": all(one.is_well for one in now.findings),
        "processes": [(one, *STATES[one.state]) for one in now.processes],
        "may_see_jobs": may_see_jobs(request.acting),
        "failed": now.failed[:MOST_FAILED],
        "is_more_failed": len(now.failed) > MOST_FAILED,
        "parked": now.parked[:MOST_FAILED],
        "untold": now.untold[:MOST_FAILED],
        "is_more_untold": len(now.untold) > MOST_FAILED,
        "mishaps": mishaps(),
        "refused": refused(),
    }
    return render_page(request, "web/operations.html", context, fragment="now")


@require_safe
@page(action="administer", place=PLACE)
def growth(request: ActingRequest) -> HttpResponse:
    """What grows; loaded after the page, for it looks at every file."""
    sizes = figures.sizes()
    parts = [(PART_NAMES[part.name], part) for part in sizes.parts]
    context = {"sizes": sizes, "parts": parts, "as_of": request.acting.at}
    return render_page(request, "web/operations_growth.html", context)


@require_POST
@page(action="administer", place=JOBS)
def job_retry(request: ActingRequest, job_id: int) -> HttpResponse:
    """Let a failed job try again."""
    name = try_again(request.acting, job_id)
    messages.success(request, _("%s is queued again.") % name)
    return redirect("operations:machine")


@require_POST
@page(action="administer", place=JOBS)
def fact_retry(request: ActingRequest, fact_id: int) -> HttpResponse:
    """Let a parked fact be told again."""
    name = tell_again(request.acting, fact_id)
    messages.success(request, _("%s is told again.") % name)
    return redirect("operations:machine")
