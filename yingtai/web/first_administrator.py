"""`yingtai first-administrator`: a way into an empty installation, once."""

import argparse
from datetime import UTC, datetime

from yingtai.kernel.env import env
from yingtai.organization.api import invite_first


def main(arguments: list[str]) -> int:
    """Print a link by which the first administrator chooses a password; refused once there is an administrator.

    The link works once and for three days. Asking again makes another one, and the earlier one ends.
    """
    parser = argparse.ArgumentParser(prog="yingtai first-administrator", description=main.__doc__)
    parser.add_argument("email", help="the address that signs in")
    parser.add_argument("--name", default="", help="who it is")
    parser.add_argument("--group", default="Group", help="what the group is called, when there is none yet")
    parser.add_argument(
        "--brand", default="", help="also make a first brand of this name, and a company for it"
    )
    options = parser.parse_args(arguments)
    path = invite_first(
        datetime.now(UTC), email=options.email, name=options.name, group=options.group, brand=options.brand
    )
    print(f"{env().web_url}{path}")
    return 0
