from django.urls import path

from yingtai.audiences.views import asking, building, persons, showing

app_name = "audiences"
urlpatterns = [
    path("audiences/", showing.audience_list, name="audience_list"),
    path("audiences/several", showing.several, name="several"),
    path("audiences/new", building.audience_new, name="audience_new"),
    path("audiences/rfm", showing.rfm, name="rfm"),
    path("audiences/count", asking.count, name="count"),
    path("audiences/look", asking.look, name="look"),
    path("audiences/suggestions/events", asking.suggest_events, name="suggest_events"),
    path("audiences/suggestions/values", asking.suggest_values, name="suggest_values"),
    path("audiences/of/<uuid:profile_id>", persons.of_person, name="of_person"),
    path("audiences/<uuid:audience_id>/", showing.audience, name="audience"),
    path("audiences/<uuid:audience_id>/edit", building.audience_edit, name="audience_edit"),
    path("audiences/<uuid:audience_id>/people", asking.people, name="people"),
    path("audiences/<uuid:audience_id>/members/", showing.members, name="members"),
    path("audiences/<uuid:audience_id>/copy", showing.copy, name="copy"),
    path("audiences/<uuid:audience_id>/restore", showing.restore, name="restore"),
    path("audiences/<uuid:audience_id>/refresh", showing.refresh, name="refresh"),
    path("audiences/<uuid:audience_id>/progress/<uuid:task_id>", showing.progress, name="progress"),
    path("audiences/<uuid:audience_id>/archive", showing.archive, name="archive"),
    path("audiences/<uuid:audience_id>/delete", showing.delete, name="delete"),
]
