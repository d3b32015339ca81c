from collections.abc import Sequence

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from yingtai.compliance.channels import CHANNELS
from yingtai.compliance.evidence_words import evidence_in_words, source_in_words
from yingtai.compliance.missing import words_of_missing
from yingtai.compliance.queries import (
    consents_of,
    has_notice_of_consent,
    list_purposes,
    list_purposes_without_notice,
)
from yingtai.kernel.acting import Acting, decide
from yingtai.kernel.contributions import (
    FirstStep,
    deed_abouts,
    first_steps,
    home_todos,
    missing_rights,
    profile_panels,
)
from yingtai.kernel.labels import Label
from yingtai.ui.formats import number
from yingtai.ui.panels import Panel, Todo


def consents(acting: Acting, profile_no: int) -> Panel | None:
    """Show what we may do with this person, and on which ground."""
    if not decide(acting, "view", Label.L2, "customers.profile").allowed:
        return None
    channels = dict(CHANNELS)
    return Panel(
        title=_("What we may do"),
        template="compliance/panel.html",
        context={
            "consents": [
                (
                    consent,
                    channels.get(consent.channel, consent.channel),
                    source_in_words(consent.source),
                    evidence_in_words(consent.evidence),
                )
                for consent in consents_of(acting, profile_no)
            ]
        },
    )


def purposes_wait(acting: Acting) -> list[Todo]:
    """Purposes of which people were told nothing, so that nobody may be written to for them."""
    if not decide(acting, "edit", Label.L2, "compliance.purpose").allowed:
        return []
    silent = list_purposes_without_notice(acting)
    if not silent:
        return []
    title = ngettext("%s purpose has no notice", "%s purposes have no notice", len(silent)) % number(
        len(silent)
    )
    alone = reverse("compliance:purpose", args=[silent[0].id]) if len(silent) == 1 else ""
    note = _("people can only agree to what they were told: %s") % _(", ").join(
        one.title for one in silent[:3]
    )
    return [Todo(title=title, url=alone or reverse("compliance:overview"), note=note, is_urgent=True)]


home_todos.register("compliance", purposes_wait, order=20)


def purposes_of_deeds(acting: Acting, abouts: Sequence[str]) -> dict[str, tuple[str, str]]:
    """Return purposes by code as pages call them; of the brands that have one of this code, the first one's page."""
    found: dict[str, tuple[str, str]] = {}
    for purpose in list_purposes(acting):
        found.setdefault(purpose.code, (purpose.title, reverse("compliance:purpose", args=[purpose.id])))
    return {code: found[code] for code in abouts if code in found}


missing_rights.register("compliance", words_of_missing)
deed_abouts.register("purpose", purposes_of_deeds)
deed_abouts.register("notice", purposes_of_deeds)
profile_panels.register("compliance.consents", consents, order=30)
first_steps.register(
    "compliance.purpose",
    FirstStep(
        gettext_lazy("Publish what people agree to"), gettext_lazy("without a purpose and its notice nobody gets mail"),
        "compliance:overview", has_notice_of_consent,
    ),
    order=30,
)  # fmt: skip
