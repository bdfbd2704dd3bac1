"""What a record says about its place, as it is asked."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Query:
    """What a record says about its place; everything may be missing.

    Parameters
    ----------
    text : str or None
        Place of occurrence in any script; a distance and direction in it count where none are given apart.
    lat, lon : float or None
        Degrees (EPSG:4326), as given: not yet checked.
    accuracy_m : float or None
        Radius that holds 90 % about the coordinates.
    station : str or None
        Code of the recording station.
    city : str or None
    district : str or None
        Where names are looked up; the station's district if missing.
    near_lat, near_lon : float or None
        Degrees: a point that the place is thought to be near, such as the caller's; never a fix by itself.
    distance_m : float or None
    direction : float or None
        Degrees clockwise from north, from the station.
    """

    text: str | None = None
    lat: float | None = None
    lon: float | None = None
    accuracy_m: float | None = None
    station: str | None = None
    district: str | None = None
    distance_m: float | None = None
    direction: float | None = None
    city: str | None = None
    near_lat: float | None = None
    near_lon: float | None = None
