"""Why a person does not get a mail: one word each in the ledger, and what it means to a reader."""

from django.utils.translation import gettext_lazy as _

HOLD_OUT = "hold_out"
NO_ADDRESS = "no_address"
NO_CONSENT = "no_consent"
WITHDRAWN = "withdrawn"
SUPPRESSED = "suppressed"
BOUNCED = "bounced"
REFUSED = "refused"
GAVE_UP = "gave_up"
BAD_ADDRESS = "bad_address"
FIELD_MISSING = "field_missing"
DUPLICATE_PERSON = "duplicate_person"
ERASED = "erased"
STOPPED = "stopped"
BAD_LINK = "bad_link"
OTHER_ADDRESS = "other_address"
UNPROVEN_ADDRESS = "unproven_address"
BLOCKED = "blocked"

WORDS = {
    HOLD_OUT: _("held out, to see what the mail changes"),
    NO_ADDRESS: _("no e-mail address"),
    UNPROVEN_ADDRESS: _("the e-mail address is not confirmed"),
    NO_CONSENT: _("no consent"),
    OTHER_ADDRESS: _("agreed with another address, not with this one"),
    WITHDRAWN: _("unsubscribed"),
    SUPPRESSED: _("the mailbox refused an earlier mail"),
    BOUNCED: _("the mailbox does not exist"),
    BLOCKED: _("blocked by the mail server"),
    REFUSED: _("refused by the mail server"),
    GAVE_UP: _("not accepted after several tries"),
    BAD_ADDRESS: _("the address cannot be written to"),
    FIELD_MISSING: _("a value of the template is missing"),
    BAD_LINK: _("a link of the mail leads nowhere, or takes their values elsewhere"),
    DUPLICATE_PERSON: _("the same person as another recipient"),
    ERASED: _("erased in the meantime"),
    STOPPED: _("the campaign was stopped"),
}

STATES = [
    ("draft", _("Draft")),
    ("scheduled", _("Scheduled")),
    ("deciding", _("Being prepared")),
    ("sending", _("Being sent")),
    ("paused", _("Paused")),
    ("done", _("Sent")),
    ("stopped", _("Stopped")),
]
SEND_STATES = {
    "owed": _("To be sent"),
    "claimed": _("To be sent"),
    "attempting": _("Being delivered"),
    "unknown": _("Delivery unknown"),
    "sent": _("Sent"),
    "not_sent": _("Not sent"),
    "failed": _("Failed"),
}
