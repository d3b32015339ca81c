"""Whatever somebody types: it is tried out in a process of its own, and no version is made of what cannot be sent."""

import pytest

from yingtai.content.api import create_template, make_version
from yingtai.content.queries import list_versions
from yingtai.content.trial import try_out
from yingtai.kernel.errors import ProductError

VALUES = {
    "person": {},
    "brand": {"name": "B"},
    "campaign": {"name": "C"},
    "unsubscribe_url": "#u",
    "view_url": "#v",
}

HOSTILE = {
    "a range as text": '{{ (1..1000000000) | join: "," | size }}',
    "a range turned round": "{% for i in (1..1000000000) reversed %}x{% endfor %}",
    "a range from a value": "{% assign n = 1000000000 %}{% for i in (1..n) reversed limit: 3 %}x{% endfor %}",
    "a range that is searched": '{% if (1..1000000000) contains "x" %}a{% endif %}',
    "a range inside": "{% if true %}{% assign r = (1..900000000) %}{{ r | sort | size }}{% endif %}",
    "a range in a table": "{% tablerow i in (1..1000000000) cols: 2 %}x{% endtablerow %}",
    "a list doubled": '{% assign a = "x,y" | split: "," %}' + "{% assign a = a | concat: a %}" * 40 + "{{ a.size }}",
    "a text doubled": '{% assign a = "xxxx" %}' + "{% assign a = a | append: a %}" * 40 + "{{ a | size }}",
    "a text in a list": '{% assign a = "' + "x" * 9000 + '" | split: ";" %}' + "{% assign a = a | concat: a %}" * 9
    + '{{ a | join: "" | size }}',
    "a date as wide as a book": '{{ "2026-01-01" | date: "%-999999999d" }}',
    "many openings": '{{ "' + "<" * 90_000 + '>" | strip_html | size }}',
    "spaces in a tag": "{{" + " " * 190_000 + "}}",
    "links never closed": '<a href="x" ' * 15_000,
    "a value of too many digits": "{{ " + "9" * 190_000 + " }}",
}  # fmt: skip


@pytest.mark.parametrize("html", HOSTILE.values(), ids=HOSTILE.keys())
def test_a_hostile_draft_makes_no_version_and_says_why(acting, brand, html):
    template = create_template(acting, node_no=brand.node_no, name="Hostile", html=html)

    with pytest.raises(ProductError) as problem:
        make_version(acting, template.id)

    assert problem.value.code.startswith("content.")
    assert list_versions(acting, template.id) == []


def test_a_draft_that_leads_to_no_address_makes_no_version(acting, brand):
    template = create_template(
        acting, node_no=brand.node_no, name="Www", html='<a href="www.example.com">x</a>'
    )

    with pytest.raises(ProductError) as problem:
        make_version(acting, template.id)

    assert problem.value.code == "content.address-refused"


def test_a_draft_that_survives_says_what_it_asks_for():
    tried = try_out(
        "Hi", '<a href="{{ unsubscribe_url }}">{{ person.city | default: "there" }}</a>{{ x }}', VALUES
    )

    assert tried.person_fields == {"city"}
    assert tried.unknown_fields == ["x"]
    assert tried.has_unsubscribe_link
    assert tried.problem.code == "content.field-missing"


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("{{ person.points | floor | default: 'no' }}", "no"),
        ("{{ person.points | plus: 5 | default: 'no' }}", "no"),
        ("{{ person.points | times: 2 | minus: 1 | default: 'no' }}", "no"),
        ("{{ 5 | plus: person.points | default: 'no' }}", "no"),
        ("{{ person.points | divided_by: 3 | default: 'no' }}", "no"),
        ("{{ person.points | money | default: 'no' }}", "no"),
        ("{{ person.born | date: '%Y' | default: 'no' }}", "no"),
        ("{{ person.name | upcase | default: 'no' }}", "no"),
        ("{{ person.name | size | default: 'no' }}", "no"),
        ("{{ person.nothing | floor }}{{ person.nothing | plus: 1 | default: 'no' }}", "no"),
        ("{{ person.seven | plus: 1 }}", "8"),
        ("{{ person.seven_as_text | plus: 1 }}", "8"),
    ],
)
def test_what_is_missing_stays_missing_through_filters(source, said):
    values = VALUES | {"person": {"nothing": None, "seven": 7, "seven_as_text": "7"}}

    assert try_out("s", source, values).rendered.html == said


@pytest.mark.parametrize(
    "source", ["{{ person.points | floor }}", "{{ person.points | plus: 1 }}", "{{ 1 | plus: person.x }}"]
)
def test_a_sum_with_what_is_missing_is_not_zero_but_missing(source):
    assert try_out("s", source, VALUES).problem.code == "content.field-missing"


@pytest.mark.parametrize(
    "source", ["{{ person.word | floor }}", "{{ person.word | plus: 1 }}", "{{ 'x' | money }}"]
)
def test_a_sum_with_a_word_is_refused(source):
    tried = try_out("s", source, VALUES | {"person": {"word": "gold"}})

    assert tried.problem.code == "content.rendering-stopped"
