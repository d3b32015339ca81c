"""What background jobs, internal messages and tables are called by people; their codes stand beside, for logs."""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from yingtai.kernel.events import NOBODY_KNOWS, OTHER_VALUES

SCHEDULE = "schedule."
JOB_NAMES: dict[str, Any] = {
    "audiences.forget_members": gettext_lazy("Remove the members of a deleted audience"),
    "audiences.keep_score_bounds": gettext_lazy("Work out RFM scores"),
    "audiences.refresh_all": gettext_lazy("Refresh all audiences"),
    "audiences.refresh_audience": gettext_lazy("Refresh an audience"),
    "campaigns.confirm_addresses": gettext_lazy("Ask addresses that pages gave to confirm them"),
    "campaigns.decide": gettext_lazy("Decide who gets a campaign"),
    "campaigns.export": gettext_lazy("Write a campaign's results into the lake"),
    "campaigns.follow_merges": gettext_lazy("Follow merged people in campaigns"),
    "campaigns.forget_people": gettext_lazy("Send erased people nothing more"),
    "campaigns.keep_going": gettext_lazy("Keep campaigns going"),
    "campaigns.note_given_addresses": gettext_lazy("Note addresses that pages gave with a yes"),
    "campaigns.send": gettext_lazy("Send a campaign"),
    "collect.check_import": gettext_lazy("Check a file before its import"),
    "collect.record_consent_changes": gettext_lazy("Write changes of consent into events"),
    "collect.remove_expired": gettext_lazy("Remove old uploads and refused events"),
    "customers.count_loaded": gettext_lazy("Count imported events for their sources"),
    "customers.destroy_old_keys": gettext_lazy("Destroy keys whose time is over"),
    "customers.erase_person": gettext_lazy("Erase a person"),
    "customers.expire_events": gettext_lazy("Remove events that were kept long enough"),
    "customers.finish_loads": gettext_lazy("Finish interrupted imports"),
    "customers.forget_batches": gettext_lazy("Remove old notes of loads"),
    "customers.merge_profiles": gettext_lazy("Merge two profiles"),
    "customers.look_over_lake": gettext_lazy("Look whether files of the lake are whole"),
    "customers.merge_small_files": gettext_lazy("Merge small files of the lake"),
    "customers.run_import": gettext_lazy("Run an import"),
    "customers.split_profile": gettext_lazy("Undo a merge"),
    "customers.sweep_keys": gettext_lazy("Destroy unused keys"),
    "customers.tidy_lake": gettext_lazy("Remove files of the lake that nobody needs"),
    "insights.summarize_lake": gettext_lazy("Sum up changed days"),
    "kernel.prune_jobs": gettext_lazy("Remove old jobs"),
    "kernel.retry_stalled_jobs": gettext_lazy("Take up interrupted jobs again"),
    "organization.count_unknown_sign_ins": gettext_lazy("Sum up sign-ins of unknown accounts"),
    "organization.mail_new_password": gettext_lazy("Mail links for new passwords"),
    "organization.prune_sign_ins": gettext_lazy("Remove old sessions and notes of sign-ins"),
    "sample.finish_campaign": gettext_lazy("Finish the sample campaign"),
}
FACT_NAMES: dict[str, Any] = {
    "audiences.audience_refreshed": gettext_lazy("An audience was refreshed"),
    "collect.import_asked": gettext_lazy("An import was asked for"),
    "compliance.consents_recorded": gettext_lazy("Answers about consent changed"),
    "customers.addresses_given": gettext_lazy("Pages gave addresses with a yes"),
    "customers.person_erased": gettext_lazy("A person was erased"),
    "customers.profile_split": gettext_lazy("A merge was undone"),
    "customers.profiles_merged": gettext_lazy("Profiles were merged"),
    "customers.set_ingested": gettext_lazy("Events were taken in"),
}
TABLE_NAMES: dict[str, Any] = {
    "audiences_refresh": gettext_lazy("Refreshes of audiences"),
    "campaigns_send": gettext_lazy("Messages of campaigns"),
    "collect_inbox": gettext_lazy("Inbox"),
    "collect_quarantine": gettext_lazy("Refused events"),
    "collect_seen": gettext_lazy("Names that arrived"),
    "compliance_consent": gettext_lazy("All answers about consent"),
    "compliance_consent_now": gettext_lazy("Consent as it holds now"),
    "customers_identifier": gettext_lazy("Identifiers of people"),
    "customers_importedrow": gettext_lazy("Lines of imports"),
    "customers_knownname": gettext_lazy("Names to find people by"),
    "customers_order": gettext_lazy("Order numbers"),
    "customers_profile": gettext_lazy("Profiles"),
    "customers_recenttimeline": gettext_lazy("Latest events of people"),
    "customers_sealedtraits": gettext_lazy("Private traits, sealed"),
    "customers_seenmessage": gettext_lazy("Events seen lately, against repeats"),
    "customers_visitorkey": gettext_lazy("Keys of anonymous visitors"),
    "kernel_outboxfact": gettext_lazy("Internal messages"),
    "kernel_task": gettext_lazy("Long tasks of people"),
    "organization_deed": gettext_lazy("Audit log"),
    "procrastinate_events": gettext_lazy("Steps of background jobs"),
    "procrastinate_jobs": gettext_lazy("Background jobs"),
}

TROUBLES: dict[str, Any] = {
    NOBODY_KNOWS: gettext_lazy("No part of this release knows a message of this name"),
    OTHER_VALUES: gettext_lazy("Its content is not what a message of this name holds"),
}
"""By what the dispatcher keeps."""


def job_name(code: str) -> str:
    """Return what a job is called; a tick of the schedule by its job; one that nobody knows by its code."""
    if code.startswith(SCHEDULE):
        return _("Schedule: %s") % job_name(code.removeprefix(SCHEDULE))
    return str(JOB_NAMES.get(code, code))


def fact_name(code: str) -> str:
    """Return what an internal message is called; one of a module that is gone keeps its code."""
    return str(FACT_NAMES.get(code, code))


def trouble_in_words(trouble: str) -> str:
    """Return why an internal message could not be delivered; the kind and place of an error are the program's own."""
    return str(TROUBLES.get(trouble, trouble))


def table_name(code: str) -> str:
    """Return what a table of the books is called; most never grow large and keep their code."""
    return str(TABLE_NAMES.get(code, code))
