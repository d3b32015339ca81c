"""Every environment variable we read. Declare one here; read `os.environ` nowhere else."""

import os
import secrets
from collections.abc import Callable, Mapping
from dataclasses import MISSING, dataclass, field, fields
from functools import cache, cached_property
from hashlib import blake2s
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

BOOKS_ROLES = ("migrator", "app", "collector", "dispatcher", "worker", "auditor")
"""The roles that may sign in to the books; `owner` owns the tables and never signs in."""


def variable(help: str, *, least: int | None = None, **options: Any) -> Any:
    return field(metadata={"help": help, "least": least}, **options)


@dataclass(frozen=True, kw_only=True)
class Env:
    """What an operator can set; every variable is the field's name in capitals after YINGTAI_."""

    home: Path = variable("where state lives", default=Path("var"))
    host: str = variable("address to listen on; loopback unless you say otherwise", default="127.0.0.1")
    port: int = variable("web port; the collector takes the next, the mailbox the one after", default=8000)
    public_url: str = variable("address people and mails use, e.g. https://marketing.example.com", default="")
    database_url: str = variable(
        "books, e.g. postgresql://db.internal/yingtai; embedded when empty", default=""
    )
    vault_url: str = variable(
        "keys cluster, e.g. postgresql://keys.internal/yingtai_keys; embedded when empty", default=""
    )
    lake_url: str = variable("where the event tables lie; <home>/lake when empty", default="")
    engine_url: str = variable("duckdb, or a Spark Connect address sc://host:15002", default="duckdb")
    engine_threads: int = variable(
        "threads a process may use for lake queries; all cores when 0", default=0, least=0
    )
    engine_memory: str = variable(
        "memory a process may use for lake queries, e.g. 4GB; a quarter when empty", default=""
    )
    smtp_url: str = variable(
        "outgoing mail, e.g. smtp://user:password@mail.example.com:587; the development mailbox when empty",
        default="",
    )
    metrics_token: str = variable(
        "what Prometheus brings as its bearer token; when empty, /metrics answers this machine only, and nobody once "
        "a public address or a proxy is set",
        default="",
    )
    role: str = variable("database role of this process", default="app")
    hang_seconds: int = variable(
        "a process that shows no sign of work for so many seconds is killed and started again; at least 3",
        default=10,
        least=3,
    )
    allowed_hosts: str = variable("other host names the web answers to, with commas", default="")
    proxies: str = variable(
        "addresses of your reverse proxies, e.g. 10.0.0.5 or 10.0.0.0/8, with commas; only what these say of where a "
        "request comes from is believed",
        default="",
    )
    alone: bool = variable(
        "one person administers this installation: what takes a second person is done at once, and recorded as such",
        default=False,
    )
    launch_alone: int = variable(
        "people one person may launch campaigns to within a day; a launch to more waits for a second person",
        default=10_000,
        least=0,
    )
    debug: bool = variable("show tracebacks in the browser", default=False)

    @property
    def web_url(self) -> str:
        return self.public_url.rstrip("/") or f"http://{self.host}:{self.port}"

    @property
    def hosts(self) -> list[str]:
        named = [name for name in self.allowed_hosts.split(",") if name]
        return [*named, urlsplit(self.public_url).hostname or ""] if self.public_url else named

    @cached_property
    def proxy_networks(self) -> list[IPv4Network | IPv6Network]:
        return [ip_network(part.strip(), strict=False) for part in self.proxies.split(",") if part.strip()]

    @property
    def lake_location(self) -> str:
        return self.lake_url or str((self.home / "lake").absolute())


def read_env(environ: Mapping[str, str]) -> Env:
    """Return the settings, or stop with every missing or malformed one named at once."""
    readers: dict[object, Callable[[str], Any]] = {bool: _read_switch, int: int, str: str, Path: _read_folder}
    values: dict[str, Any] = {}
    problems: list[str] = []
    for item in fields(Env):
        name = f"YINGTAI_{item.name.upper()}"
        try:
            if name in environ:
                values[item.name] = readers[item.type](environ[name])
                least = item.metadata["least"]
                if least is not None and values[item.name] < least:
                    problems.append(f"{name}={environ[name]!r} is too low: {item.metadata['help']}")
            elif item.default is MISSING:
                problems.append(f"{name} is missing: {item.metadata['help']}")
        except ValueError:
            problems.append(f"{name}={environ[name]!r} cannot be read: {item.metadata['help']}")
    if problems:
        raise SystemExit("Cannot start.\n" + "\n".join(f"  {problem}" for problem in problems))
    made = Env(**values)
    try:
        made.proxy_networks  # noqa: B018 - read now, so that a mistake stops the start
    except ValueError as problem:
        raise SystemExit(f"Cannot start.\n  YINGTAI_PROXIES cannot be read: {problem}") from None
    return made


@cache
def env() -> Env:
    """Return this process's settings, read once."""
    return read_env(os.environ)


def secret(name: str) -> str:
    """Return the secret of that name, made at first use, kept in `<home>/secrets/` (0600)."""
    folder = env().home / "secrets"
    path = folder / name
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        _write_once(path, secrets.token_urlsafe(48))
    return path.read_text().strip()


def dsn(role: str) -> str:
    """Return the connection string of the books for a role."""
    return _conninfo(env().database_url, "books", "yingtai", role)


def vault_dsn(role: str = "vault") -> str:
    """Return the connection string of the keys cluster."""
    return _conninfo(env().vault_url, "keys", "yingtai_keys", role)


def socket_folder(cluster: str) -> Path:
    """Return where the embedded cluster's socket lies: a Unix socket's path may have 107 bytes only."""
    # The folder may be a link: a server that steps down from root cannot work below a closed home.
    inside = (env().home.absolute() / "postgres").resolve() / "run" / cluster
    if len(os.fsencode(inside)) < 80:
        return inside
    digest = blake2s(os.fsencode(inside), digest_size=6).hexdigest()
    return Path(f"/tmp/yingtai-{digest}")  # noqa: S108 - the folder is made 0700 and its owner is checked


def _conninfo(url: str, cluster: str, database: str, role: str) -> str:
    password = secret(f"{cluster}-{role}.password")
    if url:
        return f"{url}{'&' if '?' in url else '?'}user={role}&password={password}"
    host = str(socket_folder(cluster)).replace("\\", r"\\").replace("'", r"\'")
    return f"host='{host}' dbname={database} user={role} password={password}"


def _write_once(path: Path, text: str) -> None:
    # Two processes may come here at once: the first to link wins, the other reads what it wrote.
    draft = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
    draft.touch(mode=0o600)
    draft.write_text(text)
    try:
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        draft.unlink()


def _read_folder(text: str) -> Path:
    # An empty path would mean the folder that we happen to be in.
    if not text.strip():
        raise ValueError(text)
    return Path(text)


def _read_switch(text: str) -> bool:
    if text.lower() not in {"0", "1", "true", "false"}:
        raise ValueError(text)
    return text.lower() in {"1", "true"}
