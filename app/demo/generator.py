"""Writes the demonstration's files: FIRs, complaints and stays as the sources would deliver them, and the truth aside.

Memory does not grow with the number of records: what is written leaves, and only late reports and offspring wait.
"""

from __future__ import annotations

import csv
import gzip
import io
import json
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np

from app.demo import stays, texts
from app.demo.places import CITIES, Floats, World, metres, world
from app.demo.process import Events, Process, joined
from app.demo.rhythm import SPECS

DEFAULT_RECORDS = 95_000
DAYS = 3 * 365
FIR_SHARE, COMPLAINT_SHARE, STAY_SHARE = 60 / 95, 15 / 95, 20 / 95
LINKED = 0.35  # of complaints become one of the FIRs

FIR_COLUMNS = (
    *("station", "year", "number", "sections", "occurred_from", "occurred_to", "reported_at", "entered_at", "place"),
    *("distance", "direction", "lat", "lon", "complainant_name", "complainant_cnic", "narrative", "e_tag", "property"),
)
COMPLAINT_COLUMNS = (
    *("tag", "station", "category", "occurred_from", "occurred_to", "reported_at", "place", "lat", "lon"),
    *("complainant_name", "complainant_cnic", "status", "fir"),
)
TRUTH_COLUMNS = ["kind", "key", "head", "occurred_at", "lat", "lon", "told", "near_repeat"]

# The recording shock: one station stops writing down, another writes a backlog down all at once (days from the start).
SILENT_STATION, SILENT_DAYS, SILENT_SHARE = "PK-PB-LHR-SAMANABAD", (420, 462), 0.9
BULK_STATION, BULK_DAYS, BULK_SHARE, BULK_AT = "PK-PB-LHR-JOHAR-TOWN", (500, 800), 0.45, (800, 812)

# How the place is told: coordinates, words, distance and direction only, nothing.
TOLD = ("coordinates", "place", "bearing", "nothing")
_TOLD_UPTO = np.cumsum([0.35, 0.45, 0.15])


@dataclass(frozen=True, slots=True)
class Plan:
    """What to generate: all numbers follow from it."""

    records: int = DEFAULT_RECORDS
    seed: int = 1
    until: date = date(2026, 11, 22)

    @property
    def first(self) -> int:
        """The ordinal of the first day."""
        return self.until.toordinal() - DAYS


def moment(day: float) -> str:
    """Give a time (days, as a proleptic ordinal with fraction) in ISO 8601, local, to the minute."""
    whole = int(day)
    minutes = round((day - whole) * 1440)
    at = datetime.fromordinal(whole) + timedelta(minutes=minutes)
    return at.isoformat(timespec="minutes") + "+05:00"


