"""The one place where a request gets its acting, its transaction and its scope."""

import zoneinfo
from collections.abc import Callable
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.http import HttpResponse
from django.utils import timezone, translation
from django.utils.cache import patch_cache_control

from yingtai.kernel.acting import Acting
from yingtai.kernel.contributions import public_doors
from yingtai.kernel.http import SOMEBODYS, ActingRequest, answer_problem
from yingtai.kernel.scope import NOTHING
from yingtai.kernel.scoping import acting_transaction
from yingtai.organization.errors import KeyNotAccepted
from yingtai.organization.models import Staff
from yingtai.organization.queries import Workplace, find_key, workplaces_of

NOBODY = "nobody"
WORKPLACE = "workplace"
READS = ("GET", "HEAD", "OPTIONS")


class ActingMiddleware:
    """Sets `request.acting` and `request.workplace`, and runs the view in a transaction of that scope."""

    def __init__(self, get_response: Callable[[ActingRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: ActingRequest) -> HttpResponse:
        try:
            request.acting = self._acting(request)
        except KeyNotAccepted as problem:
            return answer_problem(request, problem)
        if request.acting.actor != NOBODY:
            # Whoever deals out turns believes a session or a key only once it was somebody's.
            request.META[SOMEBODYS] = request.acting.actor
        with acting_transaction(request.acting):
            response = self.get_response(request)
            if response.status_code >= 500:
                # A bug has become an answer already: nothing that was half done may stay.
                transaction.set_rollback(True)
        if not response.has_header("Cache-Control"):
            # Whatever is said to somebody is said to them alone: no proxy and no shared computer keeps it.
            patch_cache_control(response, private=True, no_store=True)
        return response

    def _acting(self, request: ActingRequest) -> Acting:
        now = timezone.now()  # noqa: TID251 - the edge reads the clock
        request.workplaces, request.workplace = [], None
        if request.path.startswith("/api/"):
            return self._program(request, now)
        for prefix, door in public_doors.items():
            if request.path.startswith(prefix):
                return door(request, now) or Acting(NOBODY, NOTHING, "public", now)
        staff = request.user
        if not isinstance(staff, Staff):
            return Acting(NOBODY, NOTHING, "sign-in", now)
        self._settle(request, staff)
        place = request.workplace
        if place is None:
            return Acting(f"staff:{staff.id}", NOTHING, "operations", now)
        return Acting(f"staff:{staff.id}", place.scope, "operations", now, place.roles)

    def _program(self, request: ActingRequest, now: datetime) -> Acting:
        kind, _, key = request.headers.get("Authorization", "").partition(" ")
        if not key:
            if request.method not in READS:
                # Refused before anything looks at the body, which may be large.
                raise KeyNotAccepted
            return Acting(NOBODY, NOTHING, "api", now)
        found = find_key(key.strip()) if kind.lower() == "bearer" else None
        if found is None:
            raise KeyNotAccepted
        key_id, scope, roles = found
        return Acting(f"key:{key_id}", scope, "api", now, roles)

    def _settle(self, request: ActingRequest, staff: Staff) -> None:
        request.workplaces = workplaces_of(staff)
        request.workplace = _chosen(request.workplaces, request.session.get(WORKPLACE))
        timezone.activate(zoneinfo.ZoneInfo(staff.time_zone))
        # What a colleague chose at the top of the page counts before what their account says.
        if staff.language and settings.LANGUAGE_COOKIE_NAME not in request.COOKIES:
            translation.activate(staff.language)
            request.LANGUAGE_CODE = translation.get_language()


def _chosen(places: list[Workplace], code: str | None) -> Workplace | None:
    return next((place for place in places if place.unit.code == code), places[0] if places else None)
