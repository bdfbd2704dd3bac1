"""What the browser sees in these tests: a year of records of two thanas, brought in through ingest, and runs over them.

Everything is dated back from now, as a forecast of the coming week needs. The words of some records are attacks.
"""

import csv
import random
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from apiflask import APIFlask
from sqlalchemy import text
from sqlalchemy.orm import Session

from app.access import service as accounts
from app.db.session import worker_session
from app.forecasts import publishing
from app.forecasts import running as forecasts
from app.hotspots import running as hotspots
from app.hotspots import service as hotspot_runs
from app.ingest.service import ensure_source, ingest_file
from spatial.shifts import ZONE
from tests import factories
from tests.reference_set import CITY, GULBERG, STATIONS

PASSPHRASE = "kite-lamp-river-stone-cloud"
LAHORE = "PK-PB-LHR"
WEEKS = 40
#: Each would set `window.pwned`, load `/pwned` or leave an element of the class `pwned`, were it ever read as markup.
ATTACKS = [
    "<script>window.pwned=1</script>",
    "<img src=x class=pwned onerror=window.pwned=2>",
    "<svg class=pwned onload=window.pwned=3>",
    "\"><img src=x class=pwned onerror='window.pwned=4'>",
    "' autofocus onfocus=window.pwned=5 class='pwned",
    "<iframe class=pwned srcdoc='<script>parent.pwned=6</script>'></iframe>",
    "javascript:window.pwned=7//",
    "</script></title></textarea><script src=/pwned></script>",
    "<details open class=pwned ontoggle=window.pwned=8>x</details>",
    "{{7*7}}${window.pwned=9}#{7*7}",
    "<math class=pwned><mtext><table><mglyph><style><img src=x onerror=window.pwned=10>",
    "<a class=pwned href=javascript:window.pwned=11>گلبرگ</a>",
    "\u202e<link class=pwned rel=stylesheet href=/pwned>",
]
#: Heads by the sections that a FIR cites, with how often.
_SECTIONS = {"392 PPC": 8, "381-A PPC": 4, "457/380 PPC": 3, "302 PPC": 1, "379 PPC": 3}


def fill(app: APIFlask, folder: Path, now: datetime) -> None:
    """Bring the records in, and test and forecast them; commits."""
    with app.app_context():
        with worker_session() as session:
            ensure_source(session, "made", "Made by a generator", synthetic=True)
            _draw_ground(session)
            accounts.create_account(session, "commander", "commander", ["PK"], PASSPHRASE)
        for kind, source, rows in (
            ("fir", None, _firs(now)),
            ("complaint", "made", _complaints(now)),
            ("stay", None, _stays(now)),
            ("incident", None, _incidents(now)),
        ):
            counts = ingest_file(kind, _file(folder / f"{kind}.csv", list(rows)), source=source)
            assert counts.quarantined == 0, f"{kind}: {counts}"
        made = forecasts.run(jurisdiction=LAHORE, heads=["robbery"], shifts_of_day=())
        publishing.publish_as("commander", made.runs)
        (tested,) = hotspots.run(jurisdiction="PK-PB-LHR-C-GULBERG", resolution=9)["runs"]
        assert tested["hot"], tested
        hotspot_runs.publish_as("commander", [tested["run"]])


def _file(path: Path, rows: list[dict[str, Any]]) -> Path:
    columns = list({name: None for row in rows for name in row})
    with path.open("w", encoding="utf-8", newline="") as handle:
        writer = csv.DictWriter(handle, columns)
        writer.writeheader()
        writer.writerows(rows)
    return path


def _words(moment: datetime) -> str:
    return moment.astimezone(ZONE).strftime("%Y-%m-%d %H:%M")


def _point(chance: random.Random, station: str) -> tuple[float, float]:
    """Give a point of a station's square: two thirds of the time in one hot corner of it."""
    west, south, east, north = STATIONS[station]
    across, up = chance.random(), chance.random()
    if chance.random() < 0.66:
        across, up = (0.7 + chance.uniform(-0.12, 0.12) for _ in range(2))
    return round(south + up * (north - south), 6), round(west + across * (east - west), 6)


