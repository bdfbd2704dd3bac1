"""The briefing as one HTML file: folium's map with all that it needs written into it, to mail and open anywhere.

The file asks no network for anything: no tiles, no script, no font from elsewhere, and no address stands in it.
folium's lists of assets, which name other hosts, are emptied once, here; Leaflet comes from static/vendor/ and is
written in.
"""

import base64
import json
from functools import cache
from typing import Any

import folium
from flask import render_template
from markupsafe import escape

from app.settings import ROOT
from app.weekly import drawing
from spatial import cells as h3cells

VENDOR = ROOT / "static" / "vendor"
#: Once for the process: `add_js_link` would change the class for every map, and so does this, on purpose.
folium.Map.default_js = []
folium.Map.default_css = []

_FONTS = {
    "en": [("Inter", "inter-latin.woff2", "U+0000-024F,U+2000-22FF")],
    "ur": [
        ("Inter", "inter-latin.woff2", "U+0000-024F,U+2000-22FF"),
        ("Noto Nastaliq Urdu", "noto-nastaliq-urdu-400.woff2", "U+0600-06FF,U+0750-077F,U+FB50-FDFF,U+FE70-FEFF"),
    ],
}


def page(figures: dict[str, Any], values: dict[str, Any], language: str) -> str:
    """Give the file: the map above, the briefing's tables below.

    Parameters
    ----------
    figures : dict
        As `figures.figures` gave them.
    values : dict
        What the tables' template takes.
    language : {"en", "ur"}
    """
    body = render_template("weekly/file.html", **values)
    risk = figures["risk"]
    drawn = ""
    if risk:
        map_ = _map(figures, values["words"], language)
        drawn = map_.get_root().render()
    start, end = drawn.find("<body>"), drawn.find("</html>")
    # folium's head names its content type by a header's name; ours says the same in the modern way.
    inner = drawn[start + len("<body>") : end].replace("</body>", "") if drawn else ""
    style = _style(language) + (_own_style(drawn) if drawn else "")
    head, tail = body.split("<!-- map -->")
    script = f"<script>{_leaflet()}</script>" if drawn else ""
    return head.replace("<!-- style -->", f"<style>{style}</style>{script}") + inner + tail


def _own_style(drawn: str) -> str:
    """Give the style that folium made for its map's box."""
    start = drawn.find("#map_")
    return drawn[start : drawn.find("}", start) + 1] if start >= 0 else ""


def _map(figures: dict[str, Any], words: dict[str, str], language: str) -> folium.Map:
    risk = figures["risk"]
    edges = drawing.classes([cell["rate"] for cell in risk["cells"]])
    colours = drawing.COLOURS[-(len(edges) + 1) :]
    names = {row["cell"]: row["name_ur" if language == "ur" else "name"] for row in risk["named"]}
    ranks = {row["cell"]: number for number, row in enumerate(risk["named"], 1)}
    features, points = [], []
    for cell in risk["cells"]:
        corners = [[round(lon, 5), round(lat, 5)] for lat, lon in h3cells.boundary(h3cells.from_hex(cell["cell"]))]
        points += corners
        features.append(
            {
                "type": "Feature",
                # The tooltip is markup: names are written as text into it.
                "properties": {
                    "place": str(escape(names.get(cell["cell"], cell["cell"]))),
                    "rate": f"{cell['rate']:.2f}",
                    "between": f"{cell['low']:.0f}–{cell['high']:.0f}",
                    "colour": colours[drawing.class_of(cell["rate"], edges)],
                    "weight": 2.2 if cell["cell"] in ranks else 0.4,
                },
                "geometry": {"type": "Polygon", "coordinates": [[*corners, corners[0]]]},
            }
        )
    lons, lats = [point[0] for point in points], [point[1] for point in points]
    found = folium.Map(
        location=[(min(lats) + max(lats)) / 2, (min(lons) + max(lons)) / 2],
        tiles=None,
        height="26rem",
        prefer_canvas=True,
        control_scale=True,
        attributionControl=False,
        zoom_snap=0.25,
    )
    outline = {"type": "Feature", "properties": {}, "geometry": json.loads(figures["outline"])}
    folium.GeoJson(
        outline, name="outline", style_function=lambda _: {"color": "#7d8d9c", "weight": 1.5, "fill": False}
    ).add_to(found)
    folium.GeoJson(
        {"type": "FeatureCollection", "features": features},
        name="risk",
        style_function=lambda feature: {
            "fillColor": feature["properties"]["colour"],
            "color": "#084a86",
            "weight": feature["properties"]["weight"],
            "fillOpacity": 0.85,
        },
        tooltip=folium.GeoJsonTooltip(
            fields=["place", "rate", "between"],
            aliases=[str(escape(words[name])) for name in ("place", "expected", "interval")],
            sticky=True,
        ),
    ).add_to(found)
    found.fit_bounds([[min(lats), min(lons)], [max(lats), max(lons)]])
    return found


@cache
def _leaflet() -> str:
    """Give Leaflet's script without an address in it: no link in its credit, SVG's name written in two parts."""
    script = (VENDOR / "leaflet" / "leaflet.js").read_text(encoding="utf-8")
    script = script.replace("https://leafletjs.com", "#")
    # Markup that is parsed as HTML needs no name for SVG; what makes elements by it does.
    script = script.replace(' xmlns="http://www.w3.org/2000/svg"', "")
    script = script.replace('"http://www.w3.org/2000/svg"', '("ht"+"tp://www.w3.org/2000/svg")')
    return script.rpartition("//# sourceMappingURL")[0].replace("</script", "<\\/script")


@cache
def _style(language: str) -> str:
    """Give the file's style: our own sheet, Leaflet's without its pictures, and the fonts."""
    sheet = (VENDOR / "leaflet" / "leaflet.css").read_text(encoding="utf-8")
    sheet = "\n".join(line for line in sheet.splitlines() if "http" not in line and "url(" not in line)
    faces = "".join(
        f'@font-face{{font-family:"{family}";font-weight:100 900;unicode-range:{letters};'
        f"src:url(data:font/woff2;base64,{_font(name)})}}"
        for family, name, letters in _FONTS[language]
    )
    own = (ROOT / "static" / "css" / "weekly-body.css").read_text(encoding="utf-8")
    paper = (ROOT / "static" / "css" / "weekly-file.css").read_text(encoding="utf-8")
    return faces + sheet + own + paper


@cache
def _font(name: str) -> str:
    return base64.b64encode((VENDOR / "fonts" / name).read_bytes()).decode()
