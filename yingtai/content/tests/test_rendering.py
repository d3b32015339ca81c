"""A mail is filled with one person's values; what is missing is named, what is hostile is stopped."""

import contextlib
import time

import pytest
from django.utils import translation
from hypothesis import given, settings
from hypothesis import strategies as st

from yingtai.content import limits
from yingtai.content.errors import (
    FieldMissing,
    FilterUnknown,
    MistakeInPart,
    RenderingStopped,
    TemplateTooLarge,
)
from yingtai.content.rendering import compile_template
from yingtai.content.starting import STARTING_HTML, STARTING_SUBJECT
from yingtai.kernel.http import words_of

ANNA = {
    "person": {"first_name": "Anna", "city": "Shanghai", "amount": 129900, "birthday": "1990-05-17"},
    "brand": {"name": "Nova"},
    "campaign": {"name": "Spring"},
    "unsubscribe_url": "https://m.example.com/u/1",
    "preferences_url": "https://m.example.com/p/1",
    "view_url": "https://m.example.com/v/1",
}


def said(html: str, subject: str = "s") -> str:
    return compile_template(subject, html).render(ANNA).html


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("{{ person.first_name }}", "Anna"),
        ('{{ person.nickname | default: "there" }}', "there"),
        ('{{ person.first_name | default: "there" }}', "Anna"),
        ("{{ person.first_name | upcase }}", "ANNA"),
        ("{{ person.nickname | default: person.first_name | upcase }}", "ANNA"),
        ('{{ person.amount | money: "CNY" }}', "¥1,299.00"),
        ('{{ person.amount | money: "JPY" }}', "¥129,900"),
        ('{{ person.amount | money: "CHF" }}', "CHF 1,299.00"),
        ('{{ person.birthday | date: "%d.%m." }}', "17.05."),
        ('{% if person.city == "Shanghai" %}here{% else %}there{% endif %}', "here"),
        ("{% if person.nickname %}a{% else %}b{% endif %}", "b"),
        ("{% for i in (1..3) %}{{ i }}{% endfor %}", "123"),
        ('{% assign person = "nobody" %}{{ person }}', "nobody"),
        ("{{ brand.name }} {{ campaign.name }}", "Nova Spring"),
        ('<a href="{{ unsubscribe_url }}">x</a>', '<a href="https://m.example.com/u/1">x</a>'),
    ],
)
def test_a_template_says(source, expected):
    assert said(source) == expected


@pytest.mark.parametrize(
    ("source", "name"),
    [
        ("{{ person.nickname }}", "person.nickname"),
        ("{{ person.nickname | upcase }}", "person.nickname"),
        ("{% if true %}{{ person.nickname }}{% endif %}", "person.nickname"),
        ("{{ persn.first_name }}", "persn.first_name"),
        ("{% for item in person.items %}{{ item }}{% endfor %}", "person.items"),
    ],
)
def test_a_missing_value_stops_the_mail_and_is_named(source, name):
    with pytest.raises(FieldMissing) as problem:
        said(source)

    assert problem.value.facts["name"].startswith(name.partition(".")[0])
    assert name.rpartition(".")[0] in problem.value.facts["name"]
    assert problem.value.facts["part"] == "HTML"


def test_values_of_people_cannot_become_markup_but_stand_as_they_are_in_the_text():
    compiled = compile_template("Hi {{ person.first_name }}", "<p>{{ person.first_name }}</p>")
    mallory = ANNA | {"person": {"first_name": "<script>alert(1)</script>"}}

    mail = compiled.render(mallory)

    assert mail.html == "<p>&lt;script&gt;alert(1)&lt;/script&gt;</p>"
    assert mail.text == "<script>alert(1)</script>\n"


def test_a_line_break_in_a_value_cannot_begin_another_header():
    mallory = ANNA | {"person": {"first_name": "Anna\r\nBcc: all@example.com"}}

    assert (
        compile_template("Hi {{ person.first_name }}", "x").render(mallory).subject
        == "Hi Anna Bcc: all@example.com"
    )


def test_the_text_is_made_from_the_html():
    html = """<html><head><style>p{}</style><title>t</title></head><body>
      <p>Hello {% if person.city == "Shanghai" %}Shanghai{% endif %} &amp; all</p>
      <ul><li>One</li><li>Two</li></ul><p><a href="https://a.example.com/x?y=1&amp;z=2">Look</a><br>now</p>
      <img src="x.png" alt="A car"></body></html>"""

    text = compile_template("s", html).render(ANNA).text

    assert text == (
        "Hello Shanghai & all\n\n* One\n* Two\n\nLook (https://a.example.com/x?y=1&z=2)\nnow\n\n[A car]\n"
    )


