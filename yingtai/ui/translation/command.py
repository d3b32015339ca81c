"""`yingtai translate`: collect, compile, and say what still needs a translation."""

import argparse
import sys
from collections.abc import Sequence

from yingtai.ui.translation.catalogues import PACKAGE, compile_stale, missing, modules, update


def main(argv: Sequence[str] = ()) -> int:
    """Update and compile the catalogues; with --check change nothing. Exit 1 when a translation is missing."""
    parser = argparse.ArgumentParser(prog="yingtai translate", description=main.__doc__)
    parser.add_argument("modules", nargs="*", help="modules to update (all when none is named)")
    parser.add_argument("--check", action="store_true", help="only report what is missing")
    arguments = parser.parse_args(list(argv))
    wanted = [module for module in modules() if not arguments.modules or module.name in arguments.modules]
    if not arguments.check:
        changed = [module.name for module in wanted if update(module)]
        compiled = compile_stale()
        sys.stdout.write(f"updated: {', '.join(changed) or 'none'}; compiled: {compiled}\n")
    problems = [
        problem for problem in missing(PACKAGE) if problem.module in {module.name for module in wanted}
    ]
    for problem in problems:
        sys.stdout.write(f"{problem}\n")
    return 1 if problems else 0
