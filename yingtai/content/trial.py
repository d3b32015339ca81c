"""A draft tried out in a process of its own, with bounds on memory and time that nothing in it can reach around.

What people type is read and rendered here first. Only what survived is kept as a version, which the console and the
senders then read within themselves.
"""

import json
import math
import resource
import subprocess
import sys
import time
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from yingtai.content import errors
from yingtai.content.addresses import is_followable, unescaped
from yingtai.content.errors import AddressRefused, TemplateTooHeavy
from yingtai.content.rendering import Rendered, compile_template
from yingtai.kernel.errors import ProductError

MEMORY_BYTES = 768 * 1024 * 1024
CPU_SECONDS = 1
WAITED_SECONDS = 15
KNOWN = {
    problem.__name__: problem for problem in vars(errors).values()
    if isinstance(problem, type) and issubclass(problem, ProductError)
}  # fmt: skip


@dataclass(frozen=True)
class Trial:
    """What came of a draft: what it asks for, what it looks like, or the problem it has."""

    person_fields: frozenset[str] = frozenset()
    unknown_fields: list[str] = field(default_factory=list)
    links: list[str] = field(default_factory=list)
    has_unsubscribe_link: bool = False
    rendered: Rendered | None = None
    problem: ProductError | None = None


def try_out(subject: str, html: str, values: Mapping[str, Any], websites: Collection[str] = ()) -> Trial:
    """Read a draft and render it with these values. Never raises: what is wrong is in the result.

    In:   websites  where links with values of a person may lead
    Cost: a third of a second; one second of work and 768 MB at most
    """
    draft = {"subject": subject, "html": html, "values": values, "websites": sorted(websites)}
    said = json.dumps(draft, default=str)
    try:
        done = subprocess.run(
            [sys.executable, "-I", "-m", "yingtai.content.trial"],
            input=said.encode("utf-8", "surrogatepass"), capture_output=True, timeout=WAITED_SECONDS, check=True,
        )  # fmt: skip
    except (subprocess.CalledProcessError, subprocess.TimeoutExpired):
        return Trial(problem=TemplateTooHeavy())
    return _understood(json.loads(done.stdout))


def _understood(answer: dict[str, Any]) -> Trial:
    problem = answer.pop("problem", None)
    rendered = answer.pop("rendered", None)
    answer["person_fields"] = frozenset(answer.get("person_fields", ()))
    return Trial(
        **answer,
        rendered=Rendered(**rendered) if rendered else None,
        problem=KNOWN[problem[0]](**problem[1]) if problem else None,
    )


def _answer(
    subject: str, html: str, values: Mapping[str, Any], websites: Collection[str] = ()
) -> dict[str, Any]:
    answer: dict[str, Any] = {}
    try:
        compiled = compile_template(subject, html, frozenset(websites))
        answer = {
            "person_fields": sorted(compiled.person_fields),
            "unknown_fields": compiled.unknown_fields,
            "links": compiled.links,
            "has_unsubscribe_link": compiled.has_unsubscribe_link,
        }
        rendered = compiled.render(values)
        answer["rendered"] = {"subject": rendered.subject, "html": rendered.html, "text": rendered.text}
        for link in compiled.links:
            if "{" not in link and not is_followable(unescaped(link)):
                raise AddressRefused(part="HTML", what=link[:60])
    except ProductError as problem:
        answer["problem"] = (type(problem).__name__, problem.facts)
    return answer


def main() -> None:
    """Answer one draft from standard input, within bounds that begin now."""
    used = math.ceil(time.process_time()) + CPU_SECONDS
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (used, used + 1))
    asked = json.loads(sys.stdin.buffer.read().decode("utf-8", "surrogatepass"))
    sys.stdout.write(json.dumps(_answer(**asked)))


if __name__ == "__main__":
    main()
