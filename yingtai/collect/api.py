"""The one door into `collect`. Other modules import this file and `events`, nothing else."""

from yingtai.collect.errors import PresetNotFound, SourceNameTaken, SourceNotFound
from yingtai.collect.eventset import EVENT_COLUMNS, LINE_COLUMNS, RawSet
from yingtai.collect.inbox import (
    DROP_SLICES,
    PREPARE_SLICES,
    RECORD,
    REQUEST,
    TAKE_ROWS,
    additional_data,
    decompress,
)
from yingtai.collect.plan import Declared, Plan, Split
from yingtai.collect.queries.planning import list_declarations, list_seen, plan_of
from yingtai.collect.queries.quarantine import list_quarantine, list_refusals
from yingtai.collect.queries.sources import SourceView, get_source, list_sources, names_of_sources
from yingtai.collect.reading import Message, Reading, Refused, explode
from yingtai.collect.recorded import INTERNAL_SOURCE, Facts, RecordedFact, read_facts
from yingtai.collect.services.planning import declare, declare_preset, note_seen, withdraw
from yingtai.collect.services.quarantining import RefusedRow, prune_quarantine, quarantine
from yingtai.collect.services.recording import record
from yingtai.collect.services.sources import (
    ensure_source,
    make_source,
    make_write_key,
    note_arrivals,
    revoke_write_keys,
)

__all__ = [
    "DROP_SLICES",
    "EVENT_COLUMNS",
    "INTERNAL_SOURCE",
    "LINE_COLUMNS",
    "PREPARE_SLICES",
    "RECORD",
    "REQUEST",
    "TAKE_ROWS",
    "Declared",
    "Facts",
    "Message",
    "Plan",
    "PresetNotFound",
    "RawSet",
    "Reading",
    "RecordedFact",
    "Refused",
    "RefusedRow",
    "SourceNameTaken",
    "SourceNotFound",
    "SourceView",
    "Split",
    "additional_data",
    "declare",
    "declare_preset",
    "decompress",
    "ensure_source",
    "explode",
    "get_source",
    "list_declarations",
    "list_quarantine",
    "list_refusals",
    "list_seen",
    "list_sources",
    "make_source",
    "make_write_key",
    "names_of_sources",
    "note_arrivals",
    "note_seen",
    "plan_of",
    "prune_quarantine",
    "quarantine",
    "read_facts",
    "record",
    "revoke_write_keys",
    "withdraw",
]
