"""Addresses in a mail: links stay what they are, and nothing of a person is part of what is fetched."""

import time

import pytest

from yingtai.content.addresses import fetched_in, links_in, unescaped
from yingtai.content.errors import AddressRefused, PersonInLink
from yingtai.content.rendering import compile_template

VALUES = {
    "person": {"city": "Köln", "email": "anna@example.com", "site": "https://anna.example/"},
    "brand": {"name": "Nova"}, "campaign": {"name": "Spring"}, "unsubscribe_url": "https://m.example.com/u/1",
    "preferences_url": "https://m.example.com/p/1", "view_url": "https://m.example.com/v/1",
}  # fmt: skip


def mail(html: str, **person: str):
    values = VALUES | {"person": VALUES["person"] | person}
    return compile_template("s", html, frozenset({"https://shop.example", "http://a.example:8080"})).render(
        values
    )


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("https://a.example/?id=1&region=EU&copy=1", "https://a.example/?id=1&region=EU&copy=1"),
        ("https://a.example/?id=1&amp;region=EU&amp;copy=1", "https://a.example/?id=1&region=EU&copy=1"),
        ("https://a.example/?a=1&lt=2&notit=3&times", "https://a.example/?a=1&lt=2&notit=3×"),
        ("https://a.example/?a=&#50;&b=&#x33;&c=&#0;", "https://a.example/?a=2&b=3&c=\ufffd"),
        ("https://a.example/?a&section=1&para=2&unknown;", "https://a.example/?a&section=1&para=2&unknown;"),
    ],
)
def test_an_address_in_an_attribute_is_read_as_browsers_read_it(written, meant):
    assert unescaped(written) == meant


def test_the_plain_text_says_the_address_itself():
    made = mail('<p><a href="https://a.example/?id=1&region=EU&copy=1">Offer</a></p>')

    assert "Offer (https://a.example/?id=1&region=EU&copy=1)" in made.text


def test_links_and_fetched_files_are_told_apart():
    html = """<body background=b.png><a class=x href='https://a.example/?x>1' ping=https://p.example>a</a>
        <IMG SRC="https://i.example/1.png" srcset="2.png 2x"><p style="background:url( 'https://c.example/c' )">
        <style>@import "https://s.example"; p { background: url(https://u.example) }</style>
        <link rel=stylesheet href=https://l.example><meta http-equiv=refresh content="0;url=https://r.example">"""

    assert list(links_in(html)) == ["https://a.example/?x>1"]
    assert set(fetched_in(html)) == {
        "b.png", "https://p.example", "https://i.example/1.png", "2.png 2x", "background:url( 'https://c.example/c' )",
        '@import "https://s.example"; p { background: url(https://u.example) }',
        "https://l.example", "0;url=https://r.example",
    }  # fmt: skip


@pytest.mark.parametrize(
    "html",
    [
        '<img src="https://t.example/{{ person.email }}.png">',
        "<img src='https://t.example/?c={{ person.city | url_encode }}'>",
        '<table background="https://t.example/{{ person.city }}">',
        '<p style="background:url(https://t.example/{{ person.city }})">x</p>',
        '<style>@import "https://t.example/{{ person.city }}";</style>',
        '<p style="background:\\75rl(https://t.example/{{ person.city }})">x</p>',
        '<p style="background:&#117;rl(https://t.example/{{ person.city }})">x</p>',
        '<p style="background:url&lpar;https://t.example/{{ person.city }})">x</p>',
        "<p style=\"background:image-set('https://t.example/{{ person.city }}' 1x)\">x</p>",
        "<style>@im\\70ort 'https://t.example/{{ person.city }}';</style>",
        "<style>@font-face{font-family:q;src:\\75rl(https://t.example/{{ person.city }})}</style>",
        '<svg><rect fill="url(https://t.example/{{ person.city }})"/></svg>',
        '<p style="color:{{ person.style }}">x</p>',
        "{{ '<img src=\"https://t.example/' }}{{ person.email }}{{ '\">' }}",
        '{% capture a %}https://t.example/{{ person.email | upcase }}{% endcapture %}<img src="{{ a }}">',
        '<img src="{% if person.city == "Köln" %}https://t.example/k{% endif %}">',
        '<link rel="stylesheet" href="https://t.example/{{ person.city }}.css">',
        '<{{ "img" }} src="https://t.example/{{ person.city }}">',
    ],
)
def test_no_value_of_a_person_is_in_an_address_that_is_fetched(html):
    with pytest.raises(AddressRefused):
        mail(html, style="red;background:url(https://t.example/anna)")


@pytest.mark.parametrize(
    "html",
    [
        '<img src="https://i.example/1.png" alt="{{ person.city }}">',
        '{% if person.city == "Köln" %}<img src="https://i.example/k.png">{% endif %}',
        '<p style="color:{{ person.color | default: "red" }}" title="(@{{ person.city }})">{{ person.city }} (x)</p>',
        "<style>@media print { p { background: url(https://i.example/b.png) } }</style><p>{{ person.city }}</p>",
        '<img src="data:image/png;base64,AAAA"><a href="{{ view_url }}">{{ person.city | upcase }}</a>',
    ],
)
def test_pictures_whose_address_stands_in_the_template_are_sent(html):
    assert "{{" not in mail(html).html


