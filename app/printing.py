"""PDF from our own templates and style sheets, with our own fonts and nothing from any network.

What does not belong here: what is printed.  The rooms make the words; this file knows WeasyPrint.
"""

import hashlib
import logging
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

from app.settings import ROOT

STATIC = ROOT / "static"


def pdf(document: str, *, styles: Sequence[str], language: str, title: str) -> bytes:
    """Give the PDF of an HTML document.

    Parameters
    ----------
    document : str
        A whole HTML document without any address in it.
    styles : sequence of str
        Style sheets under static/css, in their order.
    language, title : str
        For the PDF's own description.
    """
    # Slow to import, and most processes never print.
    from weasyprint import CSS, HTML
    from weasyprint.text.fonts import FontConfiguration

    for name in ("weasyprint", "fontTools"):
        logging.getLogger(name).setLevel(logging.ERROR)
    fonts = FontConfiguration()
    fetcher = _fetcher()
    sheets = [
        CSS(string=text, base_url=base, url_fetcher=fetcher, font_config=fonts) for text, base in _sheets(tuple(styles))
    ]
    made = HTML(string=document, base_url=STATIC.as_uri() + "/", url_fetcher=fetcher)
    # The identifier would else be drawn by chance: the same document shall give the same bytes.
    identifier = hashlib.sha256(f"{title}{language}{document}".encode()).hexdigest()[:32].encode()
    body: bytes = made.write_pdf(stylesheets=sheets, font_config=fonts, pdf_identifier=identifier)
    return body


@cache
def _sheets(names: tuple[str, ...]) -> list[tuple[str, str]]:
    fonts = STATIC / "vendor" / "fonts" / "fonts.css"
    paths = [fonts, *(STATIC / "css" / name for name in names)]
    return [(path.read_text(encoding="utf-8"), path.as_uri()) for path in paths]


@cache
def _fetcher() -> Any:
    """Give what WeasyPrint reads files through: those under static/, and no other address whatever its scheme."""
    from weasyprint.urls import URLFetcher, url_is_absolute

    class OwnFiles(URLFetcher):
        def fetch(self, url: str, headers: Any = None) -> Any:
            prefix = STATIC.as_uri() + "/"
            if not url_is_absolute(url) or not url.startswith(prefix):
                raise ValueError(f"not a file of ours: {url[:80]}")
            inside = Path(STATIC, url.removeprefix(prefix)).resolve()
            if STATIC.resolve() not in inside.parents:
                raise ValueError(f"not a file of ours: {url[:80]}")
            return super().fetch(url, headers)

    return OwnFiles(allowed_protocols=["file"])