def test_a_template_says_what_it_asks_for():
    compiled = compile_template(STARTING_SUBJECT, STARTING_HTML + "{{ persn.x }}{% assign a = 1 %}{{ a }}")

    assert compiled.person_fields == {"first_name"}
    assert compiled.unknown_fields == ["persn.x"]
    assert compiled.has_unsubscribe_link
    assert compiled.links == ["https://www.example.com/", "{{ unsubscribe_url }}", "{{ view_url }}"]


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("a\n{{ person.", "Line 2 of the HTML cannot be read: a {{ or {% is not closed"),
        ("{{ a | date: 'x }}",
         "Line 1 of the HTML cannot be read: a sign stands where none may, or a quotation mark is missing"),
        ("{{ person.a b }}", "Line 1 of the HTML cannot be read: something is left over inside the tag: "
         "a filter stands after | and its "
         "values after a colon, and == compares"),
        ("{% if %}x{% endif %}", "Line 1 of the HTML cannot be read: something is missing inside the tag: "
         "a name, or what "
         "it is compared with"),
        ("{% if x %}", "Line 1 of the HTML: the tag endif is missing"),
        ("\n\n{% include 'x' %}", "Line 3 of the HTML: the tag include is unknown, or stands where it may not"),
        ("{{ x | safe }}", "Line 1 of the HTML: there is no filter called safe"),
        ("{% nonsense %}", "Line 1 of the HTML: the tag nonsense is unknown, or stands where it may not"),
        ("\n{% if false %}{{ x | defautl: 'y' }}{% endif %}", "Line 2 of the HTML: there is no filter called defautl"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_named_by_line_in_our_words(source, words):
    with pytest.raises(MistakeInPart) as problem:
        said(source)

    assert str(problem.value) == words


def test_a_mistyped_filter_is_answered_with_the_one_that_was_meant_in_the_readers_language():
    with pytest.raises(FilterUnknown) as problem:
        said("{{ person.name | defautl: 'you' }}")
    with translation.override("zh-hans"):
        chinese = words_of(problem.value)

    assert words_of(problem.value)[1].startswith("Did you mean default?")
    assert chinese[0] == "HTML 第 1 行：没有名为 defautl 的过滤器"
    assert chinese[1].startswith("您是不是想写 default？")


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("{{ '王小明' | date }}", "无法生成 HTML：过滤器 date 得到的不是日期"),
        ("{{ '王小明' | money }}", "无法生成 HTML：计算用的过滤器得到的不是数字"),
        ("{{ '2026-11-21' | date: '%Q' }}", "无法生成 HTML：过滤器 date 不认识这个格式"),
    ],
)
def test_a_filter_says_what_it_reads_in_the_readers_language_and_not_the_value(source, words):
    with pytest.raises(RenderingStopped) as problem:
        said(source)
    with translation.override("zh-hans"):
        title = words_of(problem.value)[0]

    assert title.startswith(words)
    assert "王小明" not in title


HOSTILE = [
    "{% for i in (1..100000000) %}x{% endfor %}",
    "{% for i in (1..100) %}{% for j in (1..100) %}{% for k in (1..100) %}x{% endfor %}{% endfor %}{% endfor %}",
    "{% assign s = 'aaaaaaaaaa' %}{% for i in (1..150) %}{% assign s = s | append: s %}{% endfor %}{{ s }}",
    "{% assign s = 99999 %}{% for i in (1..150) %}{% assign s = s | times: s %}{% endfor %}{{ s }}",
    "{{ 'aaaaaaaaaaaaaaaa' " + "| replace: '', 'aaaaaaaaaaaaaaaa' " * 8 + "}}",
    "{{ 1 | divided_by: 0 }}",
    "{{ 1.5 | round: 999999999 }}",
    "{{ " + "9" * 5000 + " | plus: 1 }}",
    "{{ 'x' | date: '%Y' }}",
    "{{ '2026-01-01' | date: '%c' }}",
    "{% for i in (1..200) %}" + "{% if person.city %}x{% endif %}" * 900 + "{% endfor %}",
]


@pytest.mark.parametrize("source", HOSTILE, ids=range(len(HOSTILE)))
def test_a_hostile_template_is_stopped_soon(source):
    started = time.process_time()

    with contextlib.suppress(RenderingStopped, MistakeInPart, TemplateTooLarge):
        said(source)

    assert time.process_time() - started < 3


def test_what_is_too_large_is_refused_before_it_is_read():
    with pytest.raises(TemplateTooLarge):
        compile_template("s" * 301, "x")
    with pytest.raises(TemplateTooLarge):
        compile_template("s", "x" * (limits.HTML_LENGTH + 1))
    with pytest.raises(TemplateTooLarge):
        compile_template("s", "{{ a }}" * 3000)


def test_a_template_reaches_nothing_of_python():
    for source in (
        "{{ person.__class__ }}",
        "{{ brand.name.__class__.__mro__ }}",
        "{{ person.keys }}",
        "{{ ''.__class__ }}",
    ):
        with pytest.raises((FieldMissing, RenderingStopped, MistakeInPart)):
            said(source)


pieces = st.sampled_from(
    [
        "{{",
        "}}",
        "{%",
        "%}",
        "if",
        "for",
        "x in (1..3)",
        "endfor",
        "endif",
        "person.first_name",
        "|",
        "default:",
        "'a'",
        " ",
        "<p>",
        "\n",
    ]
)


@given(st.lists(pieces, max_size=14).map(" ".join))
@settings(max_examples=150, deadline=None)
def test_any_rubble_is_either_rendered_or_explained(source):
    with contextlib.suppress(FieldMissing, RenderingStopped, MistakeInPart, TemplateTooLarge):
        said(source)


def test_thousands_of_mails_are_made_in_a_second():
    compiled = compile_template(STARTING_SUBJECT, STARTING_HTML)
    started = time.process_time()

    for _ in range(2000):
        compiled.render(ANNA)

    assert 2000 / (time.process_time() - started) > 5000
