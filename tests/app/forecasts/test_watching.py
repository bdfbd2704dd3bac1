"""A station that is too small to show a change is watched with its heads and its neighbours."""

import numpy as np
from apiflask import APIFlask
from flask_babel import force_locale

from app.forecasts import card_words, watching
from forecasting.holding import Registered
from forecasting.shocks import STEP_UP
from tests.forecasting.test_shocks import town, unchanged

WEEKS, STEP, STATIONS, HEADS = 90, 78, 24, 4
CIRCLE = np.arange(6, dtype=np.int64)


def area(*, drawn: bool = True) -> watching.Stations:
    """Give 24 stations, six of them a circle."""
    names = tuple((f"PS {n}", f"تھانہ {n}") for n in range(STATIONS))
    everyone = np.arange(STATIONS, dtype=np.int64)
    places = (
        watching.Place("Circle A", "سرکل اے", CIRCLE, False),
        watching.Place("Town", "شہر", everyone, True),
    )
    codes = tuple(f"PS-{n}" for n in range(STATIONS))
    return watching.Stations(names, np.zeros(0, dtype=np.int64), codes, places if drawn else ())


def registered(seed: int, level: float = 5.0) -> dict[str, np.ndarray]:
    common = town(1, WEEKS, seed)
    return {
        f"head{n}": unchanged(level, np.repeat(common, STATIONS, axis=0), seed + n).astype(float) for n in range(HEADS)
    }


def watch(counts: dict[str, np.ndarray], stations: watching.Stations) -> watching.Watched:
    heads = {head: Registered(each, np.zeros_like(each)) for head, each in counts.items()}
    return watching.watch(heads, watching.total_of(heads), stations)


def circle_seen(watched: watching.Watched) -> bool:
    return all(
        any(place.name == "Circle A" and shock.end_week > STEP and shock.statistic > 0 for place, shock in pooled)
        for pooled in watched.pooled.values()
    )


def test_what_no_station_shows_alone_its_circle_shows() -> None:
    seen, alone = [], []
    for seed in range(0, 200, 20):
        counts = registered(seed)
        for head, more in registered(seed + 1000, level=1.5).items():
            counts[head][CIRCLE, STEP:] += more[CIRCLE, STEP:]
        watched = watch(counts, area())
        seen.append(circle_seen(watched))
        own = watched.own["head0"]
        alone.append(np.mean([any(s.caught_week in (STEP, STEP + 1) for s in own[index]) for index in CIRCLE]))
    assert np.mean(seen) >= 0.9
    assert np.mean(alone) < 0.4, "the control: by themselves they do not show it in two weeks"


def test_where_nothing_changed_a_circle_raises_hardly_an_alarm() -> None:
    told = sum(
        len({(place.name, shock.first_week) for pooled in watch(registered(seed), area()).pooled.values()
             for place, shock in pooled if shock.caught_week >= 26})
        for seed in range(0, 400, 20)
    )  # fmt: skip
    assert told / (20 * (WEEKS - 26) / 52) <= 2 * 0.2, "two places, each with its part of the stations' budget"


def test_one_station_that_changes_is_its_own_shock_and_not_its_circles() -> None:
    counts = registered(7)
    for each in counts.values():
        each[2, STEP - 10 :] *= 4
    watched = watch(counts, area())
    assert any(shock.kind == STEP_UP for shock in watched.own["head1"][2])
    assert not any(place.name == "Circle A" and shock.end_week > STEP - 10 for place, shock in watched.pooled["head1"])


def test_it_says_what_it_would_see_of_each_station_and_circle() -> None:
    watched = watch(registered(3), area())
    by_name = {row["station"]: row for row in watched.sight}
    assert len(by_name) == STATIONS + 1, "every station and the circle; of the whole area its season hides too much"
    one, circle = by_name["PS 0"], by_name["Circle A"]
    assert 18 < one["a_week"] < 22 and circle["a_week"] > 5 * one["a_week"] and circle["stations"] == len(CIRCLE)
    assert 5 <= one["seen_of_100"] < 40 < circle["seen_of_100"]
    assert one["least_percent"] > circle["least_percent"] > 20
    assert watch(registered(3, level=0.0), area()).sight[0]["least_percent"] is None


def test_an_area_whose_stations_are_not_drawn_is_told_as_no_station(app: APIFlask) -> None:
    counts = {head: each.sum(axis=0, keepdims=True) for head, each in registered(3).items()}
    whole = watching.Stations((("Town", "شہر"),), np.zeros(0, dtype=np.int64))
    (row,) = watch(counts, whole).sight
    assert (row["station"], row["stations"]) == ("Town", 0)
    by_station = watch(registered(3), area()).sight
    for language, unwatched in (("en", "It was not watched by station."), ("ur", "اسے تھانہ وار نہیں دیکھا گیا۔")):
        with app.test_request_context(), force_locale(language):
            assert card_words._sight([row]) == [unwatched]
            assert unwatched not in card_words._sight(by_station), "the control"
