"""Hotels that do not exist at neighbourhoods that do, and the nights that made-up guests spend there."""

from __future__ import annotations

import csv
from datetime import date
from pathlib import Path

import numpy as np

from app.demo import texts
from app.demo.places import CITIES, World

HOTEL_COLUMNS = ["key", "name", "address", "district", "lat", "lon"]
STAY_COLUMNS = ["hotel", "check_in", "check_out", "guest_name", "guest_cnic", "room", "purpose"]
HOTELS = 140
STAY_DAYS = 180
_KINDS = ("Guest House", "Hotel", "Inn", "Lodge", "Rest House")
_WORDS = ("Misal", "Namoona", "Farzi", "Tajurba", "Khayali")  # example, sample, fictitious, trial, imaginary
_PURPOSES = ("business", "family visit", "medical treatment", "tourism", "court hearing", "education", "transit")
_HOURS = np.cumsum(np.array([4, 3, 2, 1, 1, 1, 2, 2, 2, 3, 4, 5, 7, 8, 8, 8, 8, 9, 10, 11, 11, 10, 8, 6]) / 134)
_WEEK = np.array([0.95, 0.92, 0.95, 1.0, 1.1, 1.15, 0.93])


def write(folder: Path, world: World, until: date, total: float, rng: np.random.Generator) -> int:
    """Write ``hotels.csv`` and ``stay.csv`` and give the number of stays, all of the last 180 days before ``until``."""
    keys = _hotels(folder / "hotels.csv", world, rng)
    heat = np.cumsum(rng.gamma(1.2, 1.0, len(keys)))
    count = 0
    with (folder / "stay.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(STAY_COLUMNS)
        for day in range(until.toordinal() - STAY_DAYS + 1, until.toordinal()):
            weekday = date.fromordinal(day).weekday()
            n = int(rng.poisson(total / (STAY_DAYS - 1) * _WEEK[weekday]))
            dice = rng.random((n, 8))
            hour = np.searchsorted(_HOURS, dice[:, 0]).clip(0, 23) + dice[:, 1]
            hotel = np.searchsorted(heat, dice[:, 2] * heat[-1])
            rows = []
            for i in np.argsort(hour, kind="stable"):
                d = dice[i].tolist()
                name, cnic = texts.person(d[3], d[4], False)
                nights = 1 + int(d[5] ** 3 * 6)
                out = day + nights
                leaves = _moment(out, 8 + 4 * d[6]) if out < until.toordinal() else ""
                purpose = _PURPOSES[int(d[7] * len(_PURPOSES))]
                rows.append(
                    [keys[hotel[i]], _moment(day, float(hour[i])), leaves, name, cnic, 101 + int(d[6] * 240), purpose]
                )
            writer.writerows(rows)
            count += n
    return count


def _moment(day: int, hour: float) -> str:
    minutes = min(int(hour * 60), 1439)
    return f"{date.fromordinal(day).isoformat()}T{minutes // 60:02d}:{minutes % 60:02d}+05:00"


def _hotels(path: Path, world: World, rng: np.random.Generator) -> list[str]:
    keys = []
    kinds = np.array([anchor.kind for anchor in world.anchors])
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(HOTEL_COLUMNS)
        for number, district in enumerate(world.districts):
            near = np.flatnonzero((world.anchor_district == number) & (kinds == "neighbourhood"))
            if not len(near):
                near = np.flatnonzero(world.anchor_district == number)
            area = world.stations[int((world.station_district == number).argmax())].split("-")[2]
            for i in range(max(3, round(HOTELS * world.shares[number]))):
                anchor = int(rng.choice(near))
                dice = rng.random(4).tolist()
                place = world.anchors[anchor].name
                lon, lat = world.anchor_xy[anchor] + rng.normal(0, 0.001, 2)
                key = f"DEMO-{area}-{i + 1:03d}"
                name = f"{texts.pick(_WORDS, dice[0])} {texts.pick(_KINDS, dice[1])} {place} (synthetic)"
                address = place if dice[2] < 0.6 else f"Main Road, {place}, {CITIES[district][0]}"
                known = dice[3] < 0.55
                writer.writerow(
                    [key, name, address, district, round(lat, 6) if known else "", round(lon, 6) if known else ""]
                )
                keys.append(key)
    return keys
