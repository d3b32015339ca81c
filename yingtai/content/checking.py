"""What the editor says of a draft: whether it can be read, what it will look like, what to mind."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from hashlib import blake2s
from typing import Any

from django.utils.translation import gettext as _

from yingtai.content import limits
from yingtai.content.people import Person, invented_values, may_see_clear, values_of
from yingtai.content.rendering import CompiledTemplate, Rendered, compile_template
from yingtai.customers import api as customers
from yingtai.kernel.acting import Acting
from yingtai.kernel.errors import ProductError

MOST_ALIKE = 3


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
) -> Check:
    """Try a draft out for one person, or for an invented one. Never raises: what is wrong is in the result."""
    check = Check(fingerprint=blake2s(f"{subject}\n{html}".encode(), digest_size=6).hexdigest())
    try:
        compiled = compile_template(subject, html)
        check.links = compiled.links
        check.warnings = _warnings(compiled) + _unknown_values(acting, compiled, node_no)
        check.is_masked = person is not None and not may_see_clear(acting)
        check.rendered = compiled.render(preview_values(acting, compiled, person, brand_name))
    except ProductError as problem:
        check.problems.append(problem)
        return check
    check.html_bytes = len(check.rendered.html.encode())
    if check.html_bytes > limits.CLIPPED_BYTES:
        check.warnings.append(
            _("The HTML is larger than 102 KB: Gmail will hide the end of it behind a link.")
        )
    return check


def preview_values(
    acting: Acting, compiled: CompiledTemplate, person: Person | None, brand_name: str
) -> Mapping[str, Any]:
    """Return the values a preview is filled with; its links lead nowhere."""
    names = compiled.person_fields
    if person is None:
        values = invented_values(names)
    else:
        found = values_of(acting, [person.profile_no], names, is_clear=may_see_clear(acting))
        values = found.get(person.profile_no, {})
    return {
        "person": values,
        "brand": {"name": brand_name},
        "campaign": {"name": _("preview")},
        "unsubscribe_url": "#unsubscribe",
        "preferences_url": "#preferences",
        "view_url": "#view",
    }


def _warnings(compiled: CompiledTemplate) -> list[str]:
    said = []
    if not compiled.has_unsubscribe_link:
        said.append(_("There is no link to unsubscribe: put {{ unsubscribe_url }} into a link."))
    said += [_("Nobody has a value called %s.") % name for name in compiled.unknown_fields]
    said += [_("The link %s is not secure.") % link for link in compiled.links if link.startswith("http://")]
    said += [
        _("The link %s cannot be followed from a mail.") % link[:80]
        for link in compiled.links
        if not link.startswith(("http://", "https://", "mailto:", "tel:", "{{"))
    ]
    return said


def _unknown_values(acting: Acting, compiled: CompiledTemplate, node_no: int) -> list[str]:
    """Return a warning for each value that nobody of the brand has, with the names that are most alike first."""
    if not node_no or not compiled.person_fields:
        return []
    known = customers.names_of_values(acting, node_no)
    said = []
    for name in sorted(compiled.person_fields - set(known)):
        alike = get_close_matches(name, known, n=MOST_ALIKE)
        names = ", ".join([*alike, *(other for other in known if other not in alike)])
        said.append(
            _("Nobody of this brand has a value person.%(name)s. Known are: %(names)s.")
            % {"name": name, "names": names}
        )
    return said
