"""The addresses of exports: the current filter as a file."""

import os
from collections.abc import Iterator
from datetime import datetime
from typing import IO

from apiflask import APIBlueprint, APIFlask
from flask import Response, current_app

from app.db.session import db_session
from app.errors import NotFound
from app.exports import forms, service
from app.exports.schemas import MIMETYPES, ExportQuery
from app.policy import Permission, allows, may
from spatial import shifts

#: Bytes that are sent at a time.
_PIECE = 64 * 1024

bp = APIBlueprint("exports", __name__, url_prefix="/api/exports", tag="Exports")


@bp.get("/<what>.<form>")
@bp.input(ExportQuery, location="query", arg_name="query")
@bp.doc(responses={200: "an export file: CSV, GeoJSON, GeoPackage or XLSX"})
@allows(Permission.EXPORT)
def export(what: str, form: str, query: ExportQuery) -> Response:
    """Whoever may export; `records` or `cells` of exactly the filter as csv, geojson, gpkg or xlsx; it is logged."""
    if what not in ("records", "cells") or form not in forms.FORMS:
        raise NotFound("Exports are records or cells, as csv, geojson, gpkg or xlsx.")
    most = current_app.extensions["naqsha.settings"].export_rows
    made = service.prepare(db_session(), what, form, query, most, may(Permission.SEE_PROTECTED))
    stamp = datetime.now(shifts.ZONE).strftime("%Y%m%d-%H%M")
    file = forms.written(made, form)
    response = Response(_pieces(file), mimetype=MIMETYPES[form])
    response.headers["Content-Disposition"] = f'attachment; filename="naqsha-{what}-{stamp}.{form}"'
    response.headers["Content-Length"] = str(os.fstat(file.fileno()).st_size)
    response.call_on_close(file.close)  # a reader who leaves early
    return response


def _pieces(file: IO[bytes]) -> Iterator[bytes]:
    with file:
        while piece := file.read(_PIECE):
            yield piece


def register(app: APIFlask) -> None:
    """Register the room's address."""
    app.register_blueprint(bp)
