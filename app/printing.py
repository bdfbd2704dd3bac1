"""PDF from our own templates and style sheets, with our own fonts and nothing from any network.

What does not belong here: what is printed.  The rooms make the words; this file knows WeasyPrint.
"""

import hashlib
import logging
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from threading import Lock
from typing import Any

from app.settings import ROOT

STATIC = ROOT / "static"
# The fonts are shared by all prints of a process, and Pango's own are not made for two threads.
_ONE_AT_A_TIME = Lock()


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
    from weasyprint import HTML

    for name in ("weasyprint", "fontTools"):
        logging.getLogger(name).setLevel(logging.ERROR)
    made = HTML(string=document, base_url=STATIC.as_uri() + "/", url_fetcher=_fetcher())
    # The identifier would else be drawn by chance: the same document shall give the same bytes.
    identifier = hashlib.sha256(f"{title}{language}{document}".encode()).hexdigest()[:32].encode()
    with _ONE_AT_A_TIME:
        fonts, sheets = _sheets(tuple(styles))
        body: bytes = made.write_pdf(stylesheets=sheets, font_config=fonts, pdf_identifier=identifier)
    return body


@cache
def _sheets(names: tuple[str, ...]) -> tuple[Any, list[Any]]:
    """Give the fonts and the style sheets, made once: taking the fonts out of their boxes costs more than a page."""
    from weasyprint import CSS
    from weasyprint.text.fonts import FontConfiguration

    fonts = FontConfiguration()
    sheets = []
    for name in ("print-fonts.css", *names):
        path = STATIC / "css" / name
        text = path.read_text(encoding="utf-8")
        sheets.append(CSS(string=text, base_url=path.as_uri(), url_fetcher=_fetcher(), font_config=fonts))
    return fonts, sheets


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
