"""The elements and attributes that mails are made of: by hand, by MJML, and by Outlook. Nothing else is sent.

A list of what is harmful is never complete: mail programs fetch from attributes that no standard names. So an attribute
stands here when ordinary mails use it and `addresses` knows how to look at what it holds.
"""

MADE_OF = (
    "html head meta title style body a abbr acronym address area article aside b bdi bdo big blockquote br button "
    "caption center cite code col colgroup dd del details dfn dir div dl dt em figcaption figure font footer h1 h2 h3 "
    "h4 h5 h6 header hr i img ins kbd label li main map mark menu nav noscript ol p picture pre q rp rt ruby s samp "
    "section small source span strike strong sub summary sup table tbody td tfoot th thead time tr tt u ul var wbr "
    "xml base link"
)
DRAWN_WITH = (
    "v:arc v:background v:curve v:f v:fill v:formulas v:group v:h v:handles v:image v:imagedata v:line v:oval v:path "
    "v:polyline v:rect v:roundrect v:shadow v:shape v:shapetype v:stroke v:textbox "
    "o:allowpng o:idmap o:lock o:officedocumentsettings o:p o:pixelsperinch o:relyonvml o:shapedefaults o:shapelayout "
    "o:targetscreensize "
    "w:anchorlock w:donothyphenatecaps w:donotoptimizeforbrowser w:drawinggridhorizontalspacing "
    "w:drawinggridverticalspacing w:usemarginsfordrawinggridorigin w:view w:worddocument w:zoom"
)
"""Outlook's. `o:hyperlinkbase`, `w:bindata` and the like say where the rest is fetched from, and are not among them."""
ELEMENTS = frozenset(f"{MADE_OF} {DRAWN_WITH}".split())

OF_ALL = "class dir hidden id lang role style title translate accesskey tabindex xml:lang xml:space xmlns"
OF_HEADS = (
    "charset content crossorigin http-equiv itemprop itemscope itemtype media name property scoped type"
)
OF_LINKS = "alt coords download href hreflang ismap nohref rel rev shape target usemap"
OF_PICTURES = "background decoding height hspace loading sizes src srcset vspace width"
OF_TABLES = (
    "abbr align axis bgcolor border bordercolor bordercolordark bordercolorlight cellpadding cellspacing char charoff "
    "colspan frame headers nowrap rowspan rules scope span summary valign"
)
OF_TEXT = "cite clear color compact datetime face for label noshade open reversed size start value"
OF_BODIES = "alink bottommargin leftmargin link marginheight marginwidth offset rightmargin text topmargin vlink yahoo"
OF_OUTLOOK = (
    "adj angle arcsize aspect blacklevel chromakey color2 coordorigin coordsize cropbottom cropleft cropright croptop "
    "data endcap eqn esdevvmlbutton fill fillcolor filled focus from gain gradientshapeok grayscale inset joinstyle "
    "linestyle method moz-do-not-send opacity origin path position recolor rotate spidmax stroke strokecolor stroked "
    "strokeweight textboxrect to type weight aspectratio o:allowincell o:allowoverlap o:button o:connectlocs "
    "o:connecttype o:extrusionok o:forcedash o:insetmode o:preferrelative o:spid o:spt o:title v:ext "
    "v:shapes"
)
ATTRIBUTES = frozenset(
    " ".join((OF_ALL, OF_HEADS, OF_LINKS, OF_PICTURES, OF_TABLES, OF_TEXT, OF_BODIES, OF_OUTLOOK)).split()
)
FAMILIES = ("aria-", "data-", "x-apple-", "xmlns:")
"""Beginnings of names that say nothing to a mail program, or only which words the names are from."""
ONLY = {"base": frozenset({"target"})}
"""Elements with few attributes: an address in `<base>` would be the beginning of all others."""
VALUES = {
    "http-equiv": frozenset({"content-type", "content-language", "x-ua-compatible"}),
    # A style sheet may be fetched, as by `@import`; no page and no file ahead of it.
    "link rel": frozenset({"stylesheet", "preconnect"}),
}
"""All that some attributes may hold."""
