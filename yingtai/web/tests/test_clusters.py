"""The embedded databases start wherever a checkout may lie, and only for those who have the passwords."""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import psycopg
import pytest

pytestmark = pytest.mark.slow  # every test makes two clusters: a second or two each

ASK = ["psql", "books", "app", "--no-align", "--tuples-only", "--command", "SELECT current_user"]


@pytest.fixture
def place():
    folder = Path(tempfile.mkdtemp(prefix="yingtai-place-", dir="/tmp"))
    folder.chmod(0o755)
    yield folder
    for link in folder.rglob("postgres"):
        if link.is_symlink():
            shutil.rmtree(link.resolve())
    shutil.rmtree(folder)


def ask(home):
    """Ask the books of a home who we are; the servers run for just that long."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("YINGTAI_")}
    return subprocess.run(
        [sys.executable, "-m", "yingtai.web.command", *ASK],
        env=kept | {"YINGTAI_HOME": str(home)},
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_home_may_have_spaces_quotes_and_a_long_path(place):
    home = place / "our marketing's home" / ("long " * 20 + "path")

    answer = ask(home)

    assert (answer.stdout, answer.stderr) == ("app\n", "")


@pytest.mark.skipif(os.geteuid() != 0, reason="only root steps down to another account")
def test_root_may_start_in_a_folder_that_nobody_else_can_enter(place):
    place.chmod(0o700)
    home = place / "home"

    first, again = ask(home), ask(home)

    assert (first.stdout, again.stdout) == ("app\n", "app\n")
    assert (home / "postgres").resolve().parent == Path("/var/lib/yingtai")
    assert (home / "postgres" / "books").stat().st_uid != 0


def test_a_number_left_by_a_dead_server_may_be_another_programs_by_now(place):
    home = place / "home"
    ask(home)
    lines = ["", str(home / "postgres" / "books"), "0", "5432", str(home), "", "  0  0", "ready   "]
    left = home / "postgres" / "books" / "postmaster.pid"
    left.write_text("\n".join([str(os.getpid()), *lines[1:]]) + "\n")
    shutil.chown(left, (home / "postgres" / "books").stat().st_uid)

    answer = ask(home)

    assert answer.stdout == "app\n", answer.stderr


def test_secrets_are_for_the_owner_only(place):
    home = place / "home"
    ask(home)

    modes = {path.name: path.stat().st_mode & 0o777 for path in (home / "secrets").iterdir()}

    assert set(modes.values()) == {0o600}
    assert (home / "secrets").stat().st_mode & 0o777 == 0o700
    assert (home / "postgres" / "run" / "books").stat().st_mode & 0o077 == 0


def test_nobody_signs_in_without_a_password(home, books):
    socket = home / "postgres" / "run" / "books"

    for role in ("app", "migrator", "postgres", "owner"):
        with pytest.raises(psycopg.OperationalError):
            psycopg.connect(host=str(socket), dbname="yingtai", user=role, password="")
