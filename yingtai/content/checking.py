"""What the editor says of a draft: whether it can be read, what it will look like, what to mind."""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from difflib import SequenceMatcher, get_close_matches
from hashlib import blake2s
from typing import Any

from django.utils.translation import gettext as _

from yingtai.collect import api as collect
from yingtai.content import limits
from yingtai.content.errors import OfferInService
from yingtai.content.models import Basis
from yingtai.content.offers import offer_in
from yingtai.content.people import Person, invented_values, may_see_clear, values_of
from yingtai.content.rendering import Rendered
from yingtai.content.trial import Trial, try_out
from yingtai.customers import api as customers
from yingtai.kernel.acting import Acting
from yingtai.kernel.errors import ProductError
from yingtai.ui.formats import listed, sentences

ROOTS = ("person", "brand", "campaign", "unsubscribe_url", "view_url", "preferences_url")
"""What the name of a value begins with."""
LINKED = re.compile(r"""href\s*=\s*["']?\s*\{\{-?\s*person\.(\w+)""", re.IGNORECASE)
"""Values that a link begins with: an invented person has an address there, as a real one must."""
SOMEWHERE = "https://www.example.com"
NOWHERE = {"unsubscribe_url": "#unsubscribe", "preferences_url": "#preferences", "view_url": "#view"}
MOST_VALUES = 200
MENTIONED = re.compile(r"""\bperson(?:\.([A-Za-z_][\w-]*)|\[\s*["']([^"'\]]{1,100})["'])""")


@dataclass
class Check:
    """A draft, tried out."""

    problems: list[ProductError] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    rendered: Rendered | None = None
    links: list[str] = field(default_factory=list)
    html_bytes: int = 0
    is_masked: bool = False
    fingerprint: str = ""


def check_draft(
    acting: Acting,
    *,
    subject: str,
    html: str,
    brand_name: str,
    person: Person | None = None,
    node_no: int = 0,
    basis: str = Basis.CONSENT,
) -> Check:
    """Try a draft out for one person, or for an invented one. Never raises: what is wrong is in the result."""
    check = Check(fingerprint=blake2s(f"{subject}\n{html}".encode(), digest_size=6).hexdigest())
    check.is_masked = person is not None and not may_see_clear(acting)
    websites = collect.websites_of(acting, node_no) if node_no else frozenset()
    values = preview_values(acting, subject, html, person, brand_name, websites)
    tried = try_out(subject, html, values, websites)
    if tried.problem is not None:
        check.problems.append(tried.problem)
    if tried.problem is None and basis != Basis.CONSENT and (offer := offer_in(subject, html)):
        check.problems.append(OfferInService(what=offer))
    if tried.rendered is None:
        check.warnings = [_unknown_value(name) for name in tried.unknown_fields]
        return check
    check.rendered, check.links = tried.rendered, tried.links
    check.warnings = _warnings(tried) + _unknown_values(acting, tried, node_no)
    check.html_bytes = len(tried.rendered.html.encode())
    if check.html_bytes > limits.CLIPPED_BYTES:
        check.warnings.append(
            _("The HTML is larger than 102 KB: Gmail will hide the end of it behind a link.")
        )
    return check


def mentioned(subject: str, html: str) -> list[str]:
    """Return the names of a person's values that a draft may ask for, without reading it as Liquid."""
    found = MENTIONED.findall(f"{subject}\n{html}")
    return list(dict.fromkeys(plain or quoted for plain, quoted in found))[:MOST_VALUES]


def preview_values(
    acting: Acting, subject: str, html: str, person: Person | None, brand_name: str, websites: Collection[str]
) -> Mapping[str, Any]:
    """Return the values a preview is filled with; its own links lead nowhere."""
    names = mentioned(subject, html)
    if person is None:
        values = invented_mail(subject, html, websites)["person"]
    else:
        is_clear = may_see_clear(acting)
        if is_clear and names:
            customers.note_shown(acting, [person.profile_no], f"preview: {', '.join(sorted(names))}")
        found = values_of(acting, [person.profile_no], names, is_clear=is_clear)
        values = found.get(person.profile_no, {})
    return {
        "person": values,
        "brand": {"name": brand_name},
        "campaign": {"name": _("preview")},
        **NOWHERE,
    }


def invented_mail(subject: str, html: str, websites: Collection[str]) -> dict[str, Any]:
    """Return the values of a mail to an invented person who has every value that is asked for.

    In: websites  the brand's own; a link that begins with a value leads to one of them
    """
    somewhere = min(websites, default=SOMEWHERE)
    linked = {name: f"{somewhere}/{name}" for name in LINKED.findall(html)}
    return {
        "person": {**invented_values(mentioned(subject, html)), **linked},
        "brand": {"name": "Brand"},
        "campaign": {"name": "Campaign"},
        **NOWHERE,
    }


def _warnings(tried: Trial) -> list[str]:
    said = []
    if not tried.has_unsubscribe_link:
        said.append(_("There is no link to unsubscribe: put {{ unsubscribe_url }} into a link."))
    said += [_unknown_value(name) for name in tried.unknown_fields]
    said += [_("The link %s is not secure.") % link for link in tried.links if link.startswith("http://")]
    return said


def _unknown_value(name: str) -> str:
    """Return a warning for a name that no mail has, with the one that was most likely meant."""
    said = _("Nobody has a value called %s.") % name
    first, dot, rest = name.partition(".")
    near = get_close_matches(first, ROOTS, n=1)
    return sentences(said, _("Did you mean %s?") % f"{near[0]}{dot}{rest}") if near else said


def _likeness(name: str, other: str) -> tuple[float, float]:
    """Say how much a name is like another or one of its words, as nmae is like first_name, then like the whole."""
    whole, *words = (SequenceMatcher(None, name, part).ratio() for part in (other, *other.split("_")))
    return max(whole, *words), whole


def _unknown_values(acting: Acting, tried: Trial, node_no: int) -> list[str]:
    """Return a warning for each value that nobody of the brand has, with the names that are most alike first."""
    if not node_no or not tried.person_fields:
        return []
    known = customers.names_of_values(acting, node_no)
    said = []
    for name in sorted(tried.person_fields - set(known)):
        names = listed(sorted(known, key=lambda other: _likeness(name, other), reverse=True))
        said.append(
            _("Nobody of this brand has a value person.%(name)s. Known are: %(names)s.")
            % {"name": name, "names": names}
        )
    return said
