"""Problems we foresaw. Each has a code, a plain sentence and a way out."""

from typing import ClassVar

CATALOGUE: dict[str, type["ProductError"]] = {}


class ProductError(Exception):
    """A problem we foresaw and can explain; anything else is a bug.

    `title` says what happened and may name `facts` in braces; `remedy` says what to do, in whole sentences.
    Both are message ids: the edge that speaks to a person translates them, and the facts that `worded` names.
    """

    code: ClassVar[str]
    title: ClassVar[str]
    remedy: ClassVar[str]
    status: ClassVar[int] = 422
    worded: ClassVar[tuple[str, ...]] = ()

    def __init__(self, *, field: str | None = None, **facts: object) -> None:
        self.field = field
        self.facts = facts
        super().__init__(self.title.format(**facts))

    def __init_subclass__(cls) -> None:
        if "code" in cls.__dict__:
            if cls.code in CATALOGUE:
                raise TypeError(f"two errors share the code {cls.code!r}")
            CATALOGUE[cls.code] = cls


class NotAllowed(ProductError):
    code = "kernel.not-allowed"
    title = "Your role does not include this"
    remedy = "Ask an administrator of your brand for the role you need."
    status = 403


class CursorNotUnderstood(ProductError):
    code = "kernel.cursor-not-understood"
    title = "This page of the list cannot be found"
    remedy = "Open the list again from its first page."
    status = 400


class CharacterNotStorable(ProductError):
    code = "kernel.character-not-storable"
    title = "What was sent holds a character that cannot be stored"
    remedy = "Remove the null character, or half of a character that was cut in two, and send it again."
    status = 400


class ParameterNotKnown(ProductError):
    code = "kernel.parameter-not-known"
    title = "There is no parameter {name} here"
    remedy = "Known are: {known}."


class NotConfirmed(ProductError):
    code = "kernel.not-confirmed"
    title = "Nothing was done: the word to confirm with was not typed"
    remedy = "Type “{word}” into the field, exactly as it is written there."


class ScopeIsFixed(ProductError):
    code = "kernel.scope-is-fixed"
    title = "A transaction keeps the scope it began with"
    remedy = "Finish this work first, then start the other scope's work in a transaction of its own."
    status = 500


class DangerousRole(ProductError):
    code = "kernel.dangerous-role"
    title = "The database role {role} could read around the scope walls"
    remedy = (
        "Start this process with a role that is no superuser, owns no table and does not bypass row security."
    )
    status = 500
