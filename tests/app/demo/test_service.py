"""The demonstration comes in through the same door as every delivery, once, and never in production."""

from __future__ import annotations

import csv
import gzip
import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from apiflask import APIFlask
from sqlalchemy import text
from sqlalchemy.orm import Session

from app.db.session import worker_session
from app.demo import service
from app.reference import service as reference
from app.settings import Settings

RECORDS = 1_500


@pytest.fixture(scope="module")
def loaded(app: APIFlask, tree_is_built: None) -> Iterator[list[str]]:
    """Give the lines that a small demonstration's load said, on the real reference data."""
    lines: list[str] = []
    with app.app_context():
        with worker_session() as session:
            reference.load(session)
        service.load(RECORDS, 2, say=lines.append)
    yield lines


def test_all_rows_are_accepted(loaded: list[str], worker: Session, settings: Settings) -> None:
    """Nothing that the generator writes is quarantined, and the records are those of the files."""
    rows = json.loads((settings.instance / "demo" / "plan.json").read_text(encoding="utf-8"))["rows"]
    kinds = dict(
        worker.execute(
            text("""SELECT record.kind, count(*) FROM record JOIN source ON source.id = record.source_id
                    WHERE source.is_synthetic GROUP BY 1""")
        ).all()
    )
    refused = worker.execute(
        text("""SELECT delivery.kind, quarantine.reason FROM quarantine JOIN delivery ON delivery.id = delivery_id
                JOIN source ON source.id = delivery.source_id WHERE source.is_synthetic""")
    ).all()
    assert refused == []
    assert kinds["fir"] == rows["fir"] and kinds["complaint"] == rows["complaint"]
    assert rows["stay"] * 0.98 <= kinds["stay"] <= rows["stay"]


def test_synthetic_and_real_are_told_apart(loaded: list[str], worker: Session) -> None:
    """Demonstration sources are marked synthetic; the real incidents are not, and carry their credit."""
    sources = worker.execute(text("SELECT key, is_synthetic, attribution FROM source WHERE key <> 'test'")).all()
    found = {key: (synthetic, attribution) for key, synthetic, attribution in sources}
    assert {key for key, (synthetic, _) in found.items() if synthetic} == {"demo-psrms", "demo-cms", "demo-hotel-eye"}
    assert "Uppsala" in found["ucdp"][1]
    assert worker.scalar(text("SELECT count(*) FROM record WHERE kind = 'incident'")) == 5_787


def test_fixes_are_near_the_truth(loaded: list[str], worker: Session, settings: Settings) -> None:
    """Every method of the ladder is used, and given coordinates stay where they were given."""
    raw = gzip.decompress((settings.instance / "demo" / "truth.csv.gz").read_bytes()).decode()
    truth = {row["key"]: row for row in csv.DictReader(raw.splitlines()) if row["kind"] == "fir"}
    fixes = worker.execute(
        text("""SELECT record.key, fix.method, ST_X(fix.point), ST_Y(fix.point)
                FROM fix JOIN record ON record.id = fix.record_id WHERE record.kind = 'fir'""")
    )
    methods: dict[str, int] = {}
    for key, method, lon, lat in fixes:
        methods[method] = methods.get(method, 0) + 1
        if method == "coordinates":
            assert abs(lat - float(truth[key]["lat"])) + abs(lon - float(truth[key]["lon"])) < 0.003
    assert {"coordinates", "place", "landmark", "bearing"} <= set(methods)


def test_second_load_changes_nothing(app: APIFlask, loaded: list[str], worker: Session) -> None:
    """Loading again only says that it is there; another demonstration is refused."""
    before = worker.scalar(text("SELECT count(*) FROM delivery"))
    lines: list[str] = []
    with app.app_context():
        service.load(RECORDS, 2, until=date(2027, 1, 1), say=lines.append)
        with pytest.raises(service.LoadedOtherwise):
            service.load(RECORDS + 1, 2)
    worker.rollback()
    assert worker.scalar(text("SELECT count(*) FROM delivery")) == before
    assert "is loaded" in lines[0]


def test_accounts_are_printed(app: APIFlask, loaded: list[str]) -> None:
    """One account a role, with its passphrase."""
    result = app.test_cli_runner().invoke(args=["demo", "accounts"])
    assert result.exit_code == 0
    assert [line.split()[0] for line in result.output.splitlines()] == [
        *("station", "planner", "control", "commander", "analyst", "auditor", "admin")
    ]


def test_refused_in_production(app: APIFlask, loaded: list[str], tmp_path: Path) -> None:
    """Nothing of the demonstration loads in production."""
    kept = app.extensions["naqsha.settings"]
    app.extensions["naqsha.settings"] = kept.model_copy(update={"env": "production"})
    try:
        result = app.test_cli_runner().invoke(args=["demo", "load"])
    finally:
        app.extensions["naqsha.settings"] = kept
    assert result.exit_code != 0
    assert "NAQSHA_ENV" in result.output
