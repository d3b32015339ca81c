"""The front-end files: exactly those we serve, taken from node_modules as they are, collected when they changed.

No bundler: a file gets its content's hash in its name and a compressed twin beside it, and WhiteNoise serves both.
"""

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.finders import BaseFinder, get_finders
from django.contrib.staticfiles.storage import staticfiles_storage
from django.core.files.storage import FileSystemStorage
from django.core.management import call_command
from whitenoise.storage import CompressedManifestStaticFilesStorage  # type: ignore[import-untyped]  # has no types

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ROOT / "node_modules"

# Served name: file in node_modules. Everything else in those packages stays where it is.
FILES = {
    "tabler/tabler.min.css": "@tabler/core/dist/css/tabler.min.css",
    "htmx/htmx.min.js": "htmx.org/dist/htmx.min.js",
    "echarts/echarts.min.js": "echarts/dist/echarts.min.js",
}


class PackageStorage(FileSystemStorage):
    """Reads the served names from where npm put them."""

    def path(self, name: str) -> str:
        return str(PACKAGES / FILES[name])


class PackageFinder(BaseFinder):
    """Tells Django's static files about FILES, and about nothing else in node_modules."""

    def __init__(self, app_names: Any = None, *args: Any, **kwargs: Any) -> None:
        self.storage = PackageStorage(location=str(PACKAGES))

    def check(self, **kwargs: Any) -> list[Any]:
        return []

    def find(self, path: str, find_all: bool = False, **kwargs: Any) -> Any:
        found = self.storage.path(path) if path in FILES else None
        if find_all:
            return [found] if found else []
        return found

    def list(self, ignore_patterns: Any) -> Iterator[tuple[str, PackageStorage]]:
        for name in FILES:
            yield name, self.storage


class HashedStorage(CompressedManifestStaticFilesStorage):
    """Names with hashes, compressed twins. Source maps are not served, so references to them stay untouched."""

    patterns = (
        (
            "*.css",
            (
                r"""(?P<matched>url\((?P<quote>['"]{0,1})\s*(?P<url>.*?)(?P=quote)\))""",
                (r"""(?P<matched>@import\s*["']\s*(?P<url>.*?)["'])""", """@import url("%(url)s")"""),
            ),
        ),
    )

    def stored_name(self, name: str) -> str:
        # The first page of a fresh installation or a test run finds nothing collected yet.
        if not self.hashed_files:
            collect()
        return str(super().stored_name(name))


def collect() -> bool:
    """Bring the collected files up to date; return whether anything had changed. Cost: one stat per file."""
    stamp = Path(settings.STATIC_ROOT) / ".collected"
    now = _fingerprint()
    if stamp.exists() and stamp.read_text() == now:
        return False
    call_command("collectstatic", interactive=False, clear=True, verbosity=0)
    # The storage read its manifest before these files existed.
    if isinstance(staticfiles_storage, HashedStorage):
        staticfiles_storage.hashed_files, staticfiles_storage.manifest_hash = (
            staticfiles_storage.load_manifest()
        )
    stamp.write_text(now)
    return True


def _fingerprint() -> str:
    """What is served, by name, size and time of change."""
    known = hashlib.sha256()
    for finder in get_finders():
        for name, storage in finder.list(["CVS", ".*", "*~"]):
            file = Path(storage.path(name)).stat()
            known.update(f"{name} {file.st_size} {file.st_mtime_ns}\n".encode())
    return known.hexdigest()
