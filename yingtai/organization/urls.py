from django.urls import path

from yingtai.organization import views

app_name = "organization"
urlpatterns = [
    path("organization/", views.tree, name="tree"),
    path("organization/regions/<slug:code>/", views.region, name="region"),
    path("organization/staff/", views.staff_list, name="staff_list"),
    path("organization/staff/<uuid:staff_id>/role", views.role_give, name="role_give"),
    path("organization/staff/roles/<int:assignment_id>/take", views.role_take, name="role_take"),
    path("organization/keys/", views.key_list, name="key_list"),
    path("organization/keys/<uuid:key_id>/revoke", views.key_revoke, name="key_revoke"),
    path("organization/keys/<uuid:approval_id>/collect", views.key_collect, name="key_collect"),
    path(
        "organization/staff/invitations/<uuid:invitation_id>/withdraw",
        views.invitation_withdraw,
        name="invitation_withdraw",
    ),
    path("organization/approvals/", views.approval_list, name="approval_list"),
    path("organization/approvals/<uuid:approval_id>", views.approval_decide, name="approval_decide"),
    path("organization/record/", views.record, name="record"),
    path("join/<str:token>", views.join, name="join"),
    path("organization/views/keep", views.view_keep, name="view_keep"),
    path("organization/views/<uuid:view_id>/remove", views.view_remove, name="view_remove"),
    path("organization/workplace", views.switch_workplace, name="switch_workplace"),
]
