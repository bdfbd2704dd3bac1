"""`flask geocode` as a person calls it: in a process of its own, without a database."""

import csv
import os
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from app.db.cluster import create_database, drop_database
from app.records.pins import pin
from app.settings import ROOT
from tests import factories
from tests.conftest import EXTERNAL
from tests.reference_set import CLIFTON, GULBERG

ADDED = ["lat", "lon", "accuracy_m", "method", "matched", "score"]


def geocode(*words: object, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the command; without a database, unless the environment says where one is."""
    no_database = {"NAQSHA_DATABASE_URL": "postgresql://nobody@127.0.0.1:1/nothing?connect_timeout=1"}
    return subprocess.run(
        [sys.executable, "-m", "flask", "geocode", *map(str, words)],
        cwd=ROOT,
        env={name: value for name, value in {**os.environ, **no_database, **environment}.items() if value},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


def written(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture
def table(tmp_path: Path):
    def make(content: str, name: str = "in.csv") -> Path:
        path = tmp_path / name
        path.write_text(content, encoding="utf-8")
        return path

    return make


def test_the_index_is_made_beforehand(table, tmp_path: Path) -> None:
    done = geocode("index")
    assert done.returncode == 0, done.stderr
    assert done.stdout.endswith(" places stand ready.\n")
    placed = geocode(table('id,text,district\n1,"Block 5, Clifton",Karachi South\n'), "--out", tmp_path / "out.csv")
    assert placed.returncode == 0 and "Indexing" not in placed.stderr


def test_texts_are_placed_without_a_database(table, tmp_path: Path) -> None:
    path = table(
        "id,text,city,district,note\n"
        'a,"Johar Town",Lahore,Lahore,=1+1\n'
        "b,نولکھا,لاہور,Lahore,-5\n"
        'c,"",,,\n'
        'd,"qwxzv zzqv",,Atlantis,\n'
    )
    out = tmp_path / "out.csv"
    done = geocode(path, "--out", out, "--explain")
    assert done.returncode == 0, done.stderr
    rows = written(out)
    assert list(rows[0]) == ["id", "text", "city", "district", "note", *ADDED, "reasons"]
    assert [row["id"] for row in rows] == ["a", "b", "c", "d"]
    town, naulakha, empty, nonsense = rows
    for row in (town, naulakha):
        assert 31.2 < float(row["lat"]) < 31.8 and 74.0 < float(row["lon"]) < 74.7
        assert int(row["accuracy_m"]) > 0 and 0 < float(row["score"]) <= 1
        assert row["method"] == "place" and row["matched"] and row["reasons"]
    assert (town["note"], naulakha["note"]) == ("'=1+1", "-5"), "no formula; a number stays one"
    assert (empty["method"], empty["lat"], empty["lon"], empty["accuracy_m"]) == ("unplaced", "", "", "")
    assert "Atlantis" in nonsense["reasons"]


def test_the_reasons_are_said_in_urdu(table, tmp_path: Path) -> None:
    out = tmp_path / "out.csv"
    path = table('id,text,district\n1,"Johar Town",Lahore\n')
    assert geocode(path, "--out", out, "--explain", "--language", "ur").returncode == 0
    assert any("\u0600" <= letter <= "\u06ff" for letter in written(out)[0]["reasons"])
    path = table("id,text\n1,Hashtnagri phatak Peshawar\n")
    assert geocode(path, "--out", out, "--explain", "--language", "ur").returncode == 0
    assert "پشاور" in written(out)[0]["reasons"] and "Peshawar" not in written(out)[0]["reasons"]


def test_a_station_of_the_files_is_known(table, tmp_path: Path) -> None:
    out = tmp_path / "out.csv"
    path = table(
        "id,text,station,district\n1,3 km north of PS,Mughalpura,Lahore\n2,,تھانہ مغلپورہ,Lahore\n"
        "3,,PK-PB-LHR-MUGHALPURA,\n4,,Nowhere,Lahore\n"
    )
    done = geocode(path, "--out", out, "--explain")
    assert done.returncode == 0, done.stderr
    assert "No database answers" in done.stderr
    rows = written(out)
    assert [row["method"] for row in rows[:3]] == ["bearing", "station_area", "station_area"]
    assert "Nowhere" in rows[3]["reasons"]


def test_the_development_set_is_evaluated_as_it_is() -> None:
    done = geocode("data/evaluation/geocoding-dev.csv", "--evaluate")
    assert done.returncode == 0, done.stderr
    assert "all                         1,526" in done.stdout
    for group in (
        "kind address",
        "kind incident",
        "script Urdu",
        "script Latin",
        "city Karachi",
        "city Lahore",
        "method",
    ):
        assert group in done.stdout
    assert "expected calibration error" in done.stdout and "texts/s" in done.stdout


@pytest.mark.parametrize(
    ("content", "words", "said"),
    [
        ("", ["--evaluate"], "is empty"),
        ("id,place\n1,x\n", ["--evaluate"], "no column text"),
        ("id,text\n1,x\n", ["--evaluate"], "true_lat"),
        ("id,text,true_lat,true_lon\n", ["--evaluate"], "no text to evaluate"),
        ("id,text,true_lat,true_lon\n1,x,91,0\n", ["--evaluate"], "line 2"),
        ("id,text,id\n1,x,2\n", ["--out", "out.csv"], "more than once"),
        ("id,text\n1,x\n", [], "--out"),
        ("id,text\n1,x\n", ["--explain", "--evaluate"], "--explain"),
        ("id,text\n1,x\n", ["--out", "no/such/folder/out.csv"], "folder"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_with_status_2(table, content: str, words: list[str], said: str) -> None:
    done = geocode(table(content), *words)
    assert done.returncode == 2 and said in done.stderr and "Traceback" not in done.stderr
    assert not (ROOT / "out.csv").exists()


def test_the_answer_may_go_to_the_standard_output(table) -> None:
    done = geocode(table("id,text,near_lat,near_lon\n1,Johar Town,abc,74\n1,Clifton,,\n"), "--out", "-", "--explain")
    assert done.returncode == 0, done.stderr
    header, first, second = done.stdout.splitlines()
    assert header.startswith("id,text,near_lat,near_lon,lat,lon,") and not (ROOT / "-").exists()
    assert "(near_lat “abc”, near_lon “74”) is no point" in first and "no point" not in second
    assert "1 rows have an id that a row before them has" in done.stderr
    refused = geocode(table("id,text\n1,x\n"), "--evaluate", "--out", "-")
    assert refused.returncode == 2 and "standard output" in refused.stderr


def test_the_file_that_is_read_is_not_written_over(table) -> None:
    path = table("id,text\n1,x\n")
    done = geocode(path, "--out", path)
    assert done.returncode == 2 and "is the file that is read" in done.stderr
    assert path.read_text(encoding="utf-8") == "id,text\n1,x\n"


def test_reasons_name_the_station(table, tmp_path: Path) -> None:
    out = tmp_path / "out.csv"
    path = table("id,text,station,district\n1,3 km north of PS,Johar Town,Lahore\n")
    for language, words in (("en", "3 km north of PS Johar Town."), ("ur", "تھانہ جوہر ٹاؤن سے 3 کلومیٹر شمال۔")):
        assert geocode(path, "--out", out, "--explain", "--language", language).returncode == 0
        assert words in written(out)[0]["reasons"] and "PK-PB" not in written(out)[0]["reasons"]


def test_a_file_that_is_not_there_is_said() -> None:
    done = geocode("nothing.csv", "--out", "out.csv")
    assert done.returncode == 2 and "nothing.csv" in done.stderr


def test_a_broken_row_leaves_no_answer(table, tmp_path: Path) -> None:
    out = tmp_path / "out.csv"
    assert geocode(table("id,text\n1,x\n2,y,z\n"), "--out", out).returncode == 2
    assert [path.name for path in tmp_path.iterdir()] == ["in.csv"]


def test_only_what_is_needed_is_loaded(table, tmp_path: Path) -> None:
    """A cold process has two seconds for its first answer: the application and its libraries would take them all."""
    path = table('id,text\n1,"Johar Town, Lahore"\n')
    done = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "flask", "geocode", str(path), "--out", str(tmp_path / "out.csv")],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=300,
        check=True,
    )
    loaded = {line.split("|")[-1].strip() for line in done.stderr.splitlines() if line.startswith("import time:")}
    assert {"app.geocode.batch", "spatial.geocoding.resolve", "flask.cli"} <= loaded, "the control: loads are seen"
    heavy = {"app.factory", "sqlalchemy", "scipy", "sklearn", "pandas", "geoalchemy2", "procrastinate", "forecasting"}
    assert not heavy & loaded


def test_stations_and_local_names_of_the_database_are_used(
    table, tmp_path: Path, database_name: str, worker: Session
) -> None:
    """Where a database answers, its stations are the node's own, and what their officers taught is known."""
    record = factories.record(worker, "fir", GULBERG)
    worker.commit()
    pin(worker, record, 31.5031, 74.3571, None, local_name="Nawab Jan ka Dera")
    path = table(f"id,text,station\n1,near Nawab Jan ka Dera,{GULBERG}\n2,,PS Clifton\n3,,PS Mughalpura\n")
    out = tmp_path / "out.csv"
    # The test's own server: none is named where the private cluster serves it.
    server = {"NAQSHA_DATABASE_URL": EXTERNAL or "", "NAQSHA_DATABASE_NAME": database_name}
    done = geocode(path, "--out", out, "--explain", **server)
    assert done.returncode == 0, done.stderr
    assert "No database" not in done.stderr
    learned, clifton, unknown = written(out)
    assert learned["matched"].startswith("Nawab Jan ka Dera (local-")
    assert abs(float(learned["lat"]) - 31.5031) < 0.003
    assert clifton["method"] == "station_area" and clifton["matched"] == CLIFTON
    assert unknown["method"] == "unplaced", "a station of the files is none of this node"


def test_a_database_of_another_version_is_said_and_done_without(table, tmp_path: Path, template_database: str) -> None:
    name = f"{template_database}_empty"
    create_database(name)
    try:
        server = {"NAQSHA_DATABASE_URL": EXTERNAL or "", "NAQSHA_DATABASE_NAME": name}
        path = table("id,text,station,district\n1,,Mughalpura,Lahore\n")
        done = geocode(path, "--out", tmp_path / "out.csv", **server)
        assert done.returncode == 0 and "flask db upgrade" in done.stderr
        assert written(tmp_path / "out.csv")[0]["method"] == "station_area"
    finally:
        drop_database(name)


def test_a_file_shows_how_its_writers_round(table, tmp_path: Path) -> None:
    said = "".join(
        f'{n},"{1 + n % 4} km {way} of PS",Mughalpura\n' for n in range(15) for way in ("north", "east", "south")
    )
    out = tmp_path / "out.csv"
    done = geocode(table(f"id,text,station\n{said}"), "--out", out, "--explain")
    assert done.returncode == 0, done.stderr
    assert "Read 45 distances of 1 stations first" in done.stderr
    learned = [row for row in written(out) if row["text"] == "3 km north of PS"]
    assert learned and all("learned from 45 of its texts and 0 pins" in row["reasons"] for row in learned)
    # The control: by a text alone nobody knows that its writer has four points only.
    alone = geocode(table('id,text,station\n1,"3 km north of PS",Mughalpura\n', "alone.csv"), "--out", out, "--explain")
    assert alone.returncode == 0 and "learned" not in alone.stderr
    row = written(out)[0]
    assert "learned" not in row["reasons"]
    assert float(learned[0]["accuracy_m"]) > 1.15 * float(row["accuracy_m"])


def test_coordinates_across_the_border_are_refused(table, tmp_path: Path) -> None:
    out = tmp_path / "out.csv"
    path = table('id,text\n1,"34.53123, 69.17123"\n2,"31.54123, 74.34123"\n')
    assert geocode(path, "--out", out).returncode == 0
    assert [row["method"] for row in written(out)] == ["unplaced", "coordinates"]


def test_the_habits_of_a_node_are_learned_and_used_for_a_file(
    table, tmp_path: Path, database_name: str, worker: Session
) -> None:
    for number in range(48):
        way = ("north", "east", "south", "west")[number % 4]
        factories.record(worker, "fir", GULBERG, place_text=f"{1 + number % 3} km {way} of PS")
    worker.commit()
    server = {"NAQSHA_DATABASE_URL": EXTERNAL or "", "NAQSHA_DATABASE_NAME": database_name}
    learned = geocode("writers", **server)
    assert learned.returncode == 0, learned.stderr
    assert "48 texts and 0 pins, 1 stations" in learned.stdout
    out = tmp_path / "out.csv"
    # One text teaches nothing by itself: what it is read by is the node's.
    done = geocode(table(f'id,text,station\n1,"2 km north of PS",{GULBERG}\n'), "--out", out, "--explain", **server)
    assert done.returncode == 0, done.stderr
    assert "learned from 48 of its texts" in written(out)[0]["reasons"]
