"""Looking for planted words in everything an installation leaves on disk, however they are written there."""

import base64
import re
import zlib
from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path

import psycopg
import pyarrow.parquet as pq
import zstandard

from yingtai.kernel.env import secret, socket_folder

DATABASES = {"books": "yingtai", "keys": "yingtai_keys"}
ZSTD, GZIP = b"\x28\xb5\x2f\xfd", b"\x1f\x8b\x08"
MOST_OF_ONE = 1 << 20
COLUMNS = """
    SELECT table_schema || '.' || quote_ident(table_name) FROM information_schema.tables
    WHERE table_type = 'BASE TABLE' AND table_schema NOT IN ('pg_catalog', 'information_schema')
"""


class Words:
    """Planted words: all begin with one mark, unique in the world, so one search finds any of them."""

    def __init__(self, mark: str) -> None:
        self.mark = mark
        self.planted: dict[str, str] = {}
        ways = {
            "plain": mark.encode(),
            "UTF-16": mark.encode("utf-16-le"),
            "UTF-16 big end": mark.encode("utf-16-be"),
            "hexadecimal": mark.encode().hex().encode(),
            "HEXADECIMAL": mark.encode().hex().upper().encode(),
            "backwards": mark[::-1].encode(),
            "upper case": mark.upper().encode(),
            "lower case": mark.lower().encode(),
        }
        for shift in range(3):
            # What stands before decides how it is written; the ends depend on the neighbours and are left out.
            text = base64.b64encode(b"\0" * shift + mark.encode())
            ways[f"base64, {shift} on"] = text[(0, 2, 3)[shift] : -4]
        self._ways = ways
        self._whole = re.compile(re.escape(mark.encode()) + rb"([a-z]+)Z", re.IGNORECASE)

    def plant(self, name: str) -> str:
        """Return a word to bring through a door."""
        assert re.fullmatch("[a-z]+", name)
        return self.planted.setdefault(name, f"{self.mark}{name}Z")

    def found_in(self, content: bytes) -> set[str]:
        """Return which words a content holds, `? (way)` for one that cannot be told from the others."""
        found = {match.decode().lower() for match in self._whole.findall(content)}
        return found | {
            f"? ({way})" for way, text in self._ways.items() if text in content and not (way == "plain" and found)
            and not (way in {"upper case", "lower case"} and found)
        }  # fmt: skip


def unpacked(content: bytes) -> Iterator[bytes]:
    """Return a content, and whatever is compressed inside it."""
    yield content
    for mark, unpack in ((ZSTD, _zstd), (GZIP, _gzip)):
        for match in re.finditer(re.escape(mark), content):
            text = unpack(content[match.start() : match.start() + MOST_OF_ONE])
            if text:
                yield text


def files_of(folders: Iterable[Path]) -> Iterator[tuple[str, bytes]]:
    """Return every file's content; of a Parquet file its decompressed columns as well."""
    for folder in folders:
        for path in sorted(folder.rglob("*")):
            if not path.is_file():
                continue
            try:
                content = path.read_bytes()
            except FileNotFoundError:  # the cluster is alive
                continue
            yield str(path), content
            if path.suffix == ".parquet":
                yield f"{path} (columns)", repr(pq.read_table(path).to_pylist()).encode()


def rows_of_everything() -> Iterator[tuple[str, bytes]]:
    """Return every table of both clusters as text, past all walls: what PostgreSQL compressed is legible here."""
    for cluster in DATABASES:
        with administrator(cluster) as admin:
            for (table,) in admin.execute(COLUMNS).fetchall():
                rows = admin.execute(f"SELECT t::text FROM {table} AS t").fetchall()
                text = "\n".join(row[0] for row in rows).encode()
                yield f"{cluster} {table}", text
                yield f"{cluster} {table} (bytes)", b"".join(_bytes_in(text))


def checkpoint() -> None:
    """Have both clusters write what they hold in memory."""
    for cluster in DATABASES:
        with administrator(cluster) as admin:
            admin.execute("CHECKPOINT")


def administrator(cluster: str) -> "psycopg.Connection[tuple[str, ...]]":
    """Return a connection that sees past all walls."""
    return psycopg.connect(
        host=str(socket_folder(cluster)), dbname=DATABASES[cluster], user="postgres",
        password=secret(f"{cluster}-postgres.password"), autocommit=True,
    )  # fmt: skip


def search(words: Words, contents: Iterable[tuple[str, bytes]]) -> dict[str, set[str]]:
    """Return where each word was found."""
    found: dict[str, set[str]] = defaultdict(set)
    for where, content in contents:
        for text in unpacked(content):
            for word in words.found_in(text):
                found[word].add(where)
    return found


def _bytes_in(text: bytes) -> Iterator[bytes]:
    for match in re.finditer(rb"\\\\?x([0-9a-f]{16,})", text):
        yield bytes.fromhex(match[1].decode()[: len(match[1]) // 2 * 2])


def _zstd(content: bytes) -> bytes:
    try:
        return zstandard.ZstdDecompressor().decompressobj().decompress(content)
    except zstandard.ZstdError:
        return b""


def _gzip(content: bytes) -> bytes:
    try:
        return zlib.decompressobj(31).decompress(content)
    except zlib.error:
        return b""
