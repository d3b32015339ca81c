"""The same figures for Prometheus, to whoever holds the token or sits on this machine."""

import hmac
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from ipaddress import ip_address

import psycopg
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe
from prometheus_client import CollectorRegistry, Metric
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4, generate_latest
from prometheus_client.registry import Collector

from yingtai.kernel.caches import near
from yingtai.kernel.env import env
from yingtai.kernel.http import public
from yingtai.lake.rounds import names_of_damaged
from yingtai.web import checks
from yingtai.web.operations import growth, waiting
from yingtai.web.operations.processes import processes

KEPT_SECONDS = 5
"""Looking everywhere takes a second; whoever asks oftener gets the same figures."""


@public("monitoring asks it with a token of its own, or from this machine; it holds figures only")
@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """Tell the figures of this moment, or of one some seconds ago, in Prometheus' text format."""
    if not may_read(request):
        return HttpResponse(status=401, headers={"WWW-Authenticate": "Bearer"})
    return HttpResponse(
        near.get_or_set("metrics", _figures, KEPT_SECONDS), content_type=CONTENT_TYPE_PLAIN_0_0_4
    )


def _figures() -> bytes:
    registry = CollectorRegistry()
    registry.register(Figures(datetime.now(UTC)))
    return generate_latest(registry)


def may_read(request: HttpRequest) -> bool:
    """Say whether a request brings the token; without one set, whether it comes from this machine and no proxy."""
    if token := env().metrics_token:
        return hmac.compare_digest(
            request.headers.get("Authorization", "").encode(), f"Bearer {token}".encode()
        )
    # Behind a proxy everybody comes from this machine, so an installation with a public address needs a token.
    is_behind_proxy = bool(env().public_url or env().proxies or "X-Forwarded-For" in request.headers)
    return not is_behind_proxy and ip_address(request.META["REMOTE_ADDR"]).is_loopback


class Figures(Collector):
    """Collects all figures once."""

    def __init__(self, at: datetime) -> None:
        self._at = at

    def describe(self) -> Iterable[Metric]:
        """Nothing is asked before somebody reads."""
        return []

    def collect(self) -> Iterator[Metric]:
        yield _gauge(
            "up", "Whether a part works", "part",
            {one.part: float(one.is_well) for one in checks.findings(self._at)},
        )  # fmt: skip
        yield from _of_processes()
        yield from _of_disk()
        yield _single("lake_damaged_files", "Files of the lake known to be damaged", len(names_of_damaged()))
        try:
            with checks.connection() as books:
                yield from [*_of_waiting(books, self._at), *_of_growth(books)]
        except psycopg.Error:  # `up` says so already
            return


def _of_processes() -> Iterator[Metric]:
    known = processes()
    silent = {one.name: one.silent for one in known if one.silent is not None}
    memory = {one.name: float(one.memory_bytes) for one in known if one.memory_bytes is not None}
    works = {one.name: float(one.state == "works") for one in known}
    yield _gauge("process_works", "Whether a process shows that its work moves", "process", works)
    yield _gauge("process_silent_seconds", "Since the latest heartbeat", "process", silent)
    yield _gauge("process_memory_bytes", "Memory, shared memory counted in parts", "process", memory)
    ends = CounterMetricFamily("yingtai_process_ends", "How often a process ended", labels=["process"])
    for one in known:
        ends.add_metric([one.name], one.ends)
    yield ends
    renewals = CounterMetricFamily(
        "yingtai_process_renewals", "How often a process made room for a fresh one", labels=["process"]
    )
    for one in known:
        renewals.add_metric([one.name], one.renewals)
    yield renewals


def _of_disk() -> Iterator[Metric]:
    disk = growth.disk()
    yield _single("disk_free_bytes", "Free on the disk of the home", disk.free)
    yield _single("disk_total_bytes", "Size of that disk", disk.total)


def _of_waiting(books: psycopg.Connection, at: datetime) -> Iterator[Metric]:
    known = waiting.queues(books, at)
    queues = {one.name: one.backlog for one in known}
    longest = {one.name: max((job.seconds for job in one.running), default=0.0) for one in known}
    counts = {name: float(backlog.count) for name, backlog in queues.items()}
    ages = {name: _seconds(backlog) for name, backlog in queues.items()}
    yield _gauge("queue_jobs", "Jobs that wait, 1,001 standing for more", "queue", counts)
    yield _gauge("queue_oldest_seconds", "Since the oldest job could run", "queue", ages)
    yield _gauge("queue_longest_running_seconds", "Since the longest running job began", "queue", longest)
    for name, backlog in (("inbox", waiting.inbox(books, at)), ("outbox", waiting.outbox(books, at))):
        yield _single(
            f"{name}_waiting", "Requests or facts that wait, a full count standing for more", backlog.count
        )
        yield _single(f"{name}_oldest_seconds", "Since the oldest of them came", _seconds(backlog))
    yield _single("jobs_failed", "Failed jobs, 51 standing for more", len(waiting.failed_jobs(books)))
    yield _single(
        "facts_untold",
        "Facts parked or tried again, 51 standing for more",
        len(waiting.untold_facts(books, at)),
    )
    yield _single("jobs_parked", "Jobs waiting for another try", len(waiting.parked_jobs(books, at)))


def _of_growth(books: psycopg.Connection) -> Iterator[Metric]:
    sizes = {part.name: float(part.size) for part in growth.parts(books) if part.size is not None}
    yield _gauge("size_bytes", "What grows", "part", sizes)
    upkeep = growth.upkeep(books)
    moments = {"compaction": upkeep.compacted_at, "tidying": upkeep.tidied_at, "vacuum": upkeep.vacuumed_at}
    known = {name: at.timestamp() for name, at in moments.items() if at}
    yield _gauge("upkeep_timestamp_seconds", "When upkeep was done last", "kind", known)


def _seconds(backlog: waiting.Backlog) -> float:
    return backlog.age.total_seconds() if backlog.age else 0.0


def _gauge(name: str, help: str, label: str, values: dict[str, float]) -> Metric:
    made = GaugeMetricFamily(f"yingtai_{name}", help, labels=[label])
    for key, value in values.items():
        made.add_metric([key], value)
    return made


def _single(name: str, help: str, value: float) -> Metric:
    return GaugeMetricFamily(f"yingtai_{name}", help, value=value)
