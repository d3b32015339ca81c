"""Requests that come without HTTP: judged, sealed and kept by the collector's own parts."""

from collections.abc import Sequence
from datetime import timedelta
from typing import NamedTuple

from django.db import connection

from yingtai.collect import inbox
from yingtai.collect.clocks import micros, zone_named
from yingtai.collect.collector.checking import Verdict, check, window_for
from yingtai.collect.collector.keys import Source
from yingtai.collect.collector.opening import open_request
from yingtai.collect.collector.packing import Accepted, pack
from yingtai.collect.collector.plans import Plan, compile_plan
from yingtai.collect.collector.sealing import EpochSealer
from yingtai.collect.collector.throttle import Bucket
from yingtai.collect.plan import snapshot
from yingtai.collect.queries.planning import plan_of
from yingtai.collect.queries.sources import SourceView
from yingtai.kernel.acting import Acting
from yingtai.kernel.errors import NotAllowed
from yingtai.kernel.scope import brand_of
from yingtai.vault.api import current_epoch

CALL = "batch"


class Answer(NamedTuple):
    """How many events were accepted and how many refused; the refused go to quarantine."""

    accepted: int
    refused: int


def accept(acting: Acting, requests: Sequence[tuple[SourceView, bytes]]) -> Answer:
    """Keep batch requests of sources in the inbox, as if they had come over HTTP at this moment.

    In:     each source with a body: `{"batch": […], "sentAt": …}`
    Cost:   one COPY for all of them; about 2 µs per event
    Raises: NotAllowed for a source outside the actor's scope, RequestTooLarge
    """
    if not all(acting.scope.covers(source.node_no) for source, _ in requests):
        # The inbox has no walls: whoever writes to it has to have a place there.
        raise NotAllowed
    plans: dict[tuple[int, str], Plan] = {}
    group, refused = [], 0
    for view, body in requests:
        rules = (brand_of(view.node_no), view.on_violation)
        if rules not in plans:
            plans[rules] = compile_plan(snapshot(plan_of(rules[0]), rules[1]))
        accepted, verdict = _judge(acting, _source(view, plans[rules]), body)
        group.append(accepted)
        refused += len(verdict.refused)
    with connection.cursor() as cursor, cursor.copy(inbox.COPY_ROWS) as copy:
        copy.write(pack(group, EpochSealer(current_epoch())))
    return Answer(sum(one.event_count for one in group) - refused, refused)


def _judge(acting: Acting, source: Source, body: bytes) -> tuple[Accepted, Verdict]:
    request = open_request(body, many=True, call=CALL)
    window = window_for(request.sent_at, received=acting.at, source=source)
    verdict = (
        Verdict(request.marks, []) if request.malformed else check(request, source=source, window=window)
    )
    envelope = inbox.Envelope(
        received=micros(acting.at),
        call=CALL,
        zone=source.zone_name,
        refused=verdict.refused,
        violations=verdict.violations,
        malformed=request.malformed,
    )
    document = inbox.document(envelope, request.body)
    return Accepted(document, source, envelope.received, request.event_count or 1), verdict


def _source(view: SourceView, plan: Plan) -> Source:
    return Source(
        source_no=view.source_no,
        node_no=view.node_no,
        zone=zone_named(view.time_zone),
        zone_name=view.time_zone,
        backfill=timedelta(days=view.back_fill_days),
        origins=frozenset(view.allowed_origins),
        bucket=Bucket(0.0, 0.0),
        plan=plan,
        additional_data=inbox.additional_data(view.source_no, view.node_no),
    )
