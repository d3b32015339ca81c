"""The lake table of campaigns: who was given the mail and who was held out."""

from yingtai.lake.tables import MOMENT, NUMBER, SCOPE, SWITCH, LakeTable, register

ASSIGNMENTS = register(
    LakeTable(
        name="campaign_assignments",
        meaning="One row per person of a campaign's audience that could be written to: mail or hold-out.",
        partition_by="campaign_no",
        sort_by=("profile_no",),
        declared={
            "profile_no": (NUMBER, "the person, as the send ledger knows them now"),
            "is_held_out": (SWITCH, "true: held out; false: given the mail, whether it arrived or not"),
            "assigned_at": (MOMENT, "when it was decided; what happened before does not count"),
            **SCOPE,
            "campaign_no": (NUMBER, "the campaign (the partition)"),
        },
    )
)
