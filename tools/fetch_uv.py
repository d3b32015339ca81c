"""Unpacks uv from the package index without pip, for Pythons that come without it.

Usage: python fetch_uv.py TARGET
"""

import hashlib
import io
import json
import os
import platform
import sys
import urllib.request
import zipfile
from pathlib import Path
from urllib.parse import urljoin

INDEX = os.environ.get("UV_INDEX_URL") or os.environ.get("PIP_INDEX_URL") or "https://pypi.org/simple"
JSON = "application/vnd.pypi.simple.v1+json"
SECONDS = 120


def main() -> None:
    target = Path(sys.argv[1])
    file = newest_wheel()
    print(f"  Fetching {file['filename']}…", flush=True)
    wheel = read(urljoin(f"{INDEX.rstrip('/')}/uv/", file["url"]))
    if hashlib.sha256(wheel).hexdigest() != file["hashes"]["sha256"]:
        sys.exit("The file that arrived is not the one the package index named. Try again.")
    with zipfile.ZipFile(io.BytesIO(wheel)) as archive:
        name = next(name for name in archive.namelist() if name.endswith("/scripts/uv"))
        target.write_bytes(archive.read(name))
    target.chmod(0o755)


def newest_wheel() -> dict:
    """Return the index's entry of the newest wheel for this machine."""
    page = json.loads(read(f"{INDEX.rstrip('/')}/uv/", Accept=JSON))
    fitting = [file for file in page["files"] if fits(file["filename"]) and not file.get("yanked")]
    if not fitting:
        sys.exit(f"The package index has no uv for {platform.system()} on {platform.machine()}.")
    return max(fitting, key=lambda file: version(file["filename"]))


def fits(name: str) -> bool:
    machine = platform.machine()
    if sys.platform == "darwin":
        return name.endswith(f"_{machine}.whl") and "macosx" in name
    libc = "manylinux" if platform.libc_ver()[0] == "glibc" else "musllinux"
    return libc in name and name.endswith(f"_{machine}.whl")


def version(name: str) -> tuple:
    numbers = name.split("-")[1].split(".")
    return tuple(int(number) if number.isdigit() else -1 for number in numbers)


def read(url: str, **headers: str) -> bytes:
    if not url.startswith("https://") and not INDEX.startswith("http://"):
        sys.exit(f"The package index points to {url}, which is not secure.")
    request = urllib.request.Request(url, headers=headers)  # noqa: S310 - the scheme was just looked at
    with urllib.request.urlopen(request, timeout=SECONDS) as answer:  # noqa: S310
        return bytes(answer.read())


if __name__ == "__main__":
    main()
