"""Where everything is mounted. Each module brings its own `urls.py`; this file only says where."""

from importlib.util import find_spec

from django.urls import include, path

from yingtai.web import health, views
from yingtai.web.api import api
from yingtai.web.operations import monitoring
from yingtai.web.settings import ENV, MODULES

urlpatterns = [
    path("", views.home, name="home"),
    path("first-steps/dismiss", views.dismiss_first_steps, name="dismiss_first_steps"),
    path("health", health.health, name="health"),
    path("health/live", health.live, name="live"),
    path("metrics", monitoring.metrics, name="metrics"),
    path("operations/", include("yingtai.web.operations.urls")),
    path("api/v1/", api.urls),
    path("account/", include("yingtai.organization.account_urls")),
    path("i18n/", include("django.conf.urls.i18n")),
]
urlpatterns += [
    path("", include(f"yingtai.{module}.urls"))
    for module in [*MODULES, "ui"]
    if find_spec(f"yingtai.{module}") and find_spec(f"yingtai.{module}.urls")
]
if not ENV.smtp_url:  # mail stays here, so it can be read here
    urlpatterns += [path("mailbox/", include("yingtai.web.mailbox_urls"))]

handler400 = "yingtai.web.views.unreadable"
handler404 = "yingtai.web.views.not_found"
handler500 = "yingtai.web.views.broken"
