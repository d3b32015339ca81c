"""The `yingtai` command: a table of what can be asked, each line loaded only when it is asked for."""

import sys
from collections.abc import Callable
from dataclasses import dataclass
from difflib import get_close_matches
from importlib import import_module
from pathlib import Path

from yingtai.web.start import take_role

PACKAGE = Path(__file__).resolve().parent.parent


@dataclass(frozen=True, kw_only=True)
class Command:
    """One word of the command line.

    `target` is `module:function` taking the arguments that follow and returning the exit code or None.
    With a `role`, Django is ready, signed in to the books as that role, and the databases are up.
    """

    target: str
    help: str
    role: str = ""


COMMANDS = {
    "run": Command(target="yingtai.web.supervisor:main", help="start everything on this machine"),
    "serve": Command(target="yingtai.web.serving:main", help="start one process: web, collector, ingest, …"),
    "migrate": Command(
        target="yingtai.web.maintenance:migrate",
        role="migrator",
        help="bring the databases to this release's shape",
    ),
    "manage": Command(
        target="yingtai.web.maintenance:manage", role="migrator", help="a Django management command, by name"
    ),
    "check": Command(
        target="yingtai.web.maintenance:check",
        help="look for mistakes in settings and models, and for missing migrations",
    ),
    "psql": Command(
        target="yingtai.web.maintenance:psql", help="open a database as one of its roles: psql books app"
    ),
    "first-administrator": Command(
        target="yingtai.web.first_administrator:main",
        role="app",
        help="print the link by which an empty installation's first administrator joins",
    ),
    "account-mails": Command(
        target="yingtai.web.account_mails:main",
        help="print mails about an account from the development mailbox, for who cannot sign in yet",
    ),
    "new-password": Command(
        target="yingtai.web.new_password:main",
        role="app",
        help="print a link by which a colleague chooses a new password, when no mail reaches them",
    ),
    "import": Command(
        target="yingtai.customers.importing:main",
        role="worker",
        help="load a file of orders, events or people",
    ),
    "sample": Command(target="yingtai.sample.command:main", role="worker", help="make the sample group"),
    "bench": Command(target="yingtai.bench.command:main", help="measure speed beside bare work"),
    "drill": Command(
        target="yingtai.web.drill:main", help="try the worst on a product of its own: drill chaos"
    ),
    "docs": Command(target="yingtai.web.maintenance:docs", help="write the generated pages again"),
    "translate": Command(target="yingtai.ui.translation:main", help="collect and compile the translations"),
}


def main(arguments: list[str] | None = None) -> int:
    """Run one command and return its exit code."""
    word, *rest = (sys.argv[1:] if arguments is None else arguments) or ["--help"]
    if word in {"--help", "-h", "help"}:
        print(_overview())
        return 0
    command = COMMANDS.get(word) or _management_command(word)
    if command is None:
        return _not_known(word)
    try:
        return run(command, rest if word in COMMANDS else [word, *rest])
    except KeyboardInterrupt:
        print("Stopped.", file=sys.stderr)
        return 130


def run(command: Command, arguments: list[str]) -> int:
    """Load what the command needs, run it, and tell foreseen problems in words."""
    # Loaded here, so that asking for help costs nothing.
    errors = import_module("yingtai.kernel.errors")
    try:
        if command.role:
            take_role(command.role)
            with import_module("yingtai.web.clusters").running():
                import_module("django").setup()
                return on_prepared_databases(_load(command.target), arguments)
        return _load(command.target)(arguments) or 0
    except errors.ProductError as problem:
        print(f"{problem}. {problem.remedy.format(**problem.facts)}", file=sys.stderr)
        return 1
    except Exception as problem:
        words = import_module("yingtai.web.ground").in_words(problem)
        if not words:
            raise
        print(words, file=sys.stderr)
        return 1


def on_prepared_databases(command: Callable[[list[str]], int | None], arguments: list[str]) -> int:
    """Run a command, and say so in words when a table that it needs is not there yet."""
    psycopg_errors = import_module("psycopg.errors")
    try:
        return command(arguments) or 0
    except import_module("django.db").ProgrammingError as problem:
        if isinstance(problem.__cause__, psycopg_errors.UndefinedTable | psycopg_errors.UndefinedColumn):
            raise import_module("yingtai.web.errors").DatabasesNotPrepared from problem
        raise


def _load(target: str) -> Callable[[list[str]], int | None]:
    module, _, function = target.partition(":")
    loaded: Callable[[list[str]], int | None] = getattr(import_module(module), function)
    return loaded


def _management_command(word: str) -> Command | None:
    """Find a command that a module brings as a Django management command."""
    if not any(PACKAGE.glob(f"*/management/commands/{word.replace('-', '_')}.py")):
        return None
    return Command(target="yingtai.web.maintenance:manage", role="app", help="")


def _overview() -> str:
    own = {name: command.help for name, command in COMMANDS.items()}
    found = {path.stem for path in PACKAGE.glob("*/management/commands/[a-z]*.py")}
    brought = {name: "see `yingtai " + name + " --help`" for name in sorted(found - own.keys())}
    width = max(map(len, own | brought)) + 2
    lines = [f"  {name:<{width}}{words}" for name, words in (own | brought).items()]
    return "\n".join(["yingtai: the marketing information system", "", *lines])


def _not_known(word: str) -> int:
    found = [path.stem for path in PACKAGE.glob("*/management/commands/[a-z]*.py")]
    near = get_close_matches(word, [*COMMANDS, *found], n=1)
    hint = f" Did you mean `yingtai {near[0]}`?" if near else " `yingtai --help` lists them all."
    print(f"There is no command {word!r}.{hint}", file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main())
