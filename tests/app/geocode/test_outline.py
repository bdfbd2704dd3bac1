"""The country's outline: what lies across the border is refused, and no place of the country's own is."""

import csv
import gzip
from typing import Any

import numpy as np
import pytest
import shapely

from app.reference import files
from app.settings import ROOT
from spatial.geocoding import InMemoryGazetteer, Query, resolve
from spatial.geocoding.coordinate_text import problem_of
from spatial.geocoding.coordinates import COUNTRY_MARGIN_DEG, Limits, outline
from spatial.model import Method

ACROSS = {
    "Kabul": (34.53123, 69.17123),
    "Amritsar": (31.63412, 74.87234),
    "Srinagar": (34.08345, 74.79712),
    "Jammu": (32.73123, 74.87123),
    "Kargil": (34.55412, 76.13123),
    "Zahedan": (29.49612, 60.86212),
    "Spin Boldak": (31.00512, 66.40012),
    "Ferozepur": (30.92512, 74.61312),
    "the sea off Gwadar": (24.90512, 62.30112),
}
HERE = {
    "Wagah": (31.60412, 74.57312),
    "Torkham": (34.11912, 71.08712),
    "Chaman": (30.92112, 66.45112),
    "Gwadar": (25.12112, 62.32112),
    "Muzaffarabad": (34.37112, 73.47112),
    "Skardu": (35.30112, 75.63112),
}


class OfTheCountry(InMemoryGazetteer):
    def __init__(self, country: Any) -> None:
        super().__init__()
        self._limits = Limits(country)

    def limits(self, district: str | None) -> Limits:
        return self._limits


@pytest.fixture(scope="module")
def country() -> Any:
    return outline(files.boundaries("country")[0][1], COUNTRY_MARGIN_DEG)


@pytest.mark.parametrize("name", ACROSS)
def test_what_lies_across_the_border_is_refused(country: Any, name: str) -> None:
    lat, lon = ACROSS[name]
    for query in (Query(lat=lat, lon=lon), Query(text=f"{lat}, {lon}"), Query(lat=lat, lon=lon, district="Lahore")):
        fix = resolve(query, OfTheCountry(country))
        assert fix.method is Method.UNPLACED
        assert "coordinates_outside_country" in [reason.code for reason in fix.reasons]


def test_a_box_lets_them_in() -> None:
    """The control: by the box of latitudes and longitudes alone nearly all of these lie in the country."""
    let_in = [name for name, (lat, lon) in ACROSS.items() if problem_of(lat, lon)[0] is None]
    assert len(let_in) == len(ACROSS)
    assert resolve(Query(lat=ACROSS["Kabul"][0], lon=ACROSS["Kabul"][1]), InMemoryGazetteer()).is_placed


@pytest.mark.parametrize("name", HERE)
def test_a_place_at_the_border_is_taken(country: Any, name: str) -> None:
    lat, lon = HERE[name]
    assert resolve(Query(lat=lat, lon=lon), OfTheCountry(country)).method is Method.COORDINATES


def test_no_place_of_the_gazetteer_is_lost(country: Any) -> None:
    with gzip.open(ROOT / "data" / "places" / "gazetteer.csv.gz", "rt", encoding="utf-8", newline="") as file:
        points = np.array([(float(row["lat"]), float(row["lon"])) for row in csv.DictReader(file)])
    shapely.prepare(country)
    assert len(points) > 100_000
    assert bool(shapely.contains_xy(country, points[:, 1], points[:, 0]).all())
    # The control: without its margin the line itself loses some.
    line = files.boundaries("country")[0][1]
    shapely.prepare(line)
    assert not bool(shapely.contains_xy(line, points[:, 1], points[:, 0]).all())
