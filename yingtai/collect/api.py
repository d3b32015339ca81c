"""The one door into `collect`. Other modules import this file and `events`, nothing else."""

from yingtai.collect.errors import (
    AnswerForNoPurpose,
    AnswerOfNobody,
    AnswerSaidBefore,
    AnswerWithoutAddress,
    FileCameBefore,
    FileExpired,
    FileGivenUp,
    IdentifierMeansNobody,
    IdentifierOfACrowd,
    ImportNotFound,
    NumberOutOfRange,
    PresetNotFound,
    PurposeNotRegistered,
    SourceNameTaken,
    SourceNotFound,
)
from yingtai.collect.eventset import CONSENT_COLUMNS, EVENT_COLUMNS, LINE_COLUMNS, RawSet
from yingtai.collect.importing.building import FileImport
from yingtai.collect.importing.mapping import Mapping, mapping_of, read_mapping
from yingtai.collect.importing.opening import Origin
from yingtai.collect.importing.reporting import Report
from yingtai.collect.inbox import (
    DROP_SLICES,
    PREPARE_SLICES,
    RECORD,
    REQUEST,
    TAKE_ROWS,
    additional_data,
    decompress,
)
from yingtai.collect.naming import event_title, standard_events, standard_traits, trait_title
from yingtai.collect.placeholders import NOBODY, hold_back, is_blocked
from yingtai.collect.plan import Declared, Plan, Split
from yingtai.collect.queries.imports import ImportView, get_import, list_imports, read_errors
from yingtai.collect.queries.planning import list_declarations, list_seen, plan_of
from yingtai.collect.queries.quarantine import list_quarantine, list_refusals
from yingtai.collect.queries.sources import (
    SourceView,
    file_sources,
    get_source,
    list_sources,
    names_of_sources,
    notes_of,
    public_sources,
    websites_of,
)
from yingtai.collect.reading import Message, Reading, Refused, explode
from yingtai.collect.recorded import INTERNAL_SOURCE, Facts, RecordedFact, read_facts
from yingtai.collect.reserved import shown_instead_of
from yingtai.collect.services.accepting import Answer, accept
from yingtai.collect.services.imports import (
    Run,
    end_killed_commands,
    find_run,
    note_import,
    note_names,
    open_import,
    while_it_lasts,
    write_errors,
)
from yingtai.collect.services.noting import note_oddities
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
from yingtai.collect.services.uploads import digest_of, keyed_digest, remove_expired, upload_keys_among

__all__ = [
    "CONSENT_COLUMNS",
    "DROP_SLICES",
    "EVENT_COLUMNS",
    "INTERNAL_SOURCE",
    "LINE_COLUMNS",
    "NOBODY",
    "PREPARE_SLICES",
    "RECORD",
    "REQUEST",
    "TAKE_ROWS",
    "Answer",
    "AnswerForNoPurpose",
    "AnswerOfNobody",
    "AnswerSaidBefore",
    "AnswerWithoutAddress",
    "Declared",
    "Facts",
    "FileCameBefore",
    "FileExpired",
    "FileGivenUp",
    "FileImport",
    "IdentifierMeansNobody",
    "IdentifierOfACrowd",
    "ImportNotFound",
    "ImportView",
    "Mapping",
    "Message",
    "NumberOutOfRange",
    "Origin",
    "Plan",
    "PresetNotFound",
    "PurposeNotRegistered",
    "RawSet",
    "Reading",
    "RecordedFact",
    "Refused",
    "RefusedRow",
    "Report",
    "Run",
    "SourceNameTaken",
    "SourceNotFound",
    "SourceView",
    "Split",
    "accept",
    "additional_data",
    "declare",
    "declare_preset",
    "decompress",
    "digest_of",
    "end_killed_commands",
    "ensure_source",
    "event_title",
    "explode",
    "file_sources",
    "find_run",
    "get_import",
    "get_source",
    "hold_back",
    "is_blocked",
    "keyed_digest",
    "list_declarations",
    "list_imports",
    "list_quarantine",
    "list_refusals",
    "list_seen",
    "list_sources",
    "make_source",
    "make_write_key",
    "mapping_of",
    "names_of_sources",
    "note_arrivals",
    "note_import",
    "note_names",
    "note_oddities",
    "note_seen",
    "notes_of",
    "open_import",
    "plan_of",
    "prune_quarantine",
    "public_sources",
    "quarantine",
    "read_errors",
    "read_facts",
    "read_mapping",
    "record",
    "remove_expired",
    "revoke_write_keys",
    "shown_instead_of",
    "standard_events",
    "standard_traits",
    "trait_title",
    "upload_keys_among",
    "websites_of",
    "while_it_lasts",
    "withdraw",
    "write_errors",
]
