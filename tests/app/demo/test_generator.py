"""The demonstration does what docs/demo.md says, and says it the same way twice."""

from __future__ import annotations

import csv
import gzip
import hashlib
import math
from collections import Counter
from datetime import date, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from app.demo import generator, rhythm
from app.demo.generator import Generator, Plan
from app.demo.places import CITIES, World, metres, world
from app.demo.rhythm import SPECS
from app.reference import files
from app.reference.rules import current_rules, head_of

PLAN = Plan(records=40_000, seed=7, until=date(2026, 11, 1))
Rows = list[dict[str, str]]


@pytest.fixture(scope="module")
def ground() -> World:
    """Give the demonstration's ground."""
    return world()


@pytest.fixture(scope="module")
def written(ground: World, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a folder with one run's files."""
    folder = tmp_path_factory.mktemp("demo")
    Generator(PLAN, ground).write(folder)
    return folder


def rows_of(path: Path) -> Rows:
    """Give a CSV file's rows."""
    raw = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    return list(csv.DictReader(raw.decode().splitlines()))


@pytest.fixture(scope="module")
def firs(written: Path) -> Rows:
    """Give the FIRs."""
    return rows_of(written / "fir.csv")


@pytest.fixture(scope="module")
def truth(written: Path) -> Rows:
    """Give the truth of the FIRs, in the order of the FIRs."""
    return [row for row in rows_of(written / "truth.csv.gz") if row["kind"] == "fir"]


def at(text: str) -> datetime:
    """Give a written moment."""
    return datetime.fromisoformat(text)


def test_same_seed_same_bytes(ground: World, tmp_path: Path) -> None:
    """A plan gives the same bytes; another seed does not."""
    digests = []
    for name, seed in (("a", 3), ("b", 3), ("c", 4)):
        Generator(Plan(1000, seed, date(2026, 11, 1)), ground).write(tmp_path / name)
        files_made = ("fir.csv", "complaint.csv", "stay.csv", "hotels.csv", "truth.csv.gz")
        digests.append([hashlib.sha256((tmp_path / name / made).read_bytes()).hexdigest() for made in files_made])
    assert digests[0] == digests[1]
    assert digests[0][0] != digests[2][0]


def test_ratios(written: Path, firs: Rows) -> None:
    """FIRs, complaints and stays keep 60 : 15 : 20."""
    assert len(firs) == pytest.approx(40_000 * 60 / 95, rel=0.03)
    assert len(rows_of(written / "complaint.csv")) == pytest.approx(40_000 * 15 / 95, rel=0.06)
    assert len(rows_of(written / "stay.csv")) == pytest.approx(40_000 * 20 / 95, rel=0.03)


def test_columns_are_those_of_ingest(written: Path) -> None:
    """The files have the columns of issue 2, and e-tag and property after them."""
    made = ("fir.csv", "complaint.csv", "stay.csv")
    heads = {name: (written / name).read_text(encoding="utf-8").split("\n", 1)[0] for name in made}
    assert heads["fir.csv"] == (
        "station,year,number,sections,occurred_from,occurred_to,reported_at,entered_at,place,distance,direction,lat,lon,"
        "complainant_name,complainant_cnic,narrative,e_tag,property"
    )
    assert heads["complaint.csv"] == (
        "tag,station,category,occurred_from,occurred_to,reported_at,place,lat,lon,complainant_name,complainant_cnic,status,fir"
    )
    assert heads["stay.csv"] == "hotel,check_in,check_out,guest_name,guest_cnic,room,purpose"


def test_times_are_in_order(firs: Rows, truth: Rows) -> None:
    """Occurred before reported before entered before the end, and the truth lies in the span that is told."""
    for row, known in zip(firs, truth, strict=True):
        start, end = at(row["occurred_from"]), at(row["occurred_to"])
        assert start <= end <= at(row["reported_at"]) <= at(row["entered_at"]) <= at("2026-11-01T00:00+05:00")
        assert start <= at(known["occurred_at"]) <= max(end, start + timedelta(minutes=6))


def test_numbers_run_by_station_and_year_in_the_order_of_entry(firs: Rows) -> None:
    """A FIR's number is one more than the last that its station entered in that year."""
    last: dict[tuple[str, str], tuple[int, datetime]] = {}
    for row in firs:
        number, entered = int(row["number"].split("/")[0]), at(row["entered_at"])
        before, when = last.get((row["station"], row["year"]), (0, entered))
        assert number == before + 1 and when <= entered and row["year"] == str(entered.year)
        last[row["station"], row["year"]] = (number, entered)


def test_sections_give_the_head(firs: Rows, truth: Rows) -> None:
    """The rules read from the sections the head that the generator meant."""
    rules = current_rules()
    for row, known in zip(firs, truth, strict=True):
        head, _, _ = head_of([row["sections"]], row["property"] or None, rules)
        assert head == rules.heads[known["head"]].id, row


def test_places_are_told_as_written_down(firs: Rows, truth: Rows) -> None:
    """35 % have coordinates, 45 % words only, 15 % distance and direction only, 5 % nothing."""
    count = Counter(
        "coordinates" if row["lat"] else "place" if row["place"] else "bearing" if row["distance"] else "nothing"
        for row in firs
    )
    for how, share in (("coordinates", 0.35), ("place", 0.45), ("bearing", 0.15), ("nothing", 0.05)):
        assert count[how] / len(firs) == pytest.approx(share, abs=0.015)
    assert count == Counter(row["told"] for row in truth)


def test_coordinates_are_near_the_truth(firs: Rows, truth: Rows) -> None:
    """Given coordinates are a phone's."""
    for row, known in zip(firs, truth, strict=True):
        if row["lat"]:
            gap = metres(np.array([[float(row["lon"]), float(row["lat"])], [float(known["lon"]), float(known["lat"])]]))
            assert math.dist(*gap) < 150


def test_bearing_is_true_to_the_point(ground: World, firs: Rows, truth: Rows) -> None:
    """Distance and direction are those of the true point, rounded to half a kilometre and an eighth of the circle."""
    where = dict(zip(ground.stations, ground.station_xy, strict=True))
    points = ["N", "NE", "E", "SE", "S", "SW", "W", "NW"]
    checked = 0
    for row, known in zip(firs, truth, strict=True):
        if row["direction"] not in points:
            continue
        xy = metres(np.array([where[row["station"]], [float(known["lon"]), float(known["lat"])]]))
        east, north = xy[1] - xy[0]
        assert abs(math.hypot(east, north) / 1000 - float(row["distance"].split()[0])) < 0.27
        angle = math.degrees(math.atan2(east, north)) - 45 * points.index(row["direction"])
        assert abs((angle + 180) % 360 - 180) < 24
        checked += 1
    assert checked > 200


def test_many_places_are_exactly_a_name_of_the_district(firs: Rows, truth: Rows) -> None:
    """About half of what is told in words is a name in the gazetteer or on the map."""
    names = {row[column].casefold() for path in ("places/gazetteer.csv.gz", "openstreetmap/pois.csv.gz")
             for row in files.table(path) if row["district"] in CITIES for column in ("name", "name_ur")}  # fmt: skip
    told = [row["place"].casefold() for row in firs if row["place"]]
    assert 0.45 < sum(place in names for place in told) / len(told) < 0.70
    assert any("\u0600" <= c <= "\u06ff" for place in told for c in place)
    assert any(place.startswith("nazd ") for place in told)


def test_persons_are_plainly_made_up(written: Path, firs: Rows) -> None:
    """No name could be a person's and no CNIC was ever given."""
    people = [(row["complainant_name"], row["complainant_cnic"]) for row in firs]
    people += [(row["guest_name"], row["guest_cnic"]) for row in rows_of(written / "stay.csv")]
    for name, cnic in people:
        assert not name or name.startswith(("Farzi ", "فرضی "))
        assert not cnic or (cnic[1:6] == "0000-" and len(cnic) == 15)


def test_complaints_name_firs_that_exist(written: Path, firs: Rows) -> None:
    """A third became a FIR, which has their tag and station."""
    known = {row["e_tag"]: row for row in firs if row["e_tag"]}
    complaints = rows_of(written / "complaint.csv")
    linked = [row for row in complaints if row["fir"]]
    assert len({row["tag"] for row in complaints}) == len(complaints)
    assert len(linked) / len(complaints) == pytest.approx(0.35, abs=0.06)
    for row in linked:
        fir = known[row["tag"]]
        assert (fir["station"], f"{fir['number'].split('/')[0]}/{fir['year']}") == (row["station"], row["fir"])
        assert at(row["occurred_to"]) <= at(row["reported_at"]) <= at(fir["reported_at"])


def test_stays_are_recent_and_at_known_hotels(written: Path) -> None:
    """No stay is older than 180 days, none is in the future, each is at a hotel of the list."""
    hotels = {row["key"]: row for row in rows_of(written / "hotels.csv")}
    assert all("synthetic" in row["name"] for row in hotels.values())
    assert 0.3 < sum(not row["lat"] for row in hotels.values()) / len(hotels) < 0.6
    for row in rows_of(written / "stay.csv"):
        assert row["hotel"] in hotels
        assert at("2026-05-05T00:00+05:00") <= at(row["check_in"]) < at("2026-11-01T00:00+05:00")


def test_delays_follow_the_head(firs: Rows, truth: Rows) -> None:
    """The median delay of each large head is the one that is written down, with a tail of days."""
    delays: dict[str, list[float]] = {}
    for row, known in zip(firs, truth, strict=True):
        hours = (at(row["reported_at"]) - max(at(row["occurred_to"]), at(known["occurred_at"]))).total_seconds() / 3600
        delays.setdefault(known["head"], []).append(hours)
    for spec in SPECS:
        if len(delays.get(spec.key, ())) > 1000:
            assert np.median(delays[spec.key]) == pytest.approx(spec.delay_hours, rel=0.15), spec.key
    assert np.quantile(delays["robbery"], 0.99) > 24


def test_ramzan_raises_street_crime(truth: Rows) -> None:
    """Days of Ramzan have more snatching than the days of the rest of the three years."""
    days = Counter(
        at(row["occurred_at"]).date().toordinal() for row in truth if row["head"] in ("robbery", "vehicle_snatching")
    )
    inside, outside = [], []
    for day in range(PLAN.first + 20, PLAN.until.toordinal() - 20):
        (inside if rhythm.is_ramzan(day) else outside).append(days[day])
    assert 1.15 < np.mean(inside) / np.mean(outside) < 1.45


def test_days_and_hours_have_their_rhythm(truth: Rows) -> None:
    """Fraud keeps office days, snatching the evening, burglary the night."""
    when = {
        key: [at(row["occurred_at"]) for row in truth if row["head"] == key]
        for key in ("cheating", "robbery", "burglary")
    }
    sunday = Counter(moment.weekday() for moment in when["cheating"])
    assert sunday[6] < 0.6 * sunday[0]
    evening = sum(moment.hour >= 17 for moment in when["robbery"]) / len(when["robbery"])
    night = sum(moment.hour < 8 for moment in when["burglary"]) / len(when["burglary"])
    assert evening > 0.45 and night > 0.4


def test_near_repeat_is_there(truth: Rows) -> None:
    """Knox: pairs of burglaries near in place and time are more than chance by shuffled times gives."""
    own = [row for row in truth if row["head"] in ("burglary", "theft")]
    xy = metres(np.array([(float(row["lon"]), float(row["lat"])) for row in own]))
    time = np.array([at(row["occurred_at"]).timestamp() for row in own]) / 86_400
    order = np.argsort(xy[:, 0])
    xy, time = xy[order], time[order]
    first, second = [], []
    upto = np.searchsorted(xy[:, 0], xy[:, 0] + 400)
    for i in range(len(xy)):
        near = np.arange(i + 1, upto[i])
        near = near[((xy[near] - xy[i]) ** 2).sum(axis=1) <= 400**2]
        first.extend([i] * len(near))
        second.extend(near)
    rng = np.random.default_rng(1)
    seen = (np.abs(time[first] - time[second]) <= 14).sum()
    chance = []
    for _ in range(40):
        shuffled = rng.permutation(time)
        chance.append((np.abs(shuffled[first] - shuffled[second]) <= 14).sum())
    assert seen > max(chance)
    assert seen / np.mean(chance) > 1.2


def test_places_are_uneven(truth: Rows) -> None:
    """A fifth of the kilometre squares that have any hold most of the street crime."""
    cells = Counter(
        (round(float(row["lat"]), 2), round(float(row["lon"]), 2)) for row in truth if row["head"] == "robbery"
    )
    counts = sorted(cells.values(), reverse=True)
    assert sum(counts[: len(counts) // 5]) / sum(counts) > 0.5


def test_recording_shock(firs: Rows, truth: Rows) -> None:
    """One station falls silent, another enters its backlog at once."""
    start = date.fromordinal(PLAN.first)

    def age(row: dict[str, str], column: str) -> int:
        return (at(row[column]).date() - start).days

    silent = Counter(age(row, "reported_at") // 42 for row in firs if row["station"] == generator.SILENT_STATION)
    assert silent[10] < 0.35 * np.mean([silent[9], silent[11]])
    late = [row for row in firs if row["station"] == generator.BULK_STATION and 800 <= age(row, "entered_at") < 813]
    waited = [row for row in late if age(row, "reported_at") < 770]
    assert len(waited) > 0.6 * len(late) > 20


def test_memory_does_not_grow_with_records(ground: World) -> None:
    """What waits for a later week is a small part of what was made, however many weeks pass."""
    made = Generator(Plan(60_000, 5, date(2026, 11, 1)), ground)
    largest = max(len(firs_of) for firs_of, _, _ in made.weeks())
    assert largest < 60_000 * 60 / 95 / 156 * 2
