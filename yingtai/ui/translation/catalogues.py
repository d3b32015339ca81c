"""The catalogues: one .po file per module, updated without losing a translation, compiled when stale."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from time import time_ns

from babel.messages.catalog import Catalog, Message
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from yingtai.ui.translation.extraction import placeholders, texts_of
from yingtai.ui.translation.punctuation import punctuated

ROOT = Path(__file__).resolve().parents[3]
PACKAGE = ROOT / "yingtai"
LANGUAGE = "zh_Hans"
FILE = Path("locale") / LANGUAGE / "LC_MESSAGES" / "django.po"
SKIPPED = {"tests", "migrations", "static", "node_modules", "locale"}
# The date of a catalogue says nothing that git does not know better, and would change every file at every run.
NO_DATE = datetime(2026, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Problem:
    """A message that is not as it should be: untranslated, fuzzy, obsolete or with other placeholders."""

    module: str
    message: str
    kind: str

    def __str__(self) -> str:
        return f"{self.module}: {self.kind}: {self.message}"


def modules(package: Path = PACKAGE) -> list[Path]:
    """Return the folders of all modules."""
    return sorted(path.parent for path in package.glob("*/__init__.py"))


def extract(module: Path) -> Catalog:
    """Return every text of a module, in the order of its files."""
    catalog = Catalog(locale=LANGUAGE, domain="django", fuzzy=False)
    for path in sorted(_sources(module)):
        for text in texts_of(path, module.parent.parent):
            flags = ["python-format"] if isinstance(text.message, str) and "%(" in text.message else []
            catalog.add(text.message, context=text.context, locations=[(text.path, None)], flags=flags)
    return catalog


def update(module: Path) -> bool:
    """Bring the module's .po file up to date; translations stay, gone texts go. Return whether it changed.

    A text that another module has translated already is taken from there, so that one word stays one word.
    """
    found = extract(module)
    path = module / FILE
    memory = [catalog for place in (module, *modules(module.parent)) if (catalog := _read(place / FILE))]
    for message in found:
        old = _remembered(message, memory)
        if old:
            forms = old.string if isinstance(old.string, tuple | list) else (old.string,)
            written = tuple(punctuated(form) for form in forms)
            message.string = written if isinstance(message.id, tuple | list) else written[0]
    if not any(message.id for message in found):
        return False
    content = _written(found)
    if path.exists() and path.read_bytes() == content:
        return False
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return True


def _remembered(message: Message, memory: list[Catalog]) -> Message | None:
    known = (catalog.get(message.id, message.context) for catalog in memory) if message.id else ()
    return next((old for old in known if old and _is_translated(old)), None)


def compile_stale(package: Path = PACKAGE) -> int:
    """Compile every .po that is newer than its .mo; return how many. Cost: one stat per module when none is."""
    compiled = 0
    for path in package.glob(f"*/{FILE.as_posix()}"):
        target = path.with_suffix(".mo")
        if target.exists() and target.stat().st_mtime_ns >= path.stat().st_mtime_ns:
            continue
        # Several processes may start at once: each writes its own file and moves it into place.
        draft = target.with_suffix(f".{time_ns()}.mo")
        with draft.open("wb") as file:
            write_mo(file, _read(path) or Catalog())
        draft.replace(target)
        compiled += 1
    return compiled


def missing(package: Path = PACKAGE) -> list[Problem]:
    """Return every text that lacks a translation, has one too many or two different ones, in all modules."""
    alone = [problem for module in modules(package) for problem in _problems(module)]
    return alone + list(_conflicts(modules(package)))


def _conflicts(places: list[Path]) -> Iterator[Problem]:
    # Django joins the catalogues of all modules, so that one of two translations would win everywhere, by chance.
    first: dict[tuple[str | None, str], str | tuple[str, ...]] = {}
    for module in places:
        for message in _read(module / FILE) or ():
            key = (message.context, _shown(message))
            if message.id and first.setdefault(key, message.string) != message.string:
                yield Problem(
                    module.name, key[1], "translated otherwise elsewhere; give one of them a context"
                )


def _problems(module: Path) -> Iterator[Problem]:
    found = extract(module)
    known = _read(module / FILE) or Catalog(locale=LANGUAGE)
    for message in found:
        if not message.id:
            continue
        old = known.get(message.id, message.context)
        if not old or not _is_translated(old):
            yield Problem(module.name, _shown(message), "untranslated")
        elif old.fuzzy:
            yield Problem(module.name, _shown(message), "fuzzy")
        elif placeholders(message.id) != placeholders(old.string):
            yield Problem(module.name, _shown(message), "other placeholders")
    for message in known:
        if message.id and not found.get(message.id, message.context):
            yield Problem(module.name, _shown(message), "obsolete")


def _sources(module: Path) -> Iterator[Path]:
    for path in module.rglob("*"):
        inside = path.relative_to(module).parts
        is_text = path.suffix == ".py" or (path.suffix in (".html", ".txt") and "templates" in inside)
        if is_text and not SKIPPED & set(inside[:-1]) and not inside[-1].startswith("test_"):
            yield path


def _read(path: Path) -> Catalog | None:
    if not path.exists():
        return None
    with path.open("rb") as file:
        return read_po(file, locale=LANGUAGE, domain="django")


def _written(catalog: Catalog) -> bytes:
    catalog.project, catalog.version, catalog.copyright_holder = "Yingtai", "1", "the Yingtai authors"
    catalog.creation_date = catalog.revision_date = NO_DATE
    catalog.last_translator = catalog.language_team = catalog.msgid_bugs_address = "Yingtai"
    catalog.header_comment = (
        "# Simplified Chinese. Updated by `yingtai translate`; write only the msgstr lines."
    )
    buffer = BytesIO()
    write_po(buffer, catalog, width=110, include_lineno=False, ignore_obsolete=True)
    return buffer.getvalue()


def _is_translated(message: Message) -> bool:
    strings = message.string if isinstance(message.string, tuple | list) else (message.string,)
    return all(strings)


def _shown(message: Message) -> str:
    return message.id if isinstance(message.id, str) else message.id[0]
