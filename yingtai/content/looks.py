"""How a brand looks to those who get its mails: one color, and a logo."""

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext_lazy as _

from yingtai.content.colors import DEFAULT_COLOR, is_color
from yingtai.content.errors import ColorNotUnderstood, LogoRefused
from yingtai.content.models import BrandLook
from yingtai.content.pictures import Picture, made_anew
from yingtai.kernel.acting import Acting
from yingtai.kernel.contributions import deed_words
from yingtai.kernel.scope import brand_node
from yingtai.kernel.scoping import acting_transaction
from yingtai.organization.api import get_unit_at, record_deed, require_unchanged

MOST_LOGO_BYTES = 100_000
MOST_KEPT_BYTES = 300_000
"""Some pictures grow when they are made anew."""
MOST_LOGO_PIXELS = 2_000
"""On each side."""

deed_words.register("look.changed", _("changed the look of a brand"))


@dataclass(frozen=True)
class Look:
    """A brand's look; `logo_type` is "" when it has no logo."""

    color: str = DEFAULT_COLOR
    logo: bytes = b""
    logo_type: str = ""
    changed_at: datetime | None = None


def look_of(acting: Acting, node_no: int) -> Look:
    """Return how the brand of a node looks; a plain look when nobody chose one."""
    with acting_transaction(acting):
        found = BrandLook.objects.filter(node_no=brand_node(node_no)).first()
    return Look(found.color, bytes(found.logo), found.logo_type, found.changed_at) if found else Look()


def keep_look(
    acting: Acting, *, node_no: int, color: str, logo: bytes | None = None, seen: datetime | None = None
) -> Look:
    """Change how a brand looks.

    In:     logo  a file; nothing keeps the one there is, no bytes take it away
        seen  the `changed_at` that whoever changes it looked at; None for who did not look
    Raises: ChangedMeanwhile, ColorNotUnderstood, LogoRefused
    """
    if not is_color(color):
        raise ColorNotUnderstood(field="color")
    changed: dict[str, object] = {"color": color, "changed_at": acting.at, "changed_by": acting.actor}
    if logo is not None:
        picture = logo_of(logo) if logo else Picture("", b"")
        changed |= {"logo": picture.data, "logo_type": picture.content_type}
    with acting_transaction(acting):
        held = BrandLook.objects.select_for_update().filter(node_no=brand_node(node_no)).first()
        if held:
            require_unchanged(acting, seen, changed_at=held.changed_at, changed_by=held.changed_by)
        BrandLook.objects.update_or_create(node_no=brand_node(node_no), defaults=changed)
        brand = get_unit_at(brand_node(node_no))
        record_deed(acting, "look.changed", node_no=brand.node_no or 0, about=brand.code, color=color)
    return look_of(acting, node_no)


def logo_of(file: bytes) -> Picture:
    """Return the picture of a file, made anew: nothing else that came with it is kept.

    Raises: LogoRefused when it is too large, or no picture that we take
    """
    picture = made_anew(file, most_pixels=MOST_LOGO_PIXELS) if len(file) <= MOST_LOGO_BYTES else None
    if picture is None or len(picture.data) > MOST_KEPT_BYTES:
        raise LogoRefused(field="logo")
    return picture
