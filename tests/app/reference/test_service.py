"""Loading the real reference data into a real database: whole, once, found under every name."""

from __future__ import annotations

from collections.abc import Iterator
from time import perf_counter

import pytest
from sqlalchemy import Engine, NullPool, create_engine, text
from sqlalchemy.orm import Session

from app.db.cluster import database_url
from app.reference import service
from spatial.addresses import normalise
from tests.conftest import EXTERNAL


@pytest.fixture(scope="module")
def engine(database_name: str) -> Engine:
    """Give an engine of the worker's role."""
    return create_engine(database_url(EXTERNAL, "worker", database_name), poolclass=NullPool)


@pytest.fixture(scope="module")
def counts(engine: Engine, tree_is_built: None) -> dict[str, int]:
    """Give the rows of each set after the whole load."""
    with Session(engine) as session, session.begin():
        return service.load(session)


@pytest.fixture
def session(engine: Engine, counts: dict[str, int]) -> Iterator[Session]:
    """Give a session on the loaded database."""
    with Session(engine) as opened:
        yield opened


def test_every_set_has_its_rows(session: Session, counts: dict[str, int]) -> None:
    """What was counted is in the tables."""
    assert counts["places"] == session.scalar(text("SELECT count(*) FROM place")) > 160_000
    assert counts["ground"] == session.scalar(text("SELECT count(*) FROM ground"))
    assert counts["jurisdictions"] > 950
    assert session.scalar(text("SELECT count(*) FROM place_name")) > 170_000


def test_second_load_finds_nothing_to_do(engine: Engine, counts: dict[str, int]) -> None:
    """A second load says that all is unchanged, in under a second."""
    lines: list[str] = []
    began = perf_counter()
    with Session(engine) as session, session.begin():
        assert service.load(session, lines.append) == counts
    assert perf_counter() - began < 1
    assert all("unchanged" in line for line in lines)


def test_tree_is_whole(session: Session) -> None:
    """Every jurisdiction but the country has a parent, whose path starts its own; areas are valid."""
    broken = session.execute(
        text("""SELECT node.code FROM jurisdiction node LEFT JOIN jurisdiction parent ON parent.id = node.parent_id
                WHERE node.source <> 'tests'
                  AND (node.level <> 'country' AND (parent.id IS NULL OR NOT parent.path @> node.path)
                       OR NOT ST_IsValid(node.area) OR ST_IsEmpty(node.area))""")
    ).all()
    assert broken == []


def test_cells_stand_where_they_should(session: Session) -> None:
    """Circles, stations and beats have cells, the levels above have none."""
    levels = session.execute(
        text("""SELECT level, bool_and(area_cells IS NOT NULL), bool_or(area_cells IS NOT NULL) FROM jurisdiction
                WHERE source <> 'tests' GROUP BY level""")
    )
    for level, every, some in levels:
        assert (every, some) == ((True, True) if level in ("circle", "station", "beat") else (False, False)), level


@pytest.mark.parametrize(
    ("written", "district", "kind"),
    [
        ("Johar Town", "Lahore", "neighbourhood"),
        ("JOHAR  TOWN", "Lahore", "neighbourhood"),
        ("نولکھا", "Lahore", "neighbourhood"),
        ("PS Mughalpura", "Lahore", "station"),
        ("تھانہ مغلپورہ", "Lahore", "station"),
        ("City Police Station", "Khanewal", "station"),
        ("Gunther Messner School", "Diamir", "landmark"),
        ("Harris Road", "Karachi South", "street"),
        ("Frere Road", "Karachi South", "street"),
        ("صابری چوک", "Karachi South", "street"),
    ],
)
def test_place_is_found_under_its_names(session: Session, written: str, district: str, kind: str) -> None:
    """English, Urdu and variant names find the place, in their district."""
    kinds = session.scalars(
        text("""SELECT place.kind FROM place_name
                JOIN place ON place.id = place_name.place_id
                JOIN jurisdiction ON jurisdiction.id = place_name.district_id
                WHERE place_name.key = :key AND jurisdiction.name = :district"""),
        {"key": normalise(written), "district": district},
    ).all()
    assert kind in kinds


def test_neighbourhood_has_its_outline(session: Session) -> None:
    """Neighbourhoods with a polygon carry it, with a radius of its size."""
    found = session.execute(
        text(
            "SELECT count(*), min(radius_m), max(radius_m) FROM place "
            "WHERE kind = 'neighbourhood' AND extent IS NOT NULL"
        )
    ).one()
    assert found[0] == 1125
    assert 100 <= found[1] < found[2] < 15_000


def test_a_mapped_street_is_as_wide_as_its_houses(session: Session) -> None:
    """The ways of one name are one street, drawn with a strip of houses on both sides, its point on the street."""
    found = session.execute(
        text("""SELECT count(*), bool_and(ST_Distance(point, extent) = 0),
                  max(ST_Area(CAST(extent AS geography)) / (2 * radius_m)) AS width
                FROM place WHERE kind = 'street' AND category = 'road'""")
    ).one()
    assert found[0] == 348 and found[1]
    assert 40 < found[2] < 400, "no street is drawn as a whole quarter"


def test_rules_are_in_the_tables(session: Session) -> None:
    """Heads, section rules and category rules of the shipped version are there."""
    assert session.scalar(text("SELECT protected FROM crime_head WHERE key = 'rape'")) is True
    assert session.scalar(text("SELECT is_companion FROM section_rule WHERE law = 'PPC' AND section = '149'")) is True
    assert session.scalar(text("SELECT count(*) FROM category_rule WHERE kind = 'incident'")) > 10


def test_licences_stand_beside_the_data(session: Session) -> None:
    """Each place says whose it is, and OpenStreetMap's are not mixed with GeoNames'."""
    licences = dict(
        session.execute(text("SELECT kind, string_agg(DISTINCT licence, '|') FROM place GROUP BY kind")).all()
    )
    assert "OpenStreetMap" in licences["landmark"] and "OpenStreetMap" in licences["station"]
    assert licences["locality"] == licences["neighbourhood"] != licences["landmark"]


def test_load_again_after_a_change(engine: Engine, counts: dict[str, int]) -> None:
    """A set whose files have changed is loaded anew and alone; ids of jurisdictions stay."""
    with Session(engine) as session, session.begin():
        before = dict(session.execute(text("SELECT code, id FROM jurisdiction")).all())
        session.execute(text("UPDATE reference_load SET digest = 'old' WHERE name IN ('rules', 'jurisdictions')"))
    lines: list[str] = []
    with Session(engine) as session, session.begin():
        service.load(session, lines.append)
        assert dict(session.execute(text("SELECT code, id FROM jurisdiction")).all()) == before
    assert [line.split()[0] for line in lines if "unchanged" not in line] == ["rules", "jurisdictions"]
