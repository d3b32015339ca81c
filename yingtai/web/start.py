"""Getting a process ready: its database role, and Django with every module loaded."""

import gc
import os
import sys
from importlib import import_module

from yingtai.kernel.memory import give_back

PRELOADED = (  # whatever a process needs to live: one that is started again must not find another release's files
    "yingtai.web.urls",
    "yingtai.web.wsgi",
    "yingtai.web.serving",
    "yingtai.web.workers",
    "yingtai.web.mailbox",
    "yingtai.collect.collector.serving",
    "yingtai.customers.ingesting",
    "procrastinate.worker",
    "granian.server",
)


def take_role(role: str) -> None:
    """Sign this process in to the books as `role`, from its first connection on."""
    os.environ["YINGTAI_ROLE"] = role
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "yingtai.web.settings")
    import_module("yingtai.kernel.env").env.cache_clear()


def keep_little() -> None:
    """Have the libraries' own allocators return freed memory at once; to be called before they are loaded.

    Delta's reads go over fifty threads, each of which kept half a megabyte for a next time that may never come.
    """
    os.environ.setdefault("_RJEM_MALLOC_CONF", "narenas:2,dirty_decay_ms:0,muzzy_decay_ms:0,tcache:false")
    os.environ.setdefault("MIMALLOC_PURGE_DELAY", "0")
    os.environ.setdefault("MIMALLOC_ARENA_EAGER_COMMIT", "0")


def load_everything() -> None:
    """Load Django and all modules, so that children can be forked in no time."""
    keep_little()
    import_module("django").setup()
    import_module("yingtai.ui.front_end").collect()
    for module in PRELOADED:
        import_module(module)
    _prepare_sign_in()
    # What is loaded now lives as long as we do; children share its memory as long as nobody walks over it.
    gc.collect()
    give_back()
    gc.freeze()


def _prepare_sign_in() -> None:
    # The first password that libpq hashes makes OpenSSL read its tables, 3 MB; made here, the children share them.
    pq = import_module("psycopg.pq")
    pq.PGconn.connect(b"host=/nowhere").encrypt_password(b"", b"", b"scram-sha-256")


def become(role: str) -> None:
    """Turn a freshly forked child, or a process of its own, into one that serves under `role`.

    Raises: DangerousRole
    """
    take_role(role)
    settings_loaded = "yingtai.web.settings" in sys.modules
    if not import_module("django.apps").apps.ready:
        import_module("django").setup()
    if settings_loaded:
        _sign_in_again(role)
    if role != "migrator":
        refuse_dangerous_role()


def _sign_in_again(role: str) -> None:
    # The parent read its settings under another role; no connection was made from them yet.
    env = import_module("yingtai.kernel.env")
    parts = import_module("psycopg.conninfo").conninfo_to_dict(env.dsn(role))
    connections = import_module("django.db").connections
    connections.databases["default"]["USER"] = parts["user"]
    connections.databases["default"]["PASSWORD"] = parts["password"]


def refuse_dangerous_role() -> None:
    """Stop when the role could read around the scope walls.

    Raises: DangerousRole
    """
    import_module("yingtai.kernel.grants").refuse_dangerous_role()
    import_module("django.db").connections.close_all()
