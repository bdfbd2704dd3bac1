"""The point process of the demonstration: where and when things happen, week by week, in memory that does not grow.

Background events fall about anchors of uneven heat; each may set off others near and soon after (a self-exciting
process); then each is reported and entered late. docs/demo.md says it in words.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from app.demo.places import Floats, Ints, World, moved
from app.demo.rhythm import GROUPS, NEAR_DAYS, NEAR_M, OFFSPRING, SPECS, day_weights, hour_profiles, is_ramzan

HOUR = 1 / 24
MAX_DELAY_DAYS = 150.0
GROUP_OF = np.array([GROUPS.index(spec.group) for spec in SPECS])
_OFFSPRING = np.array([OFFSPRING.get(spec.group, 0.0) for spec in SPECS])

# Share of neighbourhoods, landmarks and villages among the places of each group.
_KINDS = ("neighbourhood", "landmark", "village")
_MIX = {
    "street": (0.50, 0.46, 0.04), "house": (0.76, 0.12, 0.12), "vehicle": (0.48, 0.48, 0.04),
    "violence": (0.66, 0.16, 0.18), "fraud": (0.45, 0.50, 0.05), "discovered": (0.64, 0.22, 0.14),
    "accident": (0.40, 0.35, 0.25), "sensitive": (0.70, 0.15, 0.15),
}  # fmt: skip
# How much more of a group a city has than its share.
_CITY = {("street", "K"): 1.5, ("vehicle", "K"): 1.25, ("house", "Lahore"): 1.15, ("fraud", "Lahore"): 1.2}


@dataclass(slots=True)
class Events:
    """Events as arrays of one length; times are days (with fraction) by local clock, as proleptic ordinals."""

    head: Ints
    time: Floats
    xy: Floats
    anchor: Ints
    district: Ints
    parent: NDArray[np.bool_]  # set off by another
    start: Floats
    end: Floats
    reported: Floats
    entered: Floats

    def take(self, which: NDArray[np.bool_] | Ints) -> Events:
        """Give some of the events."""
        return Events(*(getattr(self, f.name)[which] for f in fields(self)))

    def __len__(self) -> int:
        """Give how many events there are."""
        return len(self.head)


def joined(parts: list[Events]) -> Events:
    """Give several lots of events as one."""
    return Events(*(np.concatenate([getattr(part, f.name) for part in parts]) for f in fields(Events)))


class Process:
    """One seeded run of the process over a world: ``weeks`` gives what happens, a week at a time."""

    def __init__(self, world: World, shares: Floats, total: float, days: int, rng: np.random.Generator) -> None:
        self.world = world
        self.rng = rng
        per_day = total / days * shares / shares.sum()
        self.background = per_day * (1 - _OFFSPRING)
        self.reach = self._reach()
        self.waiting: list[Events] = []  # offspring of later weeks

    def _reach(self) -> Floats:
        # Cumulative over all anchors, a row a group: one draw gives both the district and the place in it.
        world, rows = self.world, []
        kinds = np.array([_KINDS.index(anchor.kind) for anchor in world.anchors])
        for group in GROUPS:
            # a log-Gaussian field on a gamma floor: a few places are hot, most are nearly cold
            heat = self.rng.gamma(0.5, 1.0, len(kinds)) * np.exp(self.rng.normal(0, 0.8, len(kinds)))
            for number, name in enumerate(world.districts):
                here = world.anchor_district == number
                city = "K" if name not in {"Lahore", "Islamabad", "Peshawar", "Quetta"} else name
                share = world.shares[number] * _CITY.get((group, city), 1.0)
                present = [m * bool((here & (kinds == k)).any()) for k, m in enumerate(_MIX[group])]
                for kind, part in enumerate(present):
                    own = here & (kinds == kind)
                    if part:
                        heat[own] *= share * part / sum(present) / heat[own].sum()
            rows.append(np.cumsum(heat) / heat.sum())
        return np.array(rows)

    def weeks(self, first: int, until: float) -> Iterator[tuple[int, Events]]:
        """Give (day after the week's last, its events) for each week from the day ``first`` to ``until``."""
        day = first
        while day < until:
            events = self._background(day)
            due = [lot.take(lot.time < day + 7) for lot in self.waiting]
            self.waiting = [later for lot in self.waiting if len(later := lot.take(lot.time >= day + 7))]
            lots, fresh = [events], joined([events, *due])
            lots = [fresh]
            while len(fresh):  # offspring of this week may have offspring in this week
                children = self._offspring(fresh)
                fresh = children.take(children.time < day + 7)
                if len(fresh):
                    lots.append(fresh)
                if len(later := children.take(children.time >= day + 7)):
                    self.waiting.append(later)
            day += 7
            yield day, self._written_down(joined(lots))

    def _background(self, first: int) -> Events:
        days = range(first, first + 7)
        rate = np.array([self.background * day_weights(day)[GROUP_OF] for day in days])
        count = self.rng.poisson(rate)
        head = np.repeat(np.tile(np.arange(len(SPECS)), 7), count.ravel())
        day = np.repeat(np.arange(first, first + 7), count.sum(axis=1))
        fasting = np.repeat([int(is_ramzan(d)) for d in days], count.sum(axis=1))
        profiles = hour_profiles()[fasting, GROUP_OF[head]]
        draw = self.rng.random(len(head))[:, None]
        hour = (draw > profiles).sum(axis=1)
        time = day + (np.minimum(hour, 23) + self.rng.random(len(head))) * HOUR
        anchor = np.empty(len(head), dtype=np.int64)
        for group in range(len(GROUPS)):
            own = GROUP_OF[head] == group
            anchor[own] = np.searchsorted(self.reach[group], self.rng.random(int(own.sum())))
        anchor = np.minimum(anchor, len(self.world.anchors) - 1)
        at = self.world.anchor_xy[anchor]
        gap = self.rng.normal(size=(len(head), 2)) * self.world.anchor_spread_m[anchor][:, None]
        district = self.world.anchor_district[anchor]
        xy = self.world.keep_inside(moved(at, gap[:, 0], gap[:, 1]), district, at)
        return self._bare(head, time, xy, anchor, district, np.zeros(len(head), dtype=bool))

    def _offspring(self, parents: Events) -> Events:
        count = self.rng.poisson(_OFFSPRING[parents.head])
        of = np.repeat(np.arange(len(parents)), count)
        distance = np.minimum(np.abs(self.rng.normal(0, 170.0, len(of))), NEAR_M - 1)
        angle = self.rng.random(len(of)) * 2 * np.pi
        days = np.minimum(np.ceil(self.rng.exponential(4.0, len(of))), NEAR_DAYS - 1)
        time = parents.time[of] + days + self.rng.normal(0, 1.5 * HOUR, len(of)).clip(-8 * HOUR, 8 * HOUR)
        at = parents.xy[of]
        xy = moved(at, distance * np.sin(angle), distance * np.cos(angle))
        xy = self.world.keep_inside(xy, parents.district[of], at)
        return self._bare(
            parents.head[of], time, xy, parents.anchor[of], parents.district[of], np.ones(len(of), dtype=bool)
        )

    def _bare(
        self, head: Ints, time: Floats, xy: Floats, anchor: Ints, district: Ints, parent: NDArray[np.bool_]
    ) -> Events:
        return Events(head, time, xy, anchor, district, parent, time, time, time, time)

    def _written_down(self, events: Events) -> Events:
        """Give the events with the span in which they are known to lie, and when they were reported and entered."""
        rng, n = self.rng, len(events)
        before, after = np.zeros(n), np.zeros(n)
        keys = np.array([spec.key for spec in SPECS])[events.head]
        dice = rng.random(n)
        night = (keys == "burglary") | (keys == "cattle_theft")
        away = night & (dice < 0.25)
        asleep = night & (dice >= 0.25) & (dice < 0.92)
        parked = (keys == "vehicle_theft") & (dice < 0.8)
        missed = (keys == "theft") & (dice < 0.6)
        for which, low, high in ((away, 8, 90), (asleep, 1, 5), (parked, 0.3, 5), (missed, 0.2, 9)):
            before[which] = rng.uniform(low, high, int(which.sum())) * HOUR
            after[which] = rng.uniform(low / 2, high / 2, int(which.sum())) * HOUR
        grain = np.where(before > 0, 96, 288)  # a span is told to the quarter, a moment to five minutes
        events.start = np.floor((events.time - before) * grain) / grain
        events.end = np.where(before > 0, np.ceil((events.time + after) * grain) / grain, events.start)
        median = np.array([spec.delay_hours for spec in SPECS])[events.head]
        sigma = np.array([spec.delay_sigma for spec in SPECS])[events.head]
        delay = np.minimum(np.exp(rng.normal(np.log(median), sigma)) * HOUR, MAX_DELAY_DAYS)
        events.reported = np.maximum(events.end, events.time) + delay
        events.entered = events.reported + np.minimum(np.exp(rng.normal(np.log(2.5), 1.2, n)) * HOUR, 45.0)
        return events
