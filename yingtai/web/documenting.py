"""`yingtai docs`: the catalogues written out of the code, so that they cannot say anything else than it does."""

from collections.abc import Iterable, Sequence
from dataclasses import fields
from pathlib import Path

from yingtai.kernel.env import Env
from yingtai.kernel.errors import CATALOGUE as ERRORS
from yingtai.kernel.events import FACTS
from yingtai.kernel.jobs import JOBS
from yingtai.lake.metrics import CATALOGUE as METRICS
from yingtai.lake.tables import TABLES
from yingtai.web.schedule import SCHEDULE

FOLDER = Path(__file__).resolve().parents[2] / "docs" / "catalogue"
NOTE = "<!-- Written by `yingtai docs`; edit the code instead. -->"


def main(arguments: list[str]) -> int:
    """Write every catalogue again and return 0."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name, text in pages().items():
        (FOLDER / name).write_text(text)
    return 0


def pages() -> dict[str, str]:
    """Return the text of every generated page by its file name."""
    return {
        "errors.md": _errors(),
        "events.md": _events(),
        "jobs.md": _jobs(),
        "lake.md": _lake(),
        "metrics.md": _metrics(),
        "settings.md": _settings(),
    }


def _errors() -> str:
    rows = [
        (f"`{code}`", str(error.status), error.title, error.remedy)
        for code, error in sorted(ERRORS.items())
        if error.__module__.startswith("yingtai.") and ".tests." not in error.__module__
    ]
    return _page(
        "Errors",
        "Every problem we foresaw, and what to do about it.",
        ("code", "status", "what happened", "what to do"),
        rows,
    )


def _events() -> str:
    rows = [
        (f"`{name}`", _first_line(fact), ", ".join(f"`{field.name}`" for field in fields(fact)))
        for name, fact in sorted(FACTS.items())
        if ".tests." not in fact.__module__
    ]
    return _page(
        "Facts", "What modules publish, for the modules above to hear.", ("name", "meaning", "carries"), rows
    )


def _jobs() -> str:
    regular = {name: cron for cron, name in SCHEDULE}
    rows = [
        (
            f"`{name}`",
            job.queue,
            f"`{regular[name]}`" if name in regular else "",
            f"{job.longest.total_seconds() / 3600:g} h",
            _first_line(job.body),
        )
        for name, job in sorted(JOBS.items())
        if ".tests." not in job.body.__module__
    ]
    return _page(
        "Jobs",
        "Work done later, and why a repeat is harmless.",
        ("name", "queue", "when (UTC)", "runs at most", "repeats"),
        rows,
    )


def _metrics() -> str:
    rows = [
        (f"`{name}`", metric.unit, metric.meaning, ", ".join(metric.reads))
        for name, metric in sorted(METRICS.items())
        if ".tests." not in metric.sql.__module__
    ]
    return _page(
        "Metrics",
        "A metric never changes its meaning under its name.",
        ("name", "unit", "answers", "reads"),
        rows,
    )


def _lake() -> str:
    parts = [f"# The lake's tables\n\n{NOTE}\n"]
    for name, table in sorted(TABLES.items()):
        columns = [
            (f"`{column}`", str(table.schema.field(column).type), table.columns[column])
            for column in table.columns
        ]
        parts.append(f"\n## {name}\n\n{table.meaning} Partitioned by `{table.partition_by}`.\n\n")
        parts.append(_table(("column", "type", "meaning"), columns))
    return "".join(parts)


def _settings() -> str:
    rows = [
        (
            f"`YINGTAI_{item.name.upper()}`",
            f"`{item.default}`" if item.default != "" else "",
            item.metadata["help"],
        )
        for item in fields(Env)
    ]
    return _page(
        "Settings", "Every environment variable that is read.", ("variable", "default", "meaning"), rows
    )


def _first_line(thing: object) -> str:
    return (thing.__doc__ or "").strip().partition("\n\n")[0].replace("\n", " ").replace("    ", "")


def _page(title: str, lead: str, header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    return f"# {title}\n\n{NOTE}\n\n{lead}\n\n{_table(header, rows)}"


def _table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [header, ["---"] * len(header), *rows]
    return "".join(f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in line)} |\n" for line in lines)
