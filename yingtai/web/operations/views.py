"""The page of whoever keeps the installation running."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from yingtai.kernel.dispatcher import count_alike
from yingtai.kernel.http import ActingRequest, page
from yingtai.kernel.reading import read_whole
from yingtai.ui.pages import Confirmation, render_confirmation, render_page
from yingtai.web.errors import FactNotParked
from yingtai.web.operations import figures
from yingtai.web.operations.code_words import fact_name, job_name, table_name, trouble_in_words
from yingtai.web.operations.forms import LettingGo
from yingtai.web.operations.mishaps import mishaps, refused
from yingtai.web.operations.retrying import PLACE as JOBS
from yingtai.web.operations.retrying import let_go, may_see_jobs, require_operator, tell_again, try_again
from yingtai.web.operations.waiting import MOST_FAILED
from yingtai.web.operations.words import PART_NAMES, STATES, part_name, process_name, queue_name, words_of

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
        "processes": [(one, process_name(one.name), *STATES[one.state]) for one in now.processes],
        "queues": [
            (one, queue_name(one.name), [(job, job_name(job.name)) for job in one.running])
            for one in now.queues
        ],
        "may_see_jobs": may_see_jobs(request.acting),
        "failed": [(one, job_name(one.name), queue_name(one.queue)) for one in now.failed[:MOST_FAILED]],
        "is_more_failed": len(now.failed) > MOST_FAILED,
        "parked": [(one, job_name(one.name), queue_name(one.queue)) for one in now.parked[:MOST_FAILED]],
        "untold": [
            (one, fact_name(one.name), trouble_in_words(one.trouble)) for one in now.untold[:MOST_FAILED]
        ],
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
    tables = [(table, table_name(table.name)) for table in sizes.tables]
    context = {"sizes": sizes, "parts": parts, "tables": tables, "as_of": request.acting.at}
    return render_page(request, "web/operations_growth.html", context)


@require_POST
@page(action="administer", place=JOBS)
def job_retry(request: ActingRequest, job_id: int) -> HttpResponse:
    """Let a failed job try again."""
    name = try_again(request.acting, job_id)
    messages.success(request, _("%s is queued again.") % job_name(name))
    return redirect("operations:machine")


@require_POST
@page(action="administer", place=JOBS)
def fact_retry(request: ActingRequest, fact_id: int) -> HttpResponse:
    """Let a parked fact be told again."""
    name = tell_again(request.acting, fact_id)
    messages.success(request, _("%s is being delivered again.") % fact_name(name))
    return redirect("operations:machine")


@require_http_methods(["GET", "POST"])
@page(action="administer", place=JOBS)
def facts_let_go(request: ActingRequest) -> HttpResponse:
    """Let parked facts go untold, after saying what that means."""
    require_operator(request.acting)
    numbers = _numbers(request)
    chosen, alike = count_alike(numbers)
    if not chosen:
        raise FactNotParked
    form = LettingGo(request.POST or None)
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        count = let_go(request.acting, numbers, alike=said["alike"], reason=said["reason"])
        messages.success(
            request, ngettext("%d message was let go.", "%d messages were let go.", count) % count
        )
        return redirect("operations:machine")
    if alike == chosen:
        del form.fields["alike"]
    return render_confirmation(
        request, _letting_go(request, chosen, alike), form=form, status=422 if form.is_bound else 200
    )


def _numbers(request: ActingRequest) -> list[int]:
    said = request.GET.getlist("chosen")[:MOST_FAILED]
    return [number for one in said if (number := read_whole(one)) is not None]


def _letting_go(request: ActingRequest, chosen: int, alike: int) -> Confirmation:
    others = alike - chosen
    more = (
        ngettext("%d other is parked that is alike.", "%d others are parked that are alike.", others) % others
    )
    return Confirmation(
        title=_("Let internal messages go"),
        lead=ngettext(
            "%d message will not be delivered to anybody any more.",
            "%d messages will not be delivered to anybody any more.",
            chosen,
        ) % chosen,
        consequences=(
            _("It is no longer counted as trouble, and no alarm rings for it."),
            *((more,) if others else ()),
        ),
        irreversible=_("Whatever was to follow, a mail or an erasure perhaps, will not happen by itself."),
        action=_("Let go"),
        cancel_url=reverse("operations:machine"),
        post_url=request.get_full_path(),
    )  # fmt: skip
