"""Languages: which one a reader gets, and the words for templates and browser from one .po file.

What does not belong here: the words themselves.  They stand in translations/<language>/LC_MESSAGES/messages.po, and the
browser's dictionary is made from the same file, so that the two can never say different things.
"""

import gzip
import hashlib
import logging
from functools import cache
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from flask import Blueprint, Flask, Response, json, request, url_for
from flask_babel import Babel, get_locale

from app.assets import FOR_A_YEAR
from app.errors import NotFound
from app.policy import public
from app.settings import ROOT

log = logging.getLogger(__name__)

LANGUAGES = ("en", "ur")
THEMES = ("dark", "light")
TRANSLATIONS = ROOT / "translations"
_YEAR = 365 * 24 * 3600

blueprint = Blueprint("i18n", __name__)


def choose_language() -> str:
    """Give the language of a request: asked for in the address, else remembered, else the browser's, else English."""
    for asked in (request.args.get("lang"), request.cookies.get("lang")):
        if asked in LANGUAGES:
            return asked
    return request.accept_languages.best_match(LANGUAGES) or "en"


def locale_code() -> str:
    """Give the two letters of the language of this page."""
    locale = get_locale()
    return locale.language if locale and locale.language in LANGUAGES else "en"


def theme_choice() -> str:
    """Give dark, light, or auto where the reader has not chosen."""
    for asked in (request.args.get("theme"), request.cookies.get("theme")):
        if asked in THEMES:
            return asked
    return "auto"


def remember(response: Response) -> Response:
    """Keep a language that was asked for in the address for the pages after this one."""
    asked = request.args.get("lang")
    if asked in LANGUAGES and response.mimetype == "text/html":
        response.set_cookie("lang", asked, max_age=_YEAR, samesite="Lax", secure=request.is_secure, httponly=True)
    return response


def catalogue(language: str) -> Path:
    """Give the .po file of a language."""
    return TRANSLATIONS / language / "LC_MESSAGES" / "messages.po"


def compile_stale() -> None:
    """Compile every .po that is newer than its .mo, so that no step is forgotten after a translation."""
    for language in LANGUAGES:
        source = catalogue(language)
        target = source.with_suffix(".mo")
        if not source.exists() or (target.exists() and target.stat().st_mtime >= source.stat().st_mtime):
            continue
        try:
            with source.open("rb") as words:
                messages = read_po(words, locale=language)
            # Written beside and renamed: several workers start at once, and none may read half a file.
            half = target.with_suffix(f".{hashlib.sha256(str(id(messages)).encode()).hexdigest()[:8]}.tmp")
            with half.open("wb") as out:
                write_mo(out, messages, use_fuzzy=False)
            half.replace(target)
        except OSError as error:
            log.warning("the words of %s could not be compiled: %s", language, error)


@cache
def _dictionary(language: str, modified: float) -> bytes:
    with catalogue(language).open("rb") as words:
        messages = read_po(words, locale=language)
    found: dict[str, str | list[str]] = {}
    for message in messages:
        if not message.id:
            continue
        if isinstance(message.id, tuple | list):
            forms = [str(form) for form in message.string or ()]
            if forms and all(forms):
                found[str(message.id[0])] = forms
        elif message.string:
            found[str(message.id)] = str(message.string)
    return json.dumps({"language": language, "messages": found}).encode()


def words_address(language: str) -> str:
    """Give the address of a language's dictionary, which changes with it."""
    source = catalogue(language)
    version = _packed(language, source.stat().st_mtime)[1] if source.exists() else ""
    return url_for("i18n.words", language=language, v=version)


@cache
def _packed(language: str, modified: float) -> tuple[bytes, str]:
    """Give a dictionary packed, and the version of it."""
    body = _dictionary(language, modified)
    return gzip.compress(body, 6, mtime=0), hashlib.sha256(body).hexdigest()[:12]


@blueprint.get("/i18n/<language>.json")
@public
def words(language: str) -> Response:
    """Open to everyone: gives the browser its dictionary, English text to the language's text."""
    if language not in LANGUAGES:
        raise NotFound
    source = catalogue(language)
    if not source.exists():
        return Response(b'{"messages": {}}', mimetype="application/json")
    modified = source.stat().st_mtime
    packed, version = _packed(language, modified)
    if request.accept_encodings["gzip"]:
        response = Response(packed, mimetype="application/json", headers={"Content-Encoding": "gzip"})
        response.set_etag(f"{version}-gz")
    else:
        response = Response(_dictionary(language, modified), mimetype="application/json")
        response.set_etag(version)
    response.headers["Vary"] = "Accept-Encoding"
    response.headers["Cache-Control"] = FOR_A_YEAR if request.args.get("v") == version else "no-cache"
    response.make_conditional(request)
    return response


def register(app: Flask) -> None:
    """Register the languages, the browser's dictionary and what every template may ask."""
    compile_stale()
    Babel(
        app,
        default_translation_directories=str(TRANSLATIONS),
        locale_selector=choose_language,
        default_timezone="Asia/Karachi",
    )
    app.register_blueprint(blueprint)
    app.after_request(remember)
    app.jinja_env.globals.update(locale_code=locale_code, theme_choice=theme_choice, words_address=words_address)
