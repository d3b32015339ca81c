from django.urls import path

from yingtai.customers import merging_views, retention_views, views

app_name = "customers"
urlpatterns = [
    path("compliance/retention/", retention_views.retention, name="retention"),
    path("compliance/retention/<int:node_no>/begin", retention_views.begin, name="retention_begin"),
    path("profiles/", views.profile_list, name="profile_list"),
    path("profiles/<uuid:profile_id>/", views.profile, name="profile"),
    path("profiles/<uuid:profile_id>/orders", views.orders, name="orders"),
    path("profiles/<uuid:profile_id>/timeline", views.timeline, name="timeline"),
    path("profiles/<uuid:profile_id>/reveal/<int:alias_no>", views.reveal, name="reveal"),
    path("profiles/<uuid:profile_id>/confirm/<int:alias_no>", views.confirm, name="confirm"),
    path("profiles/<uuid:profile_id>/reveal", views.reveal_trait, name="reveal_trait"),
    path("profiles/<uuid:profile_id>/merge", merging_views.merge, name="merge"),
    path("profiles/<uuid:profile_id>/merge/<uuid:duplicate_id>", merging_views.merge_with, name="merge_with"),
    path("profiles/<uuid:profile_id>/under-way", merging_views.under_way, name="under_way"),
    path("profiles/<uuid:profile_id>/merges/<uuid:evidence_id>/undo", merging_views.split, name="split"),
    path("profiles/<uuid:profile_id>/kept", views.kept, name="kept"),
    path("profiles/<uuid:profile_id>/copy", views.copy, name="copy"),
    path("profiles/<uuid:profile_id>/erase", views.erase, name="erase"),
]
