"""`yingtai bench`: speed promises, measured beside bare work."""

import sys
from importlib import import_module

import django

from yingtai.web.start import take_role

BENCHES = {
    "ingest": "accept events, beside a server that only copies raw bodies",
    "drain": "inbox to profiles and lake, beside decoding and writing alone",
    "audience": "a behavioral audience over 10 million events, beside SQL by hand",
    "mail": "a campaign to a mail server on this machine, beside bare SMTP",
    "console": "the pages of a running product, beside the emptiest one",
}

WITH_DJANGO = ("audience",)


def main(arguments: list[str]) -> int:
    """Run one bench."""
    name, *rest = arguments or [""]
    if name not in BENCHES:
        lines = [f"  {bench:<10}{words}" for bench, words in BENCHES.items()]
        print("\n".join(["usage: yingtai bench NAME [--json]", "", *lines]), file=sys.stderr)
        return 2
    if name in WITH_DJANGO:
        take_role("worker")
        django.setup()
    # Loaded when asked for: each brings its own weight.
    return import_module(f"yingtai.bench.{name}").main(rest) or 0
