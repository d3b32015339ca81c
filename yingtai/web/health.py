"""The one address that anybody may ask: is the console there, and are its books?"""

from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from yingtai.kernel.http import public


@public("load balancers and the supervisor ask it before anyone signs in")
@require_safe
def health(request: HttpRequest) -> HttpResponse:
    """Say "ok" when a page could be served now."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return HttpResponse("ok\n", content_type="text/plain")
