"""`yingtai new-password`: a way back in for a colleague whom no mail reaches, given out on the machine itself."""

import argparse
from datetime import UTC, datetime

from yingtai.kernel.env import env
from yingtai.organization.api import link_to_new_password


def main(arguments: list[str]) -> int:
    """Print a link by which a colleague chooses a new password. It works once; the audit log says that it was printed.

    Hand it to nobody but whose account it is: whoever opens it signs in as them.
    """
    parser = argparse.ArgumentParser(prog="yingtai new-password", description=main.__doc__)
    parser.add_argument("email", help="the address that signs in")
    print(f"{env().web_url}{link_to_new_password(datetime.now(UTC), parser.parse_args(arguments).email)}")
    return 0
