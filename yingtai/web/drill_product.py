"""The drill's own product: started, its processes found, and ended with its databases, however the drill ends."""

import contextlib
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import psutil

from yingtai.web import clusters

START_SECONDS = 300.0
"""A first start loads the sample group, on a machine that may be busy."""
STOP_SECONDS = 120.0
COMMAND = (sys.executable, "-m", "yingtai.web.command", "run")

Product = subprocess.Popen[bytes]


def start(home: Path) -> Product:
    """Start a product in this process's home, and wait until it is ready.

    Raises: SystemExit when it does not become ready; nothing of it runs then
    """
    output = home / "output"
    with output.open("wb") as written:
        product = subprocess.Popen(COMMAND, stdout=written, stderr=subprocess.STDOUT)
    try:
        trouble = _trouble(product, output)
    except BaseException:
        end(product)
        raise
    if trouble:
        end(product)
        raise SystemExit(f"{trouble}:\n{output.read_text(errors='replace')[-2000:]}")
    return product


def end(product: Product) -> None:
    """End a product and its databases, hard when it does not listen; one that ended is fine."""
    product.terminate()
    try:
        product.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        product.kill()
        product.wait()
    finally:
        # A supervisor that was killed takes its children along, but not the databases.
        clusters.stop_running()


def refuse_dead(product: Product) -> None:
    """Raises: SystemExit when the product ended of itself: nothing more can be tried on it."""
    if product.poll() is not None:
        raise SystemExit(f"The product ended during the drill, with code {product.returncode}.")


def finder(product: Product, name: str) -> Callable[[], int]:
    """Return what looks for the number of a process of the product; 0 while there is none."""

    def find() -> int:
        with contextlib.suppress(psutil.NoSuchProcess):
            for child in psutil.Process(product.pid).children():
                with contextlib.suppress(psutil.Error):
                    if " ".join(child.cmdline()).strip() == f"yingtai {name}":
                        return int(child.pid)
        return 0

    return find


def server_of(path: Path) -> Callable[[], int]:
    """Return what looks for the number of the database server that wrote this file; 0 while there is none."""

    def find() -> int:
        with contextlib.suppress(FileNotFoundError, ValueError, IndexError):
            number = int(path.read_text().split()[0])
            return number if number > 0 and psutil.pid_exists(number) else 0
        return 0

    return find


def _trouble(product: Product, output: Path) -> str:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if product.poll() is not None:
            return f"The product does not start: it ended with code {product.returncode}"
        if b"READY http" in output.read_bytes():
            return ""
        time.sleep(0.1)
    return f"The product is not ready after {START_SECONDS:.0f} s; it was ended"
