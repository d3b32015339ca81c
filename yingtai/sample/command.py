"""`yingtai sample`: fill an installation with the sample group."""

import argparse
import json
from datetime import UTC, datetime
from pathlib import Path

from yingtai.collect.api import make_write_key
from yingtai.kernel.acting import system
from yingtai.kernel.env import env, secret
from yingtai.kernel.scope import Scope
from yingtai.kernel.terminal import ProgressBar
from yingtai.organization.api import get_unit
from yingtai.sample.group import BRANDS, make_staff
from yingtai.sample.loading import BULK, INBOX, SIZES, load_sample
from yingtai.sample.sending import CameThroughOtherDoor, website_at

SEED = 20261


def main(arguments: list[str]) -> int:
    """Load the sample group; run it again to go on where it was stopped."""
    parser = argparse.ArgumentParser(prog="yingtai sample", description=main.__doc__)
    parser.add_argument("--size", choices=sorted(SIZES), default="S", help="S: 20 thousand people and 1 million "
                        "events; M: ten times that, and no campaigns; XS: for a quick look")  # fmt: skip
    parser.add_argument("--seed", type=int, default=SEED, help="another group, as deterministic as this one")
    parser.add_argument(
        "--until", type=datetime.fromisoformat, help="the day the sample ends; today if not given"
    )
    parser.add_argument("--through", choices=[BULK, INBOX], default=BULK, help="the door: history in sets, or the same "
                        "as requests of SDKs, sealed and drained")  # fmt: skip
    options = parser.parse_args(arguments)
    at = (options.until or datetime.now(UTC)).astimezone(UTC)
    size = SIZES[options.size]
    try:
        with ProgressBar("Sample group", size.events, unit="events") as bar:
            bar.step(load_sample(size, seed=options.seed, at=at, step=bar.step, through=options.through))
    except CameThroughOtherDoor:
        parser.error("the sample is here already, and came through the other door. Use that one again, or load into "
                     "an empty installation: set YINGTAI_HOME to a new folder.")  # fmt: skip
    if not sign_ins_file().exists():
        write_sign_ins(at)
    return 0


def sign_ins_file() -> Path:
    return env().home / "sign-ins.json"


def write_sign_ins(at: datetime) -> None:
    """Make one colleague per role and a write key, and note how to use them beside the books (0600)."""
    brand = BRANDS[0]
    acting = system("sample", Scope.of(get_unit(brand.code).node_no), at)
    source = website_at(acting, get_unit(brand.code).node_no)
    key = {"brand": brand.code, "source": source.name, "write_key": make_write_key(acting, source.id)}
    _note(env().home / "write-key.json", key)
    _note(sign_ins_file(), make_staff(secret("sample.password")[:16]))


def _note(path: Path, document: object) -> None:
    path.touch(mode=0o600)
    path.write_text(json.dumps(document, indent=2, ensure_ascii=False) + "\n")
