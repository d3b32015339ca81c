"""All figures of one machine at one moment, for the page and for monitoring."""

from dataclasses import dataclass
from datetime import datetime

from yingtai.lake.rounds import names_of_damaged
from yingtai.web import checks
from yingtai.web.checks import Finding
from yingtai.web.operations import growth, waiting
from yingtai.web.operations.growth import Disk, Part, TableFigure, Upkeep
from yingtai.web.operations.processes import ProcessFigure, processes
from yingtai.web.operations.waiting import Backlog, FactRow, JobRow, QueueFigure


@dataclass(frozen=True)
class Now:
    """What moves: cheap enough to be asked every few seconds."""

    findings: list[Finding]
    processes: list[ProcessFigure]
    queues: list[QueueFigure]
    inbox: Backlog
    outbox: Backlog
    failed: list[JobRow]
    parked: list[JobRow]
    untold: list[FactRow]
    damaged: list[str]


@dataclass(frozen=True)
class Sizes:
    """What grows: asked when somebody looks."""

    disk: Disk
    parts: list[Part]
    tables: list[TableFigure]
    upkeep: Upkeep


def now(at: datetime) -> Now:
    """Return what moves, over a connection of its own that gives up quickly."""
    with checks.connection() as books:
        return Now(
            findings=checks.findings(at),
            processes=processes(),
            queues=waiting.queues(books, at),
            inbox=waiting.inbox(books, at),
            outbox=waiting.outbox(books, at),
            failed=waiting.failed_jobs(books),
            parked=waiting.parked_jobs(books, at),
            untold=waiting.untold_facts(books, at),
            damaged=names_of_damaged(),
        )


def sizes() -> Sizes:
    """Return what grows."""
    with checks.connection() as books:
        return Sizes(growth.disk(), growth.parts(books), growth.largest_tables(books), growth.upkeep(books))
