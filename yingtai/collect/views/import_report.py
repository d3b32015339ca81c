"""What an import did, in words: its state, its progress, its figures, the lines it left out."""

from collections.abc import Mapping
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from yingtai.collect.errors import (
    AnswerForNoPurpose,
    AnswerOfNobody,
    AnswerSaidBefore,
    AnswerWithoutAddress,
)
from yingtai.collect.queries.imports import (
    ImportView,
)
from yingtai.collect.views.words import in_sentences, reason_words
from yingtai.compliance.api import ErasureStands, WithdrawalStands
from yingtai.kernel.acting import Acting, decide
from yingtai.kernel.labels import Label
from yingtai.kernel.protecting import is_protected, roughly
from yingtai.kernel.tasks import TaskView
from yingtai.ui import formats
from yingtai.ui.components import Progress

NOT_RECORDED = (
    *(one.code for one in (AnswerSaidBefore, AnswerWithoutAddress, AnswerOfNobody, AnswerForNoPurpose)),
    WithdrawalStands.code,
    ErasureStands.code,
)
"""Why an answer that was read is not recorded."""
SHOWN_LINES = 20
FIGURES = (
    "rows",
    "orders",
    "refunds",
    "lines",
    "events",
    "people",
    "repeats",
    "profiles_new",
    "profiles_touched",
)
OF_PEOPLE = ("people", "profiles_new", "profiles_touched", "answers", "consents")


def as_told(acting: Acting, found: ImportView) -> dict[str, Any]:
    """Return the report of an import with its numbers of people and its amounts as the actor may read them (ADR 0105).

    An amount that may not be read is None; its line is told.
    """
    report = found.report or {}
    if not reads_amounts(acting, found):
        report = report | {"amounts": list(map(_without_amounts, report.get("amounts", [])))}
    if not is_protected(acting):
        return report
    return report | {
        name: roughly(report[name], [name, str(found.id)]) for name in OF_PEOPLE if name in report
    }


def reads_amounts(acting: Acting, found: ImportView) -> bool:
    """Say whether the actor reads the amounts of a file: who loads it, and whoever reads exact sums elsewhere."""
    if found.started_by == acting.actor or decide(acting, "view", Label.L3, "insights.money").allowed:
        return True
    return decide(acting, "view", Label.L2, "insights").allowed and not is_protected(acting)


def _without_amounts(one: Mapping[str, Any]) -> dict[str, Any]:
    hidden = [large | {"amount_minor": None} for large in one["first_unsure"]]
    return dict(one) | {"sum_minor": None, "largest_minor": None, "first_unsure": hidden}


def first_lines(report: dict[str, Any]) -> list[tuple[dict[str, Any], str]]:
    """Return some lines that were not taken and some values that were not used, in their order, with the reason."""
    shown = sorted(report.get("first_rejected", [])[:SHOWN_LINES], key=lambda row: int(row["line"]))
    return [(row, reason_words(row["reason"])[0]) for row in shown]


def progress_of(found: ImportView, task: TaskView) -> Progress:
    here = reverse("collect:import", args=[found.id])
    problem = ""
    if task.problem:
        title, remedy = reason_words(task.problem["code"], task.problem.get("facts"))
        problem = (
            in_sentences(title, remedy)
            if remedy
            else _("Something broke on our side. It is logged; try again.")
        )
    return Progress(
        title=_("Import") if task.name == "collect.import" else _("Dry run"),
        url=here,
        is_running=not task.is_over,
        done=task.done // 1024,
        total=task.total // 1024 if task.total else None,
        unit="KB",
        stop_url=reverse("collect:import_stop", args=[found.id]),
        problem=problem,
    )


def state_words(row: ImportView) -> tuple[str, str]:
    return {
        "draft": (_("Not checked yet"), "neutral"),
        "checked": (_("Checked, not imported"), "info"),
        "queued": (_("Running"), "info"),
        "begun": (_("Begun"), "info"),
        "done": (_("Imported"), "good"),
        "failed": (_("Failed"), "bad") if row.is_given_up or row.is_hopeless else (_("Stopped"), "warn"),
    }[row.state]


def figures_of(report: Mapping[str, Any], *, is_over: bool) -> list[tuple[str, int]]:
    """Return what there is to count. Answers are what a file says, consents what was recorded of it: a withdrawal
    may stand against them, so their number is told even when it is 0."""
    words = _figure_words()
    shown = [(words[name], report[name]) for name in FIGURES if report.get(name)]
    if report.get("answers"):
        shown.append((words["answers"], report["answers"]))
        if is_over:
            shown.append((words["consents"], report["consents"]))
    return shown


def unrecorded(report: Mapping[str, Any]) -> tuple[int, str] | None:
    """Return how many answers about consent were not recorded, and why, in words; None when all were."""
    count = report.get("answers", 0) - report.get("consents", 0)
    if count <= 0:
        return None
    noted = report.get("noted", {})
    reasons = [(noted[code], reason_words(code)[0]) for code in NOT_RECORDED if noted.get(code)]
    if rest := count - sum(number for number, _title in reasons):
        reasons.append((rest, _("The reason was not kept")))
    return count, _("; ").join(f"{formats.number(each)} × {title}" for each, title in reasons)


def _figure_words() -> dict[str, str]:
    return {
        "rows": _("Lines of the file"),
        "orders": _("Orders"),
        "refunds": _("Returns"),
        "lines": _("Order lines"),
        "events": _("Events"),
        "people": _("Lines about people"),
        "repeats": _("Taken before"),
        "profiles_new": _("New profiles"),
        "profiles_touched": _("Profiles touched"),
        "answers": _("Answers about consent"),
        "consents": _("Consents recorded"),
    }
