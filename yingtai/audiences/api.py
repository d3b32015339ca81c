"""The one door into `audiences`. Other modules import this file and `events`, nothing else."""

from yingtai.audiences.blanks import Field
from yingtai.audiences.comparing import compare
from yingtai.audiences.compiler import CompiledAudience, compile_audience, compile_together
from yingtai.audiences.counting import LiveCount, count_now, trait_columns
from yingtai.audiences.definition import Group, Sentence, read_definition, write_definition
from yingtai.audiences.errors import AudienceNotFound, DefinitionNotUnderstood
from yingtai.audiences.kinds import Block
from yingtai.audiences.metrics import rfm_grid, rfm_scores
from yingtai.audiences.queries import (
    AudienceView,
    choices,
    definitions_behind,
    get_audience,
    id_of_audience,
    list_audiences,
    list_offered,
    names_of,
)
from yingtai.audiences.saying import said_in_words
from yingtai.audiences.services.definitions import archive_audience, change_audience, create_audience
from yingtai.audiences.services.membership import (
    fill,
    fill_with,
    refresh_all,
    refresh_audience,
    refresh_behind,
)
from yingtai.audiences.uses import Use, audience_uses

__all__ = [
    "AudienceNotFound",
    "AudienceView",
    "Block",
    "CompiledAudience",
    "DefinitionNotUnderstood",
    "Field",
    "Group",
    "LiveCount",
    "Sentence",
    "Use",
    "archive_audience",
    "audience_uses",
    "change_audience",
    "choices",
    "compare",
    "compile_audience",
    "compile_together",
    "count_now",
    "create_audience",
    "definitions_behind",
    "fill",
    "fill_with",
    "get_audience",
    "id_of_audience",
    "list_audiences",
    "list_offered",
    "names_of",
    "read_definition",
    "refresh_all",
    "refresh_audience",
    "refresh_behind",
    "rfm_grid",
    "rfm_scores",
    "said_in_words",
    "trait_columns",
    "write_definition",
]
