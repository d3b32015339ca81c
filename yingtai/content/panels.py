"""What deeds of content are about, in words of the reader's language."""

from collections.abc import Sequence

from django.urls import reverse

from yingtai.kernel.acting import Acting
from yingtai.kernel.contributions import deed_abouts
from yingtai.organization.api import list_brands


def looks_of_deeds(acting: Acting, abouts: Sequence[str]) -> dict[str, tuple[str, str]]:
    """Return brands by code: their names, and the page of their look."""
    return {
        brand.code: (brand.title, reverse("content:look", args=[brand.id]))
        for brand in list_brands(acting.scope)
        if brand.code in abouts
    }


deed_abouts.register("look", looks_of_deeds)
