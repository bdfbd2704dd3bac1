"""Where no station of an area is drawn, its cells are watched: each part of the day by itself."""

from collections.abc import Iterator
from typing import Any

import pytest
from apiflask import APIFlask
from sqlalchemy import text
from sqlalchemy.orm import Session

from app.forecasts import running
from app.forecasts.planning import Planned, coming_week
from tests.app.forecasts.conftest import LAHORE, NOW, plant
from tests.reference_set import CITY, GULBERG

PARTS = [("robbery", None), ("robbery", 0), ("robbery", 1), ("robbery", 2)]


@pytest.fixture(scope="module")
def undrawn(app: APIFlask) -> Iterator[None]:
    with Session(app.extensions["naqsha.database"].engine("worker")) as session:
        plant(session)
    with Session(app.extensions["naqsha.database"].engine("owner")) as session:
        session.execute(
            text("UPDATE jurisdiction SET area = NULL WHERE code = ANY (:codes)"), {"codes": [CITY, GULBERG]}
        )
        session.commit()
    yield


def watched(app: APIFlask, parts: list[tuple[str, int | None]]) -> dict[int | None, Any]:
    with app.app_context():
        read = running._series(Planned(LAHORE, ["robbery"]), parts, coming_week(NOW), NOW)
        return {series.shift: (each.stations.codes, each.sight) for series, each in read}


@pytest.mark.usefixtures("undrawn")
def test_what_is_watched_of_a_shift_does_not_depend_on_the_shifts_before_it(app: APIFlask) -> None:
    together, backwards = watched(app, PARTS), watched(app, PARTS[::-1])
    alone = {part[1]: watched(app, [part])[part[1]] for part in PARTS}
    assert together == alone == backwards
    assert all(codes == () for codes, _ in together.values()), "the control: no station is drawn"
    usual = {shift: sight[0]["a_week"] for shift, (_, sight) in together.items()}
    assert 0 < usual[0] < usual[None] and sum(usual[shift] for shift in range(3)) == pytest.approx(usual[None], abs=0.2)
