from django.urls import path

from yingtai.collect.views import discarding, import_wizard, imports, plan, quarantine, sources

app_name = "collect"
urlpatterns = [
    path("data/sources/", sources.source_list, name="source_list"),
    path("data/sources/new", sources.source_new, name="source_new"),
    path("data/sources/<uuid:source_id>/", sources.source, name="source"),
    path("data/sources/<uuid:source_id>/edit", sources.source_edit, name="source_edit"),
    path("data/sources/<uuid:source_id>/key", sources.source_key, name="source_key"),
    path("data/sources/keys/<uuid:approval_id>", sources.source_key_collect, name="source_key_collect"),
    path("data/sources/<uuid:source_id>/revoke", sources.source_revoke, name="source_revoke"),
    path("data/plan/", plan.plan, name="plan"),
    path("data/plan/declare", plan.declare_line, name="declare"),
    path("data/plan/preset", plan.take_preset, name="preset"),
    path("data/plan/withdraw", plan.withdraw_line, name="withdraw"),
    path("data/quarantine/", quarantine.quarantine, name="quarantine"),
    path("data/quarantine/events", quarantine.refused_list, name="refused_list"),
    path("data/quarantine/<uuid:refused_id>/open", quarantine.open_event, name="open_refused"),
    path("data/imports/", imports.import_list, name="import_list"),
    path("data/imports/new", import_wizard.import_new, name="import_new"),
    path("data/imports/<uuid:import_id>/", imports.show_import, name="import"),
    path("data/imports/<uuid:import_id>/columns", import_wizard.import_columns, name="import_columns"),
    path("data/imports/<uuid:import_id>/check", imports.import_check, name="import_check"),
    path("data/imports/<uuid:import_id>/run", imports.import_run, name="import_run"),
    path("data/imports/<uuid:import_id>/stop", imports.import_stop, name="import_stop"),
    path("data/imports/<uuid:import_id>/discard", discarding.import_discard, name="import_discard"),
    path("data/imports/<uuid:import_id>/errors.csv", imports.import_errors, name="import_errors"),
    path("data/imports/<uuid:import_id>/mapping.toml", imports.import_mapping, name="import_mapping"),
]
