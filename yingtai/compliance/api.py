"""The one door into `compliance`. Other modules import this file and `events`, nothing else."""

from yingtai.compliance.channels import channel_title
from yingtai.compliance.errors import (
    ChannelNotInPurpose,
    ErasureStands,
    EvidenceHoldsPersonalData,
    NoticeNotFound,
    PurposeIsArchived,
    PurposeIsTaken,
    PurposeNotFound,
    SourceHoldsPersonalData,
    SourceNotUnderstood,
    StatusNotUnderstood,
    WithdrawalStands,
)
from yingtai.compliance.models import Status
from yingtai.compliance.people import install_people
from yingtai.compliance.policy import install_policy
from yingtai.compliance.queries import (
    ConsentView,
    DatedAnswer,
    NoticeView,
    PurposeView,
    consent_history,
    consents_of,
    consents_of_many,
    count_consents,
    get_purpose,
    latest_notice_version,
    list_purposes,
    said_before,
)
from yingtai.compliance.services.evidence import looks_personal
from yingtai.compliance.services.forgetting import erased_among, has_erased, remember_erased
from yingtai.compliance.services.marking import NO_CONSENT, WITHDRAWN, mark_consent
from yingtai.compliance.services.merging import merge_consents, merge_consents_in_pairs, split_consents
from yingtai.compliance.services.purposes import (
    install_standard_purposes,
    publish_notice,
    register_purpose,
)
from yingtai.compliance.services.recording import (
    ConsentRow,
    RecordedConsents,
    record_consent,
    record_consents,
)

__all__ = [
    "NO_CONSENT",
    "WITHDRAWN",
    "ChannelNotInPurpose",
    "ConsentRow",
    "ConsentView",
    "DatedAnswer",
    "ErasureStands",
    "EvidenceHoldsPersonalData",
    "NoticeNotFound",
    "NoticeView",
    "PurposeIsArchived",
    "PurposeIsTaken",
    "PurposeNotFound",
    "PurposeView",
    "RecordedConsents",
    "SourceHoldsPersonalData",
    "SourceNotUnderstood",
    "Status",
    "StatusNotUnderstood",
    "WithdrawalStands",
    "channel_title",
    "consent_history",
    "consents_of",
    "consents_of_many",
    "count_consents",
    "erased_among",
    "get_purpose",
    "has_erased",
    "install_people",
    "install_policy",
    "install_standard_purposes",
    "latest_notice_version",
    "list_purposes",
    "looks_personal",
    "mark_consent",
    "merge_consents",
    "merge_consents_in_pairs",
    "publish_notice",
    "record_consent",
    "record_consents",
    "register_purpose",
    "remember_erased",
    "said_before",
    "split_consents",
]
