"""A brand's look: any color can be read, and a logo is a picture and nothing else."""

from importlib import import_module
from io import BytesIO

import pytest
from django.apps import apps
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from yingtai.compliance.testing import signed_in
from yingtai.content.colors import DARK, contrast, edge_of, ink_on
from yingtai.content.errors import ColorNotUnderstood, LogoRefused
from yingtai.content.looks import MOST_LOGO_BYTES, keep_look, look_of
from yingtai.content.models import BrandLook
from yingtai.content.pictures import made_anew
from yingtai.content.testing import png
from yingtai.kernel.scoping import acting_transaction

SVG = b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>"
GIF = b"GIF89a\x01\x00\x01\x00"


PAGE = b"<script>alert(document.domain)</script>"


def picture(kind, mode="RGB", size=(120, 40), **more):
    into = BytesIO()
    Image.new(mode, size, 1).save(into, kind, **more)
    return into.getvalue()


def pixels(data):
    with Image.open(BytesIO(data)) as found:
        return found.format, found.size, found.convert("RGBA").getpixel((5, 5))


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_a_picture_is_made_anew_and_nothing_else_of_the_file_is_kept(kind):
    taken_at = Image.Exif()
    taken_at[0x010E] = "Anna's home"
    polyglot = picture(kind, exif=taken_at, icc_profile=b"Anna's home") + PAGE

    made = made_anew(polyglot, most_pixels=2_000)

    assert b"script" not in made.data
    assert b"Anna" not in made.data
    assert made.content_type == f"image/{kind.lower()}"
    assert pixels(made.data)[:2] == (kind, (120, 40))


def test_what_hides_in_the_words_of_a_picture_goes():
    words = PngInfo()
    words.add_text("Comment", PAGE.decode(), zip=False)

    made = made_anew(picture("PNG", pnginfo=words), most_pixels=2_000)

    assert b"script" not in made.data


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA"])
def test_pixels_stay_as_they_were(mode):
    data = picture("PNG", mode)

    assert pixels(made_anew(data, most_pixels=2_000).data) == pixels(data)


def test_a_photograph_stands_upright_without_what_the_camera_wrote():
    turned = Image.Exif()
    turned[0x0112] = 6

    assert pixels(made_anew(picture("JPEG", exif=turned), most_pixels=2_000).data)[1] == (40, 120)


@pytest.mark.parametrize(
    "data", [SVG, GIF, b"", b"\xff\xd8\xff\xd9", b"<html>", png()[:-40], picture("GIF", "P"), picture("BMP")]
)
def test_nothing_else_is_a_picture(data):
    assert made_anew(data, most_pixels=2_000) is None


@pytest.mark.parametrize(
    "color", ["#000000", "#ffffff", "#ffdd00", "#1f6feb", "#808080", "#777777", "#ff0000"]
)
def test_writing_can_be_read_on_any_color_and_a_button_be_seen(color):
    assert contrast(color, ink_on(color)) >= 4.5
    assert contrast(edge_of(color), "#ffffff") >= 3


def test_contrast_is_as_the_guidelines_reckon():
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#767676", "#ffffff") == pytest.approx(4.54, abs=0.01)
    assert (ink_on("#ffdd00"), edge_of("#ffdd00")) == ("#000000", DARK)


def test_a_look_is_kept_and_its_logo_taken_away(acting, brand):
    keep_look(acting, node_no=brand.node_no, color="#c00000", logo=png())
    kept = keep_look(acting, node_no=brand.node_no, color="#00c000")
    bare = keep_look(acting, node_no=brand.node_no, color="#00c000", logo=b"")

    assert (kept.color, pixels(kept.logo), kept.logo_type) == ("#00c000", pixels(png()), "image/png")
    assert (bare.logo, bare.logo_type) == (b"", "")


@pytest.mark.parametrize("logo", [SVG, png(width=2001), png(height=0), png() + b"0" * MOST_LOGO_BYTES])
def test_what_is_no_small_picture_is_refused(acting, brand, logo):
    with pytest.raises(LogoRefused):
        keep_look(acting, node_no=brand.node_no, color="#c00000", logo=logo)


@pytest.mark.parametrize("color", ["red", "#fff", "#ggg000", "#c00000;x", ""])
def test_what_is_no_color_is_refused(acting, brand, color):
    with pytest.raises(ColorNotUnderstood):
        keep_look(acting, node_no=brand.node_no, color=color)


def test_a_marketer_changes_it_and_an_auditor_only_looks(acting, brand):
    marketer, auditor = (signed_in(brand.code, role) for role in ("marketer", "auditor"))
    page = marketer.get("/content/look/", follow=True).redirect_chain[-1][0]

    def sent(client, color, logo):
        return client.post(page, {"color": color, "logo": SimpleUploadedFile("logo.png", logo, "image/png")})

    answers = [
        sent(marketer, "#C00000", png()),
        sent(marketer, "#00c000", SVG),
        sent(auditor, "#0000c0", png()),
    ]

    assert [answer.status_code for answer in answers] == [302, 422, 200]
    assert "Choose a PNG, JPEG or WebP" in answers[1].content.decode()
    assert look_of(acting, brand.node_no).color == "#c00000"
    assert marketer.get(f"{page}logo")["Content-Type"] == "image/png"


def test_logos_of_before_are_made_anew_by_the_next_start(acting, brand, neighbour, neighbour_acting):
    keep_look(acting, node_no=brand.node_no, color="#c00000", logo=png())
    keep_look(neighbour_acting, node_no=neighbour.node_no, color="#c00000", logo=png())
    for who, logo in ((acting, png() + b"<script>"), (neighbour_acting, SVG)):
        with acting_transaction(who):
            BrandLook.objects.update(logo=logo)
    migration = import_module("yingtai.content.migrations.0004_logos_made_anew")
    for who in (acting, neighbour_acting):
        with acting_transaction(who):
            migration.make_anew(apps, None)

    kept = look_of(acting, brand.node_no)
    assert b"<script>" not in kept.logo
    assert (pixels(kept.logo), kept.logo_type) == (pixels(png()), "image/png")
    assert look_of(neighbour_acting, neighbour.node_no).logo == b""
