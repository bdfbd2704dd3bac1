"""Mass comes to the cells of a forecast exactly: finer is gathered, coarser spread, the rest counted."""

from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from app.forecasts import planning, reading
from spatial import cells, shifts
from spatial.mass import UNIT
from tests import factories
from tests.app.forecasts.conftest import LAHORE, NOW
from tests.reference_set import GULBERG, STATIONS

_WEST, _SOUTH, _EAST, _NORTH = STATIONS[GULBERG]
CENTRE = ((_SOUTH + _NORTH) / 2, (_WEST + _EAST) / 2)


def _pieces(session: Session, head: str) -> reading.Pieces:
    area = reading.area_of(session, LAHORE)
    ids = [row["id"] for row in planning.heads_by_key(session, [head])]
    end = shifts.week_of(NOW)
    return reading.pieces(session, area, ids, date=NOW, weeks=(end - 20, end))[ids[0]]


def _record(session: Session, head: str, resolution: int, masses: list[int]) -> list[int]:
    """Put one record of nine days, so that shifts and weeks divide it too, and give its cells."""
    occurred = (NOW - timedelta(days=40), NOW - timedelta(days=31))
    own = sorted(cells.disk(cells.cell_of(*CENTRE, resolution or 9), 1))[: len(masses)]
    record = factories.record(
        session, head=head, occurred=occurred, known_at=occurred[0], placed=(resolution or 9, own, masses)
    )
    if resolution == 0:
        session.execute(
            text(
                """UPDATE mass SET resolution = 0, cells = ARRAY[CAST(0 AS bigint)], cell_upto = ARRAY[1000000],
                     keys = ARRAY[CAST(0 AS bigint)] WHERE record_id = :record"""
            ),
            {"record": record},
        )
    session.commit()
    return own


@pytest.mark.parametrize(
    ("head", "resolution", "masses"),
    [
        ("theft", 9, [333_333, 333_333, 333_334]),
        ("burglary", 8, [999_999, 1]),
        ("dacoity", 7, [500_001, 499_999]),
        ("murder", 6, [1_000_000]),
    ],
)
def test_mass_is_kept_to_the_unit(
    worker: Session, forecaster: Session, head: str, resolution: int, masses: list[int]
) -> None:
    own = _record(worker, head, resolution, masses)
    found = _pieces(forecaster, head)
    assert int(found.columns["mass"].sum()) == UNIT
    assert (found.coarse, found.unplaced) == (0, 0)
    by_cell: dict[int, int] = {}
    for cell, mass in zip(found.columns["cell"].tolist(), found.columns["mass"].tolist(), strict=True):
        assert cells.resolution(cell) == reading.RESOLUTION
        by_cell[cell] = by_cell.get(cell, 0) + mass
    if resolution <= reading.RESOLUTION:
        for cell, mass in zip(own, masses, strict=True):
            below = [by_cell.get(child, 0) for child in cells.children(cell, reading.RESOLUTION)]
            # The floors of mass_atoms move single units between cells of one shift, never between records.
            assert abs(sum(below) - mass) <= 30
            assert max(below) - min(below) <= 60
    else:
        assert set(by_cell) == {cells.parent(cell, reading.RESOLUTION) for cell in own}
    assert len(set(found.columns["week"].tolist())) == 2


@pytest.mark.parametrize(("head", "resolution", "name"), [("hurt", 5, "coarse"), ("kidnapping", 0, "unplaced")])
def test_mass_without_a_place_is_counted_beside(
    worker: Session, forecaster: Session, head: str, resolution: int, name: str
) -> None:
    _record(worker, head, resolution, [1_000_000])
    found = _pieces(forecaster, head)
    assert found.columns["mass"].size == 0
    assert getattr(found, name) == UNIT
    assert found.coarse + found.unplaced == UNIT


def test_a_forecast_is_for_a_district_or_larger(forecaster: Session) -> None:
    with pytest.raises(reading.AreaTooSmall):
        reading.area_of(forecaster, GULBERG)
    with pytest.raises(reading.NoSuchJurisdiction):
        reading.area_of(forecaster, "PK-NOWHERE")
    assert reading.area_of(forecaster, LAHORE).resolution == reading.RESOLUTION
    assert reading.area_of(forecaster, "PK-PB").resolution < reading.RESOLUTION


def test_a_protected_record_is_left_out_whatever_its_head(worker: Session, forecaster: Session) -> None:
    occurred = (NOW - timedelta(days=40), NOW - timedelta(days=40))
    for protected in (True, False):
        factories.record(worker, head="kidnapping", protected=protected, occurred=occurred)
    worker.commit()
    assert int(_pieces(forecaster, "kidnapping").columns["mass"].sum()) == UNIT
