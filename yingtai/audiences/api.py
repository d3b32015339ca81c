"""The one door into `audiences`. Other modules import this file and `events`, nothing else."""

from yingtai.audiences.blocks import Block, Field, compare
from yingtai.audiences.compiler import CompiledAudience, compile_audience
from yingtai.audiences.definition import Group, Sentence, read_definition, write_definition
from yingtai.audiences.errors import AudienceNotFound, DefinitionNotUnderstood
from yingtai.audiences.metrics import rfm, rfm_grid
from yingtai.audiences.queries import (
    AudienceView,
    LiveCount,
    count_now,
    get_audience,
    list_audiences,
    names_of,
    trait_columns,
)
from yingtai.audiences.services import (
    archive_audience,
    change_audience,
    create_audience,
    fill,
    refresh_audience,
)

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
    "archive_audience",
    "change_audience",
    "compare",
    "compile_audience",
    "count_now",
    "create_audience",
    "fill",
    "get_audience",
    "list_audiences",
    "names_of",
    "read_definition",
    "refresh_audience",
    "rfm",
    "rfm_grid",
    "trait_columns",
    "write_definition",
]