@pytest.mark.parametrize(
    "site",
    ["javascript:alert(1)", "java\tscript:alert(1)", "www.anna.example", "data:text/html,x", "", "anna.example", " x",
     "file:///etc/passwd", "vbscript:x", "//anna.example", "https:///x", "JAVASCRIPT:alert(1)"],
)  # fmt: skip
def test_a_link_from_a_value_that_leads_nowhere_stops_the_mail(site):
    with pytest.raises(AddressRefused) as problem:
        mail('<a href="{{ person.site }}">Your page</a>', site=site)

    assert problem.value.facts["part"] == "HTML"


@pytest.mark.parametrize(
    "site",
    [
        "https://shop.example",
        "HTTPS://Shop.example/x",
        "http://a.example:8080?x",
        "mailto:a@b.example",
        "tel:+49221",
        "#a",
    ],
)
def test_a_link_from_a_value_that_leads_somewhere_is_sent(site):
    assert f'href="{site}"' in mail('<a href="{{ person.site }}">Your page</a>', site=site).html


@pytest.mark.parametrize(
    "html",
    [
        '<a href="https://x.example/?e={{ person.email }}">x</a>',
        "<a href=https://x.example/{{person.city}}>x</a>",
        '<area href="https://x.example/{{ person.email | upcase }}">',
        '{% assign brand = person %}<a href="https://x.example/?{{ brand.city }}">x</a>',
        '{% capture a %}https://x.example/{{ person.email }}{% endcapture %}<a href="{{ a }}">x</a>',
        "{{ '<a href=\"https://x.example/?' }}{{ person.email }}{{ '\">x</a>' }}",
        '<a href="https://x.example/{% if person.city == "Köln" %}k{% endif %}">x</a>',
        '<a href="{{ person.site }}">x</a>',
        '<a href="https://shop.example@x.example/{{ person.city }}">x</a>',
        '<a href="https://shop.example.x.example/{{ person.city }}">x</a>',
        '<a href="https://shop.example\\@x.example/{{ person.city }}">x</a>',
        '<a href="https://shop.example&#9;.x.example/{{ person.city }}">x</a>',
        '<a href="http://shop.example/{{ person.city }}">x</a>',
        '<a href="https://shop.example:444/{{ person.city }}">x</a>',
    ],
)
def test_no_value_of_a_person_leaves_in_a_link_to_somebody_elses_website(html):
    with pytest.raises(PersonInLink) as problem:
        mail(html)

    assert "anna" not in problem.value.facts["what"]
    assert "Köln" not in problem.value.facts["what"].replace('== "Köln"', "")


@pytest.mark.parametrize(
    ("html", "told"),
    [
        ('<a href="https://x.example/">x</a> <a href="{{ person.site }}">x</a>', "{{ person.site }}"),
        ('<a href="{{ person.city }}">x</a>', "{{ person.city }}"),
        (
            '{% for i in (1..2) %}<a href="https://x.example/?e={{ person.email }}">x</a>{% endfor %}',
            "https://x.example/?e={{ person.email }}",
        ),
        (
            '{% if a %}<a href="{{ person.a }}">x</a>{% endif %}<a href="https://x.example/{{ person.city }}">x</a>',
            "…",
        ),
        ('<img src="https://x.example/{{ person.city }}">', "https://x.example/{{ person.city }}"),
    ],
)
def test_a_refused_address_is_told_as_it_stands_in_the_template(html, told):
    with pytest.raises(AddressRefused) as problem:
        mail(html)

    assert problem.value.facts["what"] == told


@pytest.mark.parametrize(
    "html",
    [
        '<a href="https://shop.example/?e={{ person.email | url_encode }}">x</a>',
        '<a href="{{ unsubscribe_url }}?from={{ person.city | url_encode }}">x</a>',
        '<a href="https://x.example/?utm_campaign={{ campaign.name }}&b={{ brand.name }}">x</a>{{ person.city }}',
        '{% if person.city == "Köln" %}<a href="https://x.example/k?a=1&amp;b=2">x</a>{% endif %}',
        '<a href="mailto:hi@x.example?subject={{ person.city }}">x</a>',
    ],
)
def test_links_to_the_brands_websites_and_links_that_are_everybodys_are_sent(html):
    assert "{{" not in mail(html).html


@pytest.mark.parametrize(
    "piece", ["<a ", '<a href="', "<style>", "<a '", "url(", "<p x='url( ", "@import ", "<"]
)
def test_a_mail_full_of_openings_is_read_once(piece):
    html = piece * (200_000 // len(piece))
    began = time.process_time()

    list(links_in(html)), list(fetched_in(html))

    assert time.process_time() - began < 1
