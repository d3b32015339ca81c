from django.urls import path

from yingtai.campaigns.views import building, listing, proofs, public, senders, watching

app_name = "campaigns"
urlpatterns = [
    path("campaigns/", listing.campaign_list, name="campaign_list"),
    path("campaigns/new", building.campaign_new, name="campaign_new"),
    path("campaigns/<uuid:campaign_id>/", building.campaign, name="campaign"),
    path("campaigns/<uuid:campaign_id>/check", building.check, name="check"),
    path("campaigns/<uuid:campaign_id>/ready", building.ready, name="ready"),
    path("campaigns/test/<uuid:template_id>", proofs.proof_of_template, name="proof_of_template"),
    path("campaigns/senders/", senders.sender_list, name="sender_list"),
    path("campaigns/senders/<uuid:sender_id>/archive", senders.sender_archive, name="sender_archive"),
    path("campaigns/several", listing.several, name="several"),
    path("campaigns/<uuid:campaign_id>/delete", listing.delete, name="delete"),
    path("campaigns/<uuid:campaign_id>/archive", listing.archive, name="archive"),
    path("campaigns/<uuid:campaign_id>/copy", building.campaign_copy, name="copy"),
    path("campaigns/<uuid:campaign_id>/mail", proofs.mail, name="mail"),
    path("campaigns/<uuid:campaign_id>/test", proofs.proof, name="proof"),
    path("campaigns/<uuid:campaign_id>/launch", building.launch, name="launch"),
    path("campaigns/<uuid:campaign_id>/stop", building.stop, name="stop"),
    path("campaigns/<uuid:campaign_id>/unschedule", building.unschedule, name="unschedule"),
    path("campaigns/<uuid:campaign_id>/monitor/", watching.monitor, name="monitor"),
    path("campaigns/<uuid:campaign_id>/sends/", watching.sends, name="sends"),
    path("campaigns/<uuid:campaign_id>/result/", watching.result, name="result"),
    path("campaigns/<uuid:campaign_id>/unknown", watching.resend_unknown, name="resend_unknown"),
    path("campaigns/<uuid:campaign_id>/resume", watching.resume, name="resume"),
    path("campaigns/suppressions/<int:suppression_no>/lift", watching.lift, name="lift"),
    path("u/<str:token>", public.unsubscribe, name="unsubscribe"),
    path("u/<str:token>/preferences", public.preferences, name="preferences"),
    path("u/<str:token>/look.css", public.look, name="look"),
    path("u/<str:token>/logo", public.logo, name="logo"),
    path("o/<str:token>.gif", public.opened, name="opened"),
    path("c/<str:token>", public.clicked, name="clicked"),
    path("v/<str:token>", public.viewed, name="viewed"),
]