def _firs(now: datetime) -> Iterator[dict[str, Any]]:
    chance = random.Random(11)
    for number in range(1, WEEKS * 9):
        start = now - timedelta(days=1) - timedelta(hours=number * 7 * 24 / 9 - chance.uniform(0, 12))
        station = chance.choice((GULBERG, GULBERG, CITY))
        lat, lon = _point(chance, station)
        row = {
            "station": station, "year": start.astimezone(ZONE).year, "number": number,
            "sections": chance.choices(list(_SECTIONS), list(_SECTIONS.values()))[0],
            "occurred_from": _words(start), "occurred_to": _words(start + timedelta(hours=chance.choice((0, 1, 7)))),
            "reported_at": _words(start + timedelta(hours=9)), "place": "Main Boulevard, Gulberg",
            "lat": lat, "lon": lon,
            "narrative": "دو نامعلوم افراد نے اسلحہ دکھا کر موبائل فون چھین لیا",
            "complainant_name": "Test Person", "complainant_cnic": "35202-1234567-1",
        }  # fmt: skip
        if number % 11 == 0:
            row |= {"lat": "", "lon": "", "place": "", "distance": "1 km", "direction": "شمال"}
        elif number % 13 == 0:
            row |= {"lat": "", "lon": "", "place": "نامعلوم"}
        if number <= len(ATTACKS):
            place, words, name = (ATTACKS[(number + beyond) % len(ATTACKS)] for beyond in (0, 4, 8))
            row |= {"place": place, "narrative": words, "complainant_name": name, "station": GULBERG}
            row |= {"sections": "392 PPC", "lat": 31.5105, "lon": 74.3505}
        yield row
    yield {
        "station": GULBERG, "year": now.astimezone(ZONE).year, "number": 9000, "sections": "376 PPC",
        "occurred_from": _words(now - timedelta(days=3)), "lat": 31.505, "lon": 74.345, "place": "Liberty",
    }  # fmt: skip


def _complaints(now: datetime) -> Iterator[dict[str, Any]]:
    chance = random.Random(12)
    for number in range(40):
        lat, lon = _point(chance, GULBERG)
        words = ATTACKS[number % len(ATTACKS)]
        yield {
            "tag": f"C-{number}", "station": GULBERG, "category": "robbery",
            "occurred_from": _words(now - timedelta(hours=20 + 9 * number)), "place": words, "lat": lat, "lon": lon,
            "complainant_name": words, "status": words,
        }  # fmt: skip


def _stays(now: datetime) -> Iterator[dict[str, Any]]:
    for number, words in enumerate(ATTACKS):
        yield {
            "hotel": f"H{number}", "hotel_name": f"Hotel {words}", "station": GULBERG, "lat": 31.5125, "lon": 74.3525,
            "check_in": _words(now - timedelta(days=2 + number)), "check_out": _words(now - timedelta(days=1 + number)),
            "guest_name": words, "guest_cnic": "35202-1234567-1", "room": words, "purpose": words,
        }  # fmt: skip


def _incidents(now: datetime) -> Iterator[dict[str, Any]]:
    for number, words in enumerate(ATTACKS):
        yield {
            "id": f"{number} {words}", "category": "robbery", "occurred_from": _words(now - timedelta(days=2 + number)),
            "place": words, "narrative": words, "district": "Lahore", "lat": 31.507, "lon": 74.347, "accuracy_m": 100,
        }  # fmt: skip


def _draw_ground(session: Session) -> None:
    """Draw a city under the data, with names in both languages."""
    for kind, box in (("country", (60.9, 23.6, 77.1, 37.1)), ("footprint", (74.2, 31.4, 74.45, 31.6))):
        session.execute(
            text("""INSERT INTO ground (kind, shape, licence) VALUES
                    (:kind, ST_Transform(ST_MakeEnvelope(:west, :south, :east, :north, 4326), 3857), 'tests')"""),
            {"kind": kind} | dict(zip(("west", "south", "east", "north"), box, strict=True)),
        )
    attack = "Liberty <img src=x class=pwned onerror=window.pwned=12>"
    for name, name_ur, lon, lat, rank in (("Lahore", "لاہور", 74.33, 31.54, 1), (attack, "لبرٹی", 74.345, 31.515, 4)):
        session.execute(
            text("""INSERT INTO place (ref, kind, name, name_ur, point, radius_m, rank, licence) VALUES
                    ('test:' || :rank, 'locality', :name, :name_ur,
                     ST_SetSRID(ST_MakePoint(:lon, :lat), 4326), 500, :rank, 'tests')"""),
            {"name": name, "name_ur": name_ur, "lon": lon, "lat": lat, "rank": rank},
        )


def cookie_of(session: Session, role: str, jurisdiction: str | None = None) -> str:
    """Give the session token of a new account of a role; commits."""
    token = accounts.open_session(session, factories.account(session, role, jurisdiction), hours=12)
    session.commit()
    return token
