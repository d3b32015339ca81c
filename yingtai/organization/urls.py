from django.urls import path

from yingtai.organization import views

app_name = "organization"
urlpatterns = [path("organization/workplace", views.switch_workplace, name="switch_workplace")]
