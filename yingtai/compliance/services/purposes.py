from collections.abc import Sequence
from datetime import datetime
from hashlib import sha256
from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from yingtai.compliance.errors import PurposeIsTaken, PurposeNotFound
from yingtai.compliance.models import Basis, Notice, Purpose
from yingtai.compliance.queries import NoticeView, PurposeView, view_notice, view_purpose
from yingtai.compliance.standard import NOTICES, PURPOSES
from yingtai.kernel.acting import Acting
from yingtai.kernel.contributions import deed_values, deed_words
from yingtai.kernel.scope import brand_node
from yingtai.kernel.scoping import acting_transaction
from yingtai.organization.api import get_unit_at, record_deed, require_unchanged

deed_values.register(
    "basis",
    [
        (Basis.CONSENT, _("The person's consent")), (Basis.CONTRACT, _("A contract with the person")),
        (Basis.LEGAL_DUTY, _("A legal duty")),
    ],
)  # fmt: skip
deed_words.register("purpose.registered", _("registered a purpose"))
deed_words.register("purpose.archived", _("archived a purpose"))
deed_words.register("purpose.restored", _("restored a purpose"))
deed_words.register("notice.published", _("published a notice"))


def register_purpose(
    acting: Acting,
    *,
    node_no: int,
    code: str,
    title: str,
    channels: Sequence[str],
    title_zh: str = "",
    basis: str = Basis.CONSENT,
    retention_days: int = 730,
) -> PurposeView:
    """Register what a brand wants to process for, through which channels and on which ground.

    Raises: PurposeIsTaken
    """
    with acting_transaction(acting):
        purpose, is_new = Purpose.objects.get_or_create(
            node_no=brand_node(node_no),
            code=code,
            defaults={
                "title": title,
                "title_zh": title_zh,
                "channels": list(channels),
                "basis": basis,
                "retention_days": retention_days,
                "created_at": acting.at,
            },
        )
        if not is_new:
            raise PurposeIsTaken(purpose=code, brand=get_unit_at(purpose.node_no).title, field="code")
        record_deed(acting, "purpose.registered", node_no=purpose.node_no, about=code, basis=basis)
        return view_purpose(purpose)


def register_purposes(acting: Acting, brands: Sequence[int], **purpose: Any) -> list[PurposeView]:
    """Register the same purpose for several brands, by their numbers: for all of them or none.

    Raises: PurposeIsTaken
    """
    with acting_transaction(acting):
        return [register_purpose(acting, node_no=node_no, **purpose) for node_no in brands]


def archive_purpose(acting: Acting, purpose_id: UUID) -> None:
    """Let no new campaign choose a purpose; what people answered stays, and they can still withdraw.

    Repeating it changes nothing.

    Raises: PurposeNotFound
    """
    with acting_transaction(acting):
        purpose = _locked(purpose_id)
        if purpose.archived_at is None:
            purpose.archived_at = acting.at
            purpose.save(update_fields=["archived_at"])
            record_deed(acting, "purpose.archived", node_no=purpose.node_no, about=purpose.code)


def restore_purpose(acting: Acting, purpose_id: UUID) -> None:
    """Take an archived purpose back into use. Repeating it changes nothing.

    Raises: PurposeNotFound
    """
    with acting_transaction(acting):
        purpose = _locked(purpose_id)
        if purpose.archived_at is not None:
            purpose.archived_at = None
            purpose.save(update_fields=["archived_at"])
            record_deed(acting, "purpose.restored", node_no=purpose.node_no, about=purpose.code)


def _locked(purpose_id: UUID) -> Purpose:
    purpose = Purpose.objects.select_for_update().filter(id=purpose_id).first()
    if purpose is None:
        raise PurposeNotFound(purpose=purpose_id)
    return purpose


def publish_notice(
    acting: Acting,
    *,
    node_no: int,
    purpose: str,
    texts: Sequence[tuple[str, str, str]],
    seen: datetime | None = None,
) -> list[NoticeView]:
    """Publish the next version of what people are told, in each language; it can never be changed again.

    In:     texts  (language, title, text) each
        seen   when the version was published that whoever writes the next looked at, or when the purpose was
               registered while there is none; None for who did not look
    Raises: PurposeNotFound, ChangedMeanwhile
    """
    with acting_transaction(acting):
        # Locked, so that two colleagues publishing at once get two versions.
        held = Purpose.objects.select_for_update().filter(node_no=brand_node(node_no), code=purpose).first()
        if held is None:
            raise PurposeNotFound(purpose=purpose)
        latest = Notice.objects.filter(purpose=held).order_by("-version").first()
        require_unchanged(
            acting, seen, changed_at=latest.published_at if latest else held.created_at,
            changed_by=latest.published_by if latest else "",
        )  # fmt: skip
        version = (latest.version if latest else 0) + 1
        notices = Notice.objects.bulk_create(
            Notice(
                node_no=held.node_no, purpose=held, version=version, language=language, title=title,
                text=text, text_hash=sha256(text.encode()).hexdigest(), published_by=acting.actor,
                published_at=acting.at,
            )
            for language, title, text in texts
        )  # fmt: skip
        record_deed(acting, "notice.published", node_no=held.node_no, about=purpose, version=version)
        return [view_notice(notice) for notice in notices]


def install_standard_purposes(acting: Acting, *, node_no: int) -> list[PurposeView]:
    """Register the usual purposes of a brand, each with its first notice. Repeating it changes nothing."""
    with acting_transaction(acting):
        known = set(Purpose.objects.filter(node_no=brand_node(node_no)).values_list("code", flat=True))
        made = []
        for purpose in PURPOSES:
            if purpose["code"] not in known:
                made.append(register_purpose(acting, node_no=node_no, **purpose))
                publish_notice(
                    acting, node_no=node_no, purpose=purpose["code"], texts=NOTICES[purpose["code"]]
                )
        return made