class Generator:
    """One run: ``write`` gives the files of a plan, the same bytes for the same plan."""

    def __init__(self, plan: Plan, ground: World | None = None) -> None:
        self.plan = plan
        self.world = ground or world()
        seeds = np.random.SeedSequence(plan.seed).spawn(5)
        self.fir_rng, self.fir_word_rng, self.complaint_rng, self.complaint_word_rng, self.stay_rng = (
            np.random.Generator(np.random.PCG64(seed)) for seed in seeds
        )
        self.numbers: dict[tuple[int, int], int] = {}
        self.tags: dict[int, int] = {}
        self.streets = [self.world.streets.get(CITIES[name][0], ()) for name in self.world.districts]

    def write(self, folder: Path) -> dict[str, int]:
        """Write ``fir.csv``, ``complaint.csv``, ``stay.csv``, ``hotels.csv``, ``truth.csv.gz`` and ``plan.json``.

        Returns
        -------
        dict of str to int
            Rows of each kind.
        """
        folder.mkdir(parents=True, exist_ok=True)
        counts = {"fir": 0, "complaint": 0}
        with ExitStack() as stack:
            fir = self._writer(stack, folder / "fir.csv", FIR_COLUMNS)
            complaint = self._writer(stack, folder / "complaint.csv", COMPLAINT_COLUMNS)
            # no name and no time in the gzip header: the same plan gives the same bytes
            raw = stack.enter_context((folder / "truth.csv.gz").open("wb"))
            packed = stack.enter_context(gzip.GzipFile("", "wb", 6, raw, 0))
            truth = csv.writer(
                stack.enter_context(io.TextIOWrapper(packed, encoding="utf-8", newline="")), lineterminator="\n"
            )
            truth.writerow(TRUTH_COLUMNS)
            for firs, complaints, truths in self.weeks():
                fir.writerows(firs)
                complaint.writerows(complaints)
                truth.writerows(truths)
                counts["fir"] += len(firs)
                counts["complaint"] += len(complaints)
        counts["stay"] = stays.write(folder, self.world, self.plan.until, self.plan.records * STAY_SHARE, self.stay_rng)
        note = asdict(self.plan) | {"until": self.plan.until.isoformat(), "synthetic": True, "rows": counts}
        (folder / "plan.json").write_text(json.dumps(note, indent=1) + "\n", encoding="utf-8")
        return counts

    @staticmethod
    def _writer(stack: ExitStack, path: Path, columns: Sequence[str]) -> Any:
        writer = csv.writer(stack.enter_context(path.open("w", encoding="utf-8", newline="")), lineterminator="\n")
        writer.writerow(columns)
        return writer

    def weeks(self) -> Iterator[tuple[list[list[Any]], list[list[Any]], list[list[Any]]]]:
        """Give the FIRs, complaints and truths that are written down in each week."""
        plan, world = self.plan, self.world
        shares = np.array([spec.fir_share for spec in SPECS])
        fir = Process(world, shares, plan.records * FIR_SHARE, DAYS, self.fir_rng)
        told = np.array([spec.complaint_share for spec in SPECS])
        total = plan.records * COMPLAINT_SHARE
        own = Process(world, told, total * (1 - LINKED), DAYS, self.complaint_rng)
        own.reach = fir.reach  # both hear of the same hot places
        until = float(plan.until.toordinal())
        fir_weeks = self._emitted(fir, "entered", until)
        own_weeks = self._emitted(own, "reported", until)
        for events, cries in zip(fir_weeks, own_weeks, strict=True):
            firs, linked, truths = self._firs(events, total * LINKED / max(plan.records * FIR_SHARE, 1))
            complaints = self._complaints(cries, truths)
            yield firs, sorted(linked + complaints, key=lambda row: (row[5], row[0])), truths

    def _emitted(self, process: Process, by: str, until: float) -> Iterator[Events]:
        # Rows leave in the order in which they were written down, the late ones in a later week.
        waiting: list[Events] = []
        for day, events in process.weeks(self.plan.first, until):
            if by == "entered":
                events = self._shocked(events)
            lot = joined([*waiting, events])
            end = min(float(day), until)
            ready = getattr(lot, by) < end
            waiting = [lot.take(~ready)]
            due = lot.take(ready)
            yield due.take(np.argsort(getattr(due, by), kind="stable"))

    def _shocked(self, events: Events) -> Events:
        station = self.world.stations_of(events.xy, events.district)
        dice = self.fir_rng.random(len(events))
        age = events.reported - self.plan.first
        silent = station == self.world.stations.index(SILENT_STATION)
        lost = silent & (age >= SILENT_DAYS[0]) & (age < SILENT_DAYS[1]) & (dice < SILENT_SHARE)
        bulk = (station == self.world.stations.index(BULK_STATION)) & (age >= BULK_DAYS[0]) & (age < BULK_DAYS[1])
        bulk &= dice < BULK_SHARE
        hours = self.plan.first + self.fir_rng.uniform(*BULK_AT, len(events))
        events.entered = np.where(bulk, np.maximum(events.entered, hours), events.entered)
        return events.take(~lost)

    def _firs(self, events: Events, linked_share: float) -> tuple[list[list[Any]], list[list[Any]], list[list[Any]]]:
        rng, world, n = self.fir_word_rng, self.world, len(events)
        station = world.stations_of(events.xy, events.district)
        dice = rng.random((n, 16)).tolist()
        told = np.searchsorted(_TOLD_UPTO, rng.random(n), side="right").tolist()
        offset = metres(events.xy) - metres(world.station_xy[station])
        fixed = _with_noise(events.xy, rng)
        firs, complaints, truths = [], [], []
        for i in range(n):
            spec, d, how = SPECS[events.head[i]], dice[i], TOLD[told[i]]
            at, district = int(station[i]), int(events.district[i])
            entered = moment(events.entered[i])
            year = int(entered[:4])
            number = self.numbers[at, year] = self.numbers.get((at, year), 0) + 1
            words = distance = direction = ""
            lon, lat = fixed[i] if how == "coordinates" else ("", "")
            if how == "place" or (how == "coordinates" and d[10] < 0.9):
                anchor = world.anchors[events.anchor[i]]
                words = texts.place_words(anchor, world.districts[district], d, self.streets[district])
            if how == "bearing" or (how != "nothing" and d[11] < 0.3):
                distance, direction = texts.bearing_words(float(offset[i, 0]), float(offset[i, 1]), d[12])
            name, cnic = ("", "") if spec.group == "discovered" else texts.person(d[5], d[6], d[7] < 0.5)
            has_tag = spec.group != "discovered" and d[9] < linked_share / 0.85
            tag = self._tag(district, float(events.reported[i])) if d[9] < 0.9 else ""
            firs.append([
                world.stations[at], year, f"{number}/{year % 100:02d}" if d[13] < 0.3 else number,
                texts.pick(spec.sections, d[8]), moment(events.start[i]), moment(events.end[i]),
                moment(events.reported[i]), entered, words, distance, direction, lat, lon, name, cnic,
                texts.story(spec.key, d[14]), tag, spec.property_kind,
            ])  # fmt: skip
            if has_tag and spec.key in texts.CATEGORIES:
                told_at = events.end[i] + (events.reported[i] - events.end[i]) * d[15]
                complaints.append([
                    tag, world.stations[at], texts.pick(texts.CATEGORIES[spec.key], d[4]), moment(events.start[i]),
                    moment(events.end[i]), moment(told_at), words, lat, lon, name, cnic, "fir registered",
                    f"{number}/{year}",
                ])  # fmt: skip
            truths.append(_truth("fir", f"{world.stations[at]}/{year}/{number}", events, i, how))
        return firs, complaints, truths

    def _complaints(self, events: Events, truths: list[list[Any]]) -> list[list[Any]]:
        rng, world, n = self.complaint_word_rng, self.world, len(events)
        station = world.stations_of(events.xy, events.district)
        dice = rng.random((n, 12)).tolist()
        fixed = _with_noise(events.xy, rng)
        rows = []
        for i in range(n):
            spec, d, district = SPECS[events.head[i]], dice[i], int(events.district[i])
            how = "coordinates" if d[10] < 0.4 else "place" if d[10] < 0.95 else "nothing"
            anchor = world.anchors[events.anchor[i]]
            words = (
                ""
                if how == "nothing"
                else texts.place_words(anchor, world.districts[district], d, self.streets[district])
            )
            lon, lat = fixed[i] if how == "coordinates" else ("", "")
            name, cnic = texts.person(d[5], d[6], d[7] < 0.5)
            status = texts.pick(("in process", "resolved", "not pursued", "compromised", "proved false"), d[11] ** 1.7)
            tag = self._tag(district, float(events.reported[i]))
            category = texts.pick(texts.CATEGORIES.get(spec.key, ("Other",)), d[8])
            rows.append([
                tag, world.stations[station[i]], category, moment(events.start[i]), moment(events.end[i]),
                moment(events.reported[i]), words, lat, lon, name, cnic, status, "",
            ])  # fmt: skip
            truths.append(_truth("complaint", tag, events, i, how))
        return rows

    def _tag(self, district: int, reported: float) -> str:
        number = self.tags[district] = self.tags.get(district, 0) + 1
        first = int((self.world.station_district == district).argmax())
        area = self.world.stations[first].split("-")[2]
        return f"{area}-{date.fromordinal(int(reported)):%y%m%d}-{number:06d}"


def _with_noise(xy: Floats, rng: np.random.Generator) -> list[list[float]]:
    # A phone in the open is right to about fifteen metres.
    return np.round(xy + rng.normal(0, 15 / 111_200, xy.shape), 6).tolist()


def _truth(kind: str, key: str, events: Events, i: int, how: str) -> list[Any]:
    lon, lat = events.xy[i]
    return [kind, key, SPECS[events.head[i]].key, moment(events.time[i]), round(float(lat), 6), round(float(lon), 6),
            how, int(events.parent[i])]  # fmt: skip
