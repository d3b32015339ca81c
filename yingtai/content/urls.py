from django.urls import path

from yingtai.content import look_views, views

app_name = "content"
urlpatterns = [
    path("content/", views.template_list, name="template_list"),
    path("content/several", views.several, name="several"),
    path("content/look/", look_views.first_look, name="first_look"),
    path("content/look/<uuid:brand_id>/", look_views.look, name="look"),
    path("content/look/<uuid:brand_id>/logo", look_views.look_logo, name="look_logo"),
    path("content/new", views.template_new, name="template_new"),
    path("content/<uuid:template_id>/", views.template, name="template"),
    path("content/<uuid:template_id>/draft", views.draft, name="draft"),
    path("content/<uuid:template_id>/preview", views.preview, name="preview"),
    path("content/<uuid:template_id>/versions", views.version_new, name="version_new"),
    path("content/<uuid:template_id>/copy", views.copy, name="copy"),
    path("content/<uuid:template_id>/delete", views.delete, name="delete"),
    path("content/<uuid:template_id>/archive", views.archive, name="archive"),
    path("content/versions/<uuid:version_id>/", views.version, name="version"),
    path("content/versions/<uuid:version_id>/preview", views.version_preview, name="version_preview"),
]
