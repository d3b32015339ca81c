from django.urls import path

from yingtai.compliance import views

app_name = "compliance"
urlpatterns = [
    path("compliance/", views.overview, name="overview"),
    path("compliance/purposes/new", views.purpose_new, name="purpose_new"),
    path("compliance/purposes/standard", views.purposes_standard, name="purposes_standard"),
    path("compliance/purposes/<uuid:purpose_id>/", views.purpose, name="purpose"),
    path("compliance/purposes/<uuid:purpose_id>/notice", views.notice_new, name="notice_new"),
    path("compliance/purposes/several", views.several, name="several"),
    path("compliance/policy/", views.policy, name="policy"),
]
