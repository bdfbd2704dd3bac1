"""The files that the browser loads: addresses that name their content, kept by browsers for a year, packed once.

A page names every module it will need in its head (`modules`), so that the browser asks for all at once instead of
finding one after the other.  What does not belong here: what the files say.
"""

import gzip
import hashlib
import mimetypes
import re
from functools import lru_cache
from pathlib import Path, PurePosixPath
from stat import S_ISREG

from flask import Flask, Response, current_app, request, send_from_directory

from app.settings import ROOT

STATIC = ROOT / "static"
#: What a module calls by a name of its own -> the file.
NAMES = {"maplibre-gl": "vendor/maplibre-gl/maplibre-gl.mjs", "uplot": "vendor/uplot/uPlot.esm.js"}
#: Already packed, or too small to gain.
_PACKED = frozenset({".js", ".mjs", ".css", ".svg", ".json", ".txt"})
_LEAST_BYTES = 512
_IMPORT = re.compile(r"""(?:^|\n)\s*(?:import|export)\b[^;'"]*?['"]([^'"]+)['"]""")
FOR_A_YEAR = "public, max-age=31536000, immutable"
_HOUR = "public, max-age=3600"

# The types of modules and fonts are not known to every machine's table.
_TYPES = {".js": "text/javascript", ".mjs": "text/javascript", ".woff2": "font/woff2", ".css": "text/css"}


def address(filename: str) -> str:
    """Give the address of a file under static/, which changes with the file."""
    kept = _kept(filename)
    return f"{_plain(filename)}?v={kept[1]}" if kept else _plain(filename)


def _plain(filename: str) -> str:
    # Not by url_for, which costs a page with a hundred addresses milliseconds; no name of ours needs quoting.
    return f"{request.script_root}{current_app.static_url_path}/{filename}"


def modules(entry: str) -> list[str]:
    """Give what a page loads before it can start: a module of static/ and all that it needs, each once."""
    found: dict[str, None] = {}
    waiting = [entry]
    while waiting:
        name = waiting.pop()
        if name not in found:
            found[name] = None
            waiting += _imports(name)
    return list(found)


def import_map() -> dict[str, dict[str, str]]:
    """Give the import map: bare names, and every module's plain address, to the address that names its content."""
    entries = {name: address(file) for name, file in NAMES.items()}
    for path in sorted((STATIC / "js").glob("*.js")):
        name = f"js/{path.name}"
        entries[_plain(name)] = address(name)
    return {"imports": entries}


def send(filename: str) -> Response:
    """Give a file under static/: for a year where the address names its content, packed where the browser unpacks."""
    kept = _kept(filename)
    if kept is None:
        return send_from_directory(STATIC, filename)  # answers 404, and for what lies outside too
    path, version, stamp = kept
    suffix = path.suffix
    plain = _bytes(str(path), stamp)
    body, encoding = plain, None
    if suffix in _PACKED and len(plain) >= _LEAST_BYTES and request.accept_encodings["gzip"]:
        body, encoding = _gzipped(str(path), stamp), "gzip"
    kind = _TYPES.get(suffix) or mimetypes.guess_type(filename)[0] or "application/octet-stream"
    response = Response(body, mimetype=kind)
    if suffix in _PACKED:
        response.headers["Vary"] = "Accept-Encoding"
    if encoding:
        response.headers["Content-Encoding"] = encoding
    response.set_etag(f"{version}-gz" if encoding else version)
    response.headers["Cache-Control"] = FOR_A_YEAR if request.args.get("v") == version else _HOUR
    response.make_conditional(request)
    return response


def _kept(filename: str) -> tuple[Path, str, tuple[int, int]] | None:
    """Give a file's path, the version of its bytes and the stamp that says whether it has changed; None for none."""
    name = PurePosixPath(filename)
    if name.is_absolute() or ".." in name.parts:
        return None
    path = STATIC / name
    try:
        state = path.stat()
    except (OSError, ValueError):
        return None
    if not S_ISREG(state.st_mode):
        return None
    stamp = (state.st_mtime_ns, state.st_size)
    return path, _version(str(path), stamp), stamp


@lru_cache(maxsize=512)
def _version(path: str, stamp: tuple[int, int]) -> str:
    return hashlib.sha256(_bytes(path, stamp)).hexdigest()[:12]


@lru_cache(maxsize=256)
def _bytes(path: str, stamp: tuple[int, int]) -> bytes:
    return Path(path).read_bytes()


@lru_cache(maxsize=256)
def _gzipped(path: str, stamp: tuple[int, int]) -> bytes:
    return gzip.compress(_bytes(path, stamp), 6, mtime=0)


def _imports(name: str) -> list[str]:
    kept = _kept(name)
    if kept is None or name in NAMES.values():  # vendored modules are whole
        return []
    return _read_imports(str(kept[0]), kept[2], str(PurePosixPath(name).parent))


@lru_cache(maxsize=256)
def _read_imports(path: str, stamp: tuple[int, int], folder: str) -> list[str]:
    found = []
    for wanted in _IMPORT.findall(_bytes(path, stamp).decode()):
        if wanted in NAMES:
            found.append(NAMES[wanted])
        elif wanted.startswith("./"):
            found.append(f"{folder}/{wanted[2:]}")
    return found


def register(app: Flask) -> None:
    """Serve static/ this way, and give templates the addresses."""
    app.view_functions["static"] = send
    app.jinja_env.globals.update(asset=address, modules=modules, import_map=import_map)
