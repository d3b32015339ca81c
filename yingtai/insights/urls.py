from django.urls import path

from yingtai.insights import views

app_name = "insights"
urlpatterns = [
    path("insights/", views.dashboard, name="dashboard"),
    path("insights/cards/<slug:name>", views.card, name="card"),
    path("insights/cards/<slug:name>.csv", views.card_numbers, name="card_numbers"),
    path("insights/metrics/", views.metric_list, name="metric_list"),
    path("insights/metrics/<str:name>/", views.metric, name="metric"),
]
