"""Ready-made templates for tests, ours and others'."""

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
