"""What a start does before and after the processes: databases, static files, sample group, the welcome."""

import json
import os
import signal
import sys
import time
from collections.abc import Callable
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

from yingtai.kernel.env import env
from yingtai.web import ground
from yingtai.web.processes import fork_life
from yingtai.web.signals import signal_all_of
from yingtai.web.start import become


def prepare(asked: list[int], *, has_sample: bool) -> None:
    """Bring the databases to this release's shape, and fill them with the sample group at the first start.

    In children, for connections and threads must not be made in the parent that later forks the processes.
    """
    _await(fork_life(_foreseen(_migrate), output=None), asked, "The databases could not be prepared.")
    if has_sample and find_spec("yingtai.sample") and not sign_ins_file().exists() and not asked:
        _await(
            fork_life(_foreseen(_load_sample), output=None), asked, "The sample group could not be loaded."
        )


def say_ready(seconds: float) -> None:
    """Tell where everything is; the line that begins with READY ends the start."""
    port = env().port
    host = env().host
    print(f"\nYingtai is ready after {seconds:.0f} s.\n")
    print(f"  console    {env().web_url}/")
    print(f"  collector  http://{host}:{port + 1}/v1/batch")
    print(f"  mailbox    {env().web_url}/mailbox/   (SMTP {host}:{port + 2})")
    print(f"  state      {env().home.absolute()}\n")
    if sign_ins_file().exists():
        _show_sign_ins(json.loads(sign_ins_file().read_text()))
    print(f"READY {env().web_url}", flush=True)


def sign_ins_file() -> Path:
    """Return where the sample sign-ins are written by the sample."""
    return env().home / "sign-ins.json"


def _show_sign_ins(sign_ins: list[dict[str, str]]) -> None:
    print("  Sample sign-ins (one per role):")
    widths = [max(len(entry[part]) for entry in sign_ins) + 2 for part in ("role", "email")]
    for entry in sign_ins:
        print(f"    {entry['role']:<{widths[0]}}{entry['email']:<{widths[1]}}{entry['password']}")
    print(f"  also in {sign_ins_file().absolute()}\n")


def _foreseen(life: Callable[[], None]) -> Callable[[], None]:
    def live() -> None:
        with ground.foreseen():
            life()

    return live


def _migrate() -> None:
    # The quick look first: it needs no Django.
    migrating = import_module("yingtai.web.migrating")
    if not migrating.is_current():
        print("Preparing the databases…", flush=True)
        become("migrator")
        migrating.migrate(verbosity=0)
    _check_root_key()


def _check_root_key() -> None:
    # Before anything is sealed: under another key it would be lost.
    try:
        import_module("yingtai.vault.api").check_root_key()
    except import_module("yingtai.kernel.errors").ProductError as problem:
        facts = dict(problem.facts.items())
        print(f"{problem.title.format(**facts)}. {problem.remedy.format(**facts)}", file=sys.stderr)
        raise SystemExit(1) from problem


def _load_sample() -> None:
    become("worker")
    code = import_module("yingtai.sample.command").main(["--size", "S"])
    if code:
        raise SystemExit(code)


def _await(pid: int, asked: list[int], trouble: str) -> None:
    while True:
        ended, status = os.waitpid(pid, os.WNOHANG)
        if ended:
            break
        if asked:
            # One that was just born leads no group yet, and one that was asked with us may be gone.
            signal_all_of(pid, signal.SIGKILL)
        time.sleep(0.03)
    if status and not asked:
        print(trouble, file=sys.stderr)
        raise SystemExit(1)
