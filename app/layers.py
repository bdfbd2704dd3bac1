"""The layers of the map: one row a layer, read by the tiles and by whoever lists them."""

from typing import NamedTuple

from app.policy import Permission


class Layer(NamedTuple):
    """A tile layer: its name in the URL, who may see it, and the zooms at which it has anything."""

    name: str
    permission: Permission
    min_zoom: int
    max_zoom: int


LAYERS = {
    layer.name: layer
    for layer in (
        Layer("cells", Permission.SEE_MAP, 3, 16),
        Layer("points", Permission.SEE_RECORDS, 12, 16),
        Layer("jurisdictions", Permission.SEE_MAP, 3, 16),
        Layer("places", Permission.SEE_MAP, 3, 16),
        Layer("forecast", Permission.SEE_FORECASTS, 3, 16),
        Layer("hotspots", Permission.SEE_MAP, 3, 16),
    )
}
