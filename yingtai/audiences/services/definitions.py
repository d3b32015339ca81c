"""Create, change and archive audiences."""

from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from yingtai.audiences.compiler import compile_audience
from yingtai.audiences.definition import Group, mentioned, write_definition
from yingtai.audiences.errors import (
    AudienceIsInUse,
    AudienceIsNotArchived,
    AudienceRefersToItself,
    AudienceWasUsed,
    DefinitionNotUnderstood,
    NameIsMissing,
    NameIsTooLong,
    PlaceNotYours,
)
from yingtai.audiences.models import Audience
from yingtai.audiences.names import read_asked
from yingtai.audiences.queries import definitions_in_use, found, names_in_use, names_of_users
from yingtai.audiences.questions import question_of
from yingtai.audiences.uses import uses_of
from yingtai.kernel.acting import Acting
from yingtai.kernel.contributions import deed_words
from yingtai.kernel.copies import free_name
from yingtai.kernel.scope import Scope, brand_node
from yingtai.kernel.scoping import acting_transaction
from yingtai.organization.api import count_question, record_deed, require_unchanged
from yingtai.ui.formats import listed

LONGEST_NAME, LONGEST_NOTE = 120, 400

for code, words in {
    "audience.made": gettext_lazy("made an audience"),
    "audience.changed": gettext_lazy("changed whom an audience holds"),
    "audience.archived": gettext_lazy("archived an audience"),
    "audience.restored": gettext_lazy("restored an audience"),
    "audience.deleted": gettext_lazy("deleted an archived audience"),
}.items():
    deed_words.register(code, words)


def create_audience(
    acting: Acting,
    *,
    node_no: int,
    name: str,
    definition: dict[str, Any],
    about: str = "",
    stored: Any = None,
) -> UUID:
    """Save a new audience at a place of the organization.

    In:     stored  the definition that this one is a copy of, whose names keep what they mean
    Raises: NameIsMissing, NameIsTooLong, PlaceNotYours, DefinitionNotUnderstood, DefinitionTooDeep,
            TooManyQuestions
    """
    _check_words(name, about)
    if node_no < 0 or not acting.scope.contains(Scope.of(node_no)):
        raise PlaceNotYours
    with acting_transaction(acting):
        group = _checked(acting, definition, node_no=node_no, stored=stored)
        made = Audience.objects.create(
            node_no=node_no, name=name.strip(), about=about.strip(), definition=write_definition(group),
            created_by=acting.actor, created_at=acting.at, changed_at=acting.at,
            changed_by=acting.actor,
        )  # fmt: skip
        _note(acting, "audience.made", made)
        return made.id


def change_audience(
    acting: Acting, audience_id: UUID, *, name: str, definition: dict[str, Any], about: str = "",
    seen: datetime | None = None,
) -> None:  # fmt: skip
    """Save an audience under the same id; its stored membership follows at the next refresh.

    In: seen  the `changed_at` that whoever changes it looked at; None for who did not look

    Raises: AudienceNotFound, NameIsMissing, NameIsTooLong, DefinitionNotUnderstood, DefinitionTooDeep,
            AudienceRefersToItself, TooManyQuestions, ChangedMeanwhile
    """
    _check_words(name, about)
    with acting_transaction(acting):
        audience = found(audience_id, for_change=True)
        require_unchanged(acting, seen, changed_at=audience.changed_at, changed_by=audience.changed_by)
        checked = _checked(
            acting,
            definition,
            node_no=audience.node_no,
            audience_no=audience.audience_no,
            stored=audience.definition,
        )
        document = write_definition(checked)
        is_other = audience.definition != document
        audience.revision += is_other
        audience.name, audience.about, audience.definition = name.strip(), about.strip(), document
        audience.changed_at, audience.changed_by = acting.at, acting.actor
        audience.save(update_fields=["revision", "name", "about", "definition", "changed_at", "changed_by"])
        if is_other:
            _note(acting, "audience.changed", audience)


def archive_audience(acting: Acting, audience_id: UUID) -> None:
    """Take an audience out of use; campaigns that used it keep their record. Repeating it changes nothing.

    Raises: AudienceNotFound, AudienceIsInUse
    """
    with acting_transaction(acting):
        audience = found(audience_id, for_change=True, or_archived=True)
        if audience.archived_at is not None:
            return
        users = names_of_users(audience.audience_no)
        if users:
            raise AudienceIsInUse(names=listed(users))
        audience.archived_at = acting.at
        audience.save(update_fields=["archived_at"])
        _note(acting, "audience.archived", audience)


