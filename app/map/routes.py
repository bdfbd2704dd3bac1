"""The pages of the map and of one record, and the shapes of cells that they draw.  No number is read here."""

from typing import Any

from apiflask import APIBlueprint, APIFlask
from flask import redirect, render_template
from pydantic import BaseModel, Field
from werkzeug.wrappers import Response

from app import desks
from app.errors import InvalidFilter
from app.policy import Permission, allows
from spatial import cells as h3cells
from spatial.errors import SpatialError

bp = APIBlueprint("map", __name__, tag="Map")

#: A fix has at most 64 cells; a page asks for those of one record.
MOST_SHAPES = 64


class ShapesQuery(BaseModel):
    """Which cells' shapes are wanted."""

    cells: str = Field(
        max_length=MOST_SHAPES * 16, description="H3 indexes of 15 hexadecimal digits, separated by commas"
    )


class Shape(BaseModel):
    """The corners and the centre of a cell, each as [longitude, latitude] in degrees."""

    cell: str
    centre: list[float]
    boundary: list[list[float]]


class Shapes(BaseModel):
    """The shapes of the cells that were asked for, in their order."""

    shapes: list[Shape]


@bp.get("/")
@bp.doc(hide=True)
@allows(Permission.SEE_OWN_ACCOUNT)
def home() -> Response:
    """Whoever is signed in; goes on to the desk of the role."""
    return redirect(desks.home())


@bp.get("/map")
@bp.doc(hide=True)
@allows(Permission.SEE_MAP)
def show() -> str:
    """Whoever sees the map; its page, which draws itself from its address."""
    return render_template("map/map.html")


@bp.get("/records/<record_id>")
@bp.doc(hide=True)
@allows(Permission.SEE_RECORDS)
def record(record_id: str) -> str:
    """Whoever sees records; the frame of a record's page, which asks the API and so leaves its audit line."""
    return render_template("records/record.html", record_id=record_id)


@bp.get("/api/shapes")
@bp.input(ShapesQuery, location="query", arg_name="query")
@bp.output(Shapes)
@allows(Permission.SEE_MAP)
def shapes(query: ShapesQuery) -> dict[str, Any]:
    """Whoever sees the map; the shapes of some cells, which are geometry and say nothing of what is in them."""
    names = [name.strip() for name in query.cells.split(",") if name.strip()]
    if len(names) > MOST_SHAPES:
        raise InvalidFilter("At most %(most)s cells at a time.", most=MOST_SHAPES)
    return {"shapes": [_shape(name) for name in names]}


def _shape(name: str) -> dict[str, Any]:
    try:
        cell = h3cells.from_hex(name)
        boundary, centre = h3cells.boundary(cell), h3cells.centre(cell)
    except SpatialError:
        raise InvalidFilter("%(value)s is not an H3 cell.", value=name[:30]) from None
    return {
        "cell": h3cells.to_hex(cell),
        "centre": [round(centre[1], 6), round(centre[0], 6)],
        "boundary": [[round(lon, 6), round(lat, 6)] for lat, lon in boundary],
    }


def register(app: APIFlask) -> None:
    """Register the room's pages."""
    app.register_blueprint(bp)
