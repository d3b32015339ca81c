from django.urls import path

from yingtai.web.operations import views

app_name = "operations"
urlpatterns = [
    path("", views.machine, name="machine"),
    path("growth", views.growth, name="growth"),
    path("jobs/<int:job_id>/retry", views.job_retry, name="job_retry"),
    path("facts/let-go", views.facts_let_go, name="facts_let_go"),
    path("facts/<int:fact_id>/retry", views.fact_retry, name="fact_retry"),
]
