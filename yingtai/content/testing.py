"""Ready-made templates for tests, ours and others'."""

import struct
import zlib

from yingtai.content.queries import VersionView
from yingtai.content.services import create_template, make_version
from yingtai.kernel.acting import Acting

SUBJECT = "News for {{ person.first_name | default: 'you' }}"
HTML = """<p>Hello {{ person.first_name | default: "there" }}</p>
<p><a href="https://shop.example.com/sale">The sale</a> <a href="{{ unsubscribe_url }}">Unsubscribe</a></p>"""


def make_template(
    acting: Acting, node_no: int, *, subject: str = SUBJECT, html: str = HTML, basis: str = "consent"
) -> VersionView:
    """Make a template and its first version."""
    made = create_template(acting, node_no=node_no, name="News", subject=subject, html=html, basis=basis)
    return make_version(acting, made.id)


def png(width: int = 120, height: int = 40) -> bytes:
    """Make a black picture."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    rows = zlib.compress(b"\x00" * (width + 1) * height)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")
