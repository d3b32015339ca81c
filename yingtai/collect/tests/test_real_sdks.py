"""Segment's and RudderStack's own SDKs, unchanged, against a real collector."""

import json
import shutil
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest
from rudderstack.analytics.client import Client as RudderClient
from segment.analytics.client import Client as SegmentClient

from yingtai.collect.reading import Message
from yingtai.collect.tests.running import Key, Running

NODE = shutil.which("node")
NODE_SDK = Path(__file__).resolve().parents[3] / "node_modules" / "@segment" / "analytics-node"
SCRIPT = """
const { Analytics } = require(process.argv[1]);
const analytics = new Analytics({ writeKey: process.argv[2], host: process.argv[3], flushAt: 4 });
analytics.on('error', (problem) => { console.error(problem); process.exit(1); });
analytics.identify({ userId: 'anna', traits: { city: 'Shanghai' } });
analytics.track({ userId: 'anna', event: 'Order Completed', properties: { total: 12.5 } });
analytics.page({ anonymousId: 'cookie-1', name: 'Home', properties: { path: '/' } });
analytics.group({ userId: 'anna', groupId: 'club' });
analytics.screen({ userId: 'anna', name: 'Start' });
analytics.alias({ userId: 'anna', previousId: 'cookie-1' });
analytics.closeAndFlush().then(() => console.log('sent'));
"""


def sent(collector: Running, key: Key) -> list[Message]:
    readings = collector.readings(key)
    assert [refused for reading in readings for refused in reading.refused] == []
    return sorted((m for reading in readings for m in reading.messages), key=lambda m: m.type)


@pytest.mark.parametrize("is_packed", [False, True])
def test_segment_for_python(collector: Running, key: Key, is_packed: bool) -> None:
    problems: list[object] = []
    client = SegmentClient(
        key.text, host=collector.url, gzip=is_packed, on_error=lambda *problem: problems.append(problem)
    )

    client.identify("anna", {"city": "Shanghai", "since": datetime.now(UTC)})
    client.track("anna", "Order Completed", {"total": 12.5})
    client.page("anna", "Shop", "Home", {"path": "/"})
    client.group("anna", "club", {"size": 3})
    client.alias("cookie-1", "anna")
    client.shutdown()

    assert problems == []
    messages = sent(collector, key)
    assert [message.type for message in messages] == ["alias", "group", "identify", "page", "track"]
    assert {message.user_id for message in messages} == {"anna"}
    assert messages[2].traits["city"] == "Shanghai"
    assert messages[4].properties == {"total": 12.5}
    assert messages[4].context.library is not None
    assert messages[4].context.library["name"] == "analytics-python"


def test_rudderstack_for_python(collector: Running, key: Key) -> None:
    problems: list[object] = []
    client = RudderClient(
        key.text, host=collector.url, gzip=True, on_error=lambda *problem: problems.append(problem)
    )

    client.identify("anna", {"city": "Shanghai"})
    client.track("anna", "Order Completed", {"total": 12.5})
    client.page("anna", "Shop", "Home", {"path": "/"})
    client.shutdown()

    assert problems == []
    messages = sent(collector, key)
    assert [message.type for message in messages] == ["identify", "page", "track"]
    assert messages[2].properties == {"total": 12.5}


@pytest.mark.skipif(not (NODE and NODE_SDK.exists()), reason="needs node and `npm ci`")
def test_segment_for_node(collector: Running, key: Key) -> None:
    command = [str(NODE), "-e", SCRIPT, str(NODE_SDK), key.text, collector.url]

    ended = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)

    assert (ended.stdout.strip(), ended.stderr, ended.returncode) == ("sent", "", 0)
    messages = sent(collector, key)
    types = ["alias", "group", "identify", "page", "screen", "track"]
    assert [message.type for message in messages] == types
    assert messages[5].properties == {"total": 12.5}
    assert messages[3].anonymous_id == "cookie-1"
    assert messages[0].previous_id == "cookie-1"


def test_segment_for_python_reads_why_it_was_refused(collector: Running, key: Key) -> None:
    problems: list[str] = []
    client = SegmentClient(
        key.text, host=collector.url, on_error=lambda problem, items: problems.append(str(problem))
    )

    client.track("anna", "", {})
    client.shutdown()

    assert len(problems) == 1
    assert "collect.all-refused" in problems[0]
    json.dumps(problems)
