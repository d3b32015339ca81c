"""What anybody may ask: could a page be served now?"""

from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from yingtai.kernel.http import public


@public("load balancers and the supervisor ask it before anyone signs in")
@require_safe
def live(request: HttpRequest) -> HttpResponse:
    """Say "ok" when a page could be served now."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return HttpResponse("ok\n", content_type="text/plain")
