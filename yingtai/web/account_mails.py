"""`yingtai account-mails`: mails about the account of somebody who cannot sign in, read on the machine itself."""

import argparse
import sys

from yingtai.kernel.scope import EVERYTHING
from yingtai.web.mailbox_reading import find_mail, list_mails

SHOWN = 5


def main(arguments: list[str]) -> int:
    """Print the newest mails about an account, with their links: invitations and new passwords."""
    parser = argparse.ArgumentParser(prog="yingtai account-mails", description=main.__doc__)
    parser.add_argument("email", help="the address they went to")
    to = parser.parse_args(arguments).email
    rows = list_mails(EVERYTHING, to=to, limit=SHOWN, is_account=True)
    if rows is None:
        print("The development mailbox does not answer. Is the product running here?", file=sys.stderr)
        return 1
    for row in reversed(rows):
        mail = find_mail(EVERYTHING, row.no, is_account=True)
        if mail:
            print(f"{row.received_at:%Y-%m-%d %H:%M} {row.subject}\n\n{mail.text}")
    return 0
