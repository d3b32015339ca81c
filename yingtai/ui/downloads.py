"""What a file to take along is called: in the reader's language, with the day of the reader's zone."""

from datetime import date, datetime
from typing import Any

from django.http import HttpResponseBase
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.text import slugify


def call_download(response: HttpResponseBase, ending: str, *parts: Any) -> None:
    """Have a browser keep an answer as a file: words, names and days, joined by hyphens; empty ones are left out."""
    name = "-".join(said for part in parts if (said := _said(part)))
    response["Content-Disposition"] = content_disposition_header(
        as_attachment=True, filename=f"{name}.{ending}"
    )


def _said(part: Any) -> str:
    if isinstance(part, datetime):
        return timezone.localtime(part).date().isoformat()
    return part.isoformat() if isinstance(part, date) else slugify(str(part), allow_unicode=True)