def delete_audience(acting: Acting, audience_id: UUID) -> int:
    """Delete an archived audience that nothing needs, for good, and return its number; it is in the audit log.

    Its stored members are removed by a job (`forget_members`).

    Raises: AudienceNotFound, AudienceIsNotArchived, AudienceWasUsed
    """
    with acting_transaction(acting):
        audience = found(audience_id, for_change=True, or_archived=True)
        if audience.archived_at is None:
            raise AudienceIsNotArchived
        if names := what_needs(acting, audience.audience_no, node_no=audience.node_no):
            raise AudienceWasUsed(names=listed(names))
        _note(acting, "audience.deleted", audience)
        number = audience.audience_no
        audience.delete()
    return number


def what_needs(acting: Acting, audience_no: int, *, node_no: int) -> list[str]:
    """Return the names of all that needs an audience; what the actor may not see is somebody else's, without a name."""
    own = _needing(acting, audience_no)
    everywhere = (
        _needing(replace(acting, scope=Scope.of(brand_node(node_no))), audience_no) if node_no else own
    )
    return own if set(everywhere) <= set(own) else [*own, _("something of colleagues elsewhere")]


def _needing(acting: Acting, audience_no: int) -> list[str]:
    with acting_transaction(acting):
        audiences = names_of_users(audience_no, or_archived=True)
    return audiences + [use.title for use in uses_of(acting, audience_no) if use.needs_it]


def restore_audience(acting: Acting, audience_id: UUID) -> None:
    """Take an archived audience back into use; its people are those of its latest refresh until the next one.

    Raises: AudienceNotFound, DefinitionNotUnderstood when it is made of one that is archived
    """
    with acting_transaction(acting):
        audience = found(audience_id, for_change=True, or_archived=True)
        missing = mentioned(audience.definition) - definitions_in_use().keys()
        if missing:
            names = Audience.objects.filter(audience_no__in=missing).values_list("name", flat=True)
            what = _("it is made of an audience that is archived: {names}")
            raise DefinitionNotUnderstood(what=what.format(names=listed(sorted(names))))
        if audience.archived_at is not None:
            audience.archived_at = None
            audience.save(update_fields=["archived_at"])
            _note(acting, "audience.restored", audience)


def copy_audience(acting: Acting, audience_id: UUID, *, name: str) -> UUID:
    """Make an audience like another one, under a name that none of its place has.

    Raises: AudienceNotFound, DefinitionNotUnderstood, DefinitionTooDeep
    """
    with acting_transaction(acting):
        source = found(audience_id, or_archived=True)
        return create_audience(
            acting, node_no=source.node_no, name=free_name(name, names_in_use(source.node_no), longest=LONGEST_NAME),
            about=source.about, definition=source.definition, stored=source.definition,
        )  # fmt: skip


def _note(acting: Acting, what: str, audience: Audience) -> None:
    record_deed(acting, what, node_no=audience.node_no, about=audience.name)


def _check_words(name: str, about: str) -> None:
    if not name.strip():
        raise NameIsMissing(field="name")
    if len(name.strip()) > LONGEST_NAME or len(about.strip()) > LONGEST_NOTE or "\x00" in name + about:
        raise NameIsTooLong(field="name")


def _checked(
    acting: Acting, document: dict[str, Any], *, node_no: int, audience_no: int | None = None, stored: Any
) -> Group:
    group = read_asked(acting, document, node_no=node_no, stored=stored)
    compile_audience(group, at=acting.at, trait_columns=())
    definitions = definitions_in_use() if group.audience_nos else {}
    missing = group.audience_nos - definitions.keys()
    if missing:
        raise DefinitionNotUnderstood(
            what=_("there is no audience number {number}").format(number=min(missing))
        )
    if audience_no is not None and audience_no in _reached(group.audience_nos, definitions):
        raise AudienceRefersToItself
    # Whoever saves a definition reads its size: that is a question, like a count of it.
    count_question(acting, question_of(write_definition(group), node_no))
    return group


def _reached(audience_nos: set[int], definitions: dict[int, Any]) -> set[int]:
    """Return these audiences and all that they are made of, however far down."""
    reached: set[int] = set()
    waiting = list(audience_nos)
    while waiting:
        number = waiting.pop()
        if number not in reached:
            reached.add(number)
            waiting.extend(mentioned(definitions.get(number)))
    return reached
