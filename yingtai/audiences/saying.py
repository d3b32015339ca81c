"""An audience as somebody reads it, with the names of the audiences it is made of."""

from yingtai.audiences.errors import DefinitionNotUnderstood, DefinitionTooDeep
from yingtai.audiences.queries import AudienceView, names_of
from yingtai.audiences.wording import Line, in_words
from yingtai.kernel.acting import Acting


def said_in_words(acting: Acting, view: AudienceView) -> list[Line]:
    """Return an audience line by line in the reader's language; nothing when it is no longer understood."""
    try:
        definition = view.definition
    except (DefinitionNotUnderstood, DefinitionTooDeep):
        return []
    return in_words(definition, names=names_of(acting, list(definition.audience_nos)))
