from django.urls import path
from django.views.i18n import set_language

from yingtai.kernel.http import public
from yingtai.ui import views

app_name = "ui"
urlpatterns = [
    path("ui/gallery", views.gallery, name="gallery"),
    path("ui/gallery/confirm", views.gallery_confirm, name="gallery_confirm"),
    path("ui/gallery/signin", views.gallery_signin, name="gallery_signin"),
    path("ui/gallery/progress", views.gallery_progress, name="gallery_progress"),
    path("ui/gallery/lazy", views.gallery_lazy, name="gallery_lazy"),
    path("ui/gallery/broken", views.gallery_broken, name="gallery_broken"),
    path(
        "ui/language", public("chooses the language of one's own browser only")(set_language), name="language"
    ),
    path("search", views.search, name="search"),
    path("help/", views.help_list, name="help_list"),
    path("help/errors/<str:code>", views.error_help, name="error_help"),
    path("help/<str:topic>", views.help_page, name="help"),
    path("ui/columns", views.columns, name="columns"),
    path("ui/theme", views.theme, name="theme"),
]
