"""The mail of one person, or why there is none: the same for the check before and for the sending."""

from collections.abc import Mapping
from datetime import datetime

from yingtai.campaigns.addresses import NotAnAddress
from yingtai.campaigns.letterheads import tokens
from yingtai.campaigns.mail import Letterhead, Mail, compose
from yingtai.campaigns.reasons import BAD_ADDRESS, BAD_LINK, FIELD_MISSING
from yingtai.campaigns.services.ledger import Outcome
from yingtai.campaigns.tokens import Link
from yingtai.content.api import AddressRefused, CompiledTemplate, FieldMissing, RenderingStopped


def composed(
    template: CompiledTemplate, letterhead: Letterhead, link: Link, recipient: str, person: Mapping[str, object],
    *, at: datetime,
) -> Mail | Outcome:  # fmt: skip
    """Return the mail for a person, or what becomes of them without one."""
    try:
        return compose(template, letterhead, tokens(), link=link, recipient=recipient, person=person, at=at)
    except NotAnAddress:
        return Outcome("not_sent", BAD_ADDRESS)
    except AddressRefused as problem:
        # The scheme says what is wrong; the rest of the address may be about the person.
        scheme, colon, _rest = str(problem.facts["what"]).partition(":")
        return Outcome("not_sent", BAD_LINK, f"{scheme.strip()[:20]}:" if colon else "…")
    except (FieldMissing, RenderingStopped) as problem:
        # Only the name of a field is kept: what else the engine says may quote the person's value.
        missing = problem.facts.get("name", problem.title.partition(":")[0])
        return Outcome("not_sent", FIELD_MISSING, f"{problem.facts['part']}: {missing}"[:200])
