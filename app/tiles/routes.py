"""Vector tiles: /tiles/<layer>/<z>/<x>/<y>.mvt, validated by the hash of their bytes."""

from hashlib import sha256
from typing import Any

from apiflask import APIBlueprint, APIFlask
from flask import Response, request

import app.hotspots.service as hotspots
from app.db.session import db_session
from app.errors import Forbidden, NotFound
from app.forecasts import service as forecasts
from app.layers import LAYERS
from app.policy import Permission, allows, may
from app.records.filters import Filter, FilterQuery
from app.tiles import service
from spatial import tiles

bp = APIBlueprint("tiles", __name__, url_prefix="/tiles", tag="Tiles")


@bp.get("/<layer>/<int:z>/<int:x>/<int:y>.mvt")
@bp.input(FilterQuery, location="query", arg_name="query")
@bp.doc(responses={200: "a Mapbox vector tile", 204: "nothing in this tile", 304: "the same bytes as before"})
@allows(Permission.SEE_MAP)
def tile(layer: str, z: int, x: int, y: int, query: FilterQuery) -> Response:
    """Whoever sees the layer; a vector tile, 204 where it is empty, 304 where the caller has its bytes."""
    known = LAYERS.get(layer)
    if known is None:
        raise NotFound("There is no layer named %(layer)s.", layer=layer[:40])
    if not may(known.permission):
        raise Forbidden
    tiles.tile_bounds(z, x, y)  # refuses a tile that is not on the map
    if not known.min_zoom <= z <= known.max_zoom:
        return _answer(b"")
    return _answer(_draw(layer, z, x, y, query))


def _draw(layer: str, z: int, x: int, y: int, query: FilterQuery) -> bytes:
    session = db_session()
    if layer == "jurisdictions":
        return service.jurisdictions(session, z, x, y)
    if layer == "places":
        return service.places(session, z, x, y)
    if layer == "forecast":
        return forecasts.tile(
            session, z, x, y, jurisdiction=query.jurisdiction, head=_first(query.heads), shift=query.shift
        )
    if layer == "hotspots":
        return hotspots.tile(session, z, x, y, jurisdiction=query.jurisdiction)
    wanted = Filter.parse(query, session)
    draw: Any = service.cells if layer == "cells" else service.points
    found: bytes = draw(session, z, x, y, wanted, may(Permission.SEE_PROTECTED))
    return found


def _first(heads: str | None) -> str | None:
    return heads.split(",")[0].strip() if heads else None


def _answer(body: bytes) -> Response:
    """Give the bytes with their hash as the ETag: a version number could lie about a load that commits late."""
    response = Response(body, mimetype="application/vnd.mapbox-vector-tile") if body else Response(status=204)
    response.set_etag(sha256(body).hexdigest()[:32])
    response.headers["Cache-Control"] = "private, no-cache"
    response.headers["Vary"] = "Cookie, Authorization"
    if body:
        response.make_conditional(request)
    return response


def register(app: APIFlask) -> None:
    """Register the room's address."""
    app.register_blueprint(bp)
