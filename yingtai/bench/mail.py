"""`yingtai bench mail`: a campaign at full speed to a mail server on this machine, beside bare SMTP.

Ours claims, asks consent, opens values, makes each mail, hands it over once and keeps the ledger, on a durable
PostgreSQL of its own; the bare side hands finished mails to the same server with smtplib.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
from importlib import import_module
from pathlib import Path
from typing import Any

from yingtai.bench.ports import free_port

BUDGET_MAILS = 1000
COMMAND = [sys.executable, "-m", "yingtai.web.command"]


def main(arguments: list[str]) -> int:
    """Measure how many mails a second one sender hands over."""
    parser = argparse.ArgumentParser(prog="yingtai bench mail", description=main.__doc__)
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.add_argument("--mails", type=int, default=10_000)
    parser.add_argument("--profile", default="", help="write a cProfile of the sending to this file")
    options = parser.parse_args(arguments)
    result = _in_a_home_of_its_own(options.mails, options.profile)
    held = result["mails_per_second"] >= BUDGET_MAILS and result["sent"] == options.mails
    if options.json:
        print(json.dumps(result | {"held": held}))
    else:
        print(f"{'':<22}{'mails/s':>12}")
        print(f"{'a campaign':<22}{result['mails_per_second']:>12,.0f}")
        print(f"{'bare SMTP':<22}{result['bare_mails_per_second']:>12,.0f}")
        print(f"{result['ratio']:.2f} × bare; {result['sent']:,} sent, each once")
        print(f"budget {BUDGET_MAILS:,} mails/s", "held." if held else "NOT held.")
    return 0 if held else 1


def _in_a_home_of_its_own(mails: int, profile: str) -> dict[str, Any]:
    home = Path(tempfile.mkdtemp(prefix="yingtai-bench-"))
    home.chmod(0o755)
    kept = {name: value for name, value in os.environ.items() if not name.startswith("YINGTAI_")}
    environment = kept | {
        "YINGTAI_HOME": str(home),
        "YINGTAI_PORT": str(free_port()),
        "YINGTAI_ROLE": "worker",
    }
    inside = [sys.executable, "-m", "yingtai.bench.mail", str(mails), profile]
    try:
        subprocess.run(
            [*COMMAND, "migrate", "--quiet"], env=environment, check=True, stdout=subprocess.DEVNULL
        )
        done = subprocess.run(inside, env=environment, check=True, stdout=subprocess.PIPE)
    finally:
        shutil.rmtree(home, ignore_errors=True)
    result: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return result


def measure(mails: int, profile: str) -> dict[str, Any]:
    """Make a campaign, send it, then send as many finished mails bare; in a ready installation."""
    inside = import_module("yingtai.bench.mailed")
    acting, campaign = inside.make_mails(mails)
    with inside.receiver() as server:
        if profile:
            with import_module("cProfile").Profile() as seen:
                sent, seconds = inside.send_ours(acting, campaign, server)
            seen.dump_stats(profile)
        else:
            sent, seconds = inside.send_ours(acting, campaign, server)
        bare = inside.send_bare(inside.mails_of(acting, campaign, mails), server)
    return {
        "sent": sent,
        "mails_per_second": sent / seconds,
        "bare_mails_per_second": bare,
        "ratio": sent / seconds / bare,
    }


def _inside(mails: int, profile: str) -> None:
    import_module("yingtai.web.start").take_role("worker")
    with import_module("yingtai.web.clusters").running():
        import_module("django").setup()
        print(json.dumps(measure(mails, profile)))


if __name__ == "__main__":
    _inside(int(sys.argv[1]), sys.argv[2])
