"""The command end to end on a made-up city: report, predictions, table and refusals."""

import csv
import gzip
import json
import math
import subprocess
import sys
from datetime import date, timedelta

import numpy as np
import pytest
from scipy import stats

from forecasting.artifact import json_hash
from forecasting.command import main
from forecasting.registry import ONE_HEAD
from spatial import cells as h3_cells

START = date(2025, 1, 6)
#: The plainest method and the most involved one: where every method would only cost time.
FEW = ("last_year", "stack")


@pytest.fixture(scope="module")
def files(tmp_path_factory, area):
    """A year and a half of two categories in a file, and a study area of some of its cells."""
    folder = tmp_path_factory.mktemp("city")
    random = np.random.default_rng(0)
    rate = random.gamma(0.5, 0.4, size=len(area))
    lines = ["id,occurred_at,category,lat,lon"]
    for category, level in (("robbery", 1.0), ("theft", 0.5)):
        for cell, week in np.argwhere(random.poisson(level * rate[:, None], size=(len(area), 78)) > 0):
            day = START + timedelta(days=int(7 * week + random.integers(7)))
            lat, lon = h3_cells.centre(int(area.cells[cell]))
            lines.append(f"{len(lines)},{day}T{random.integers(24):02}:30:00,{category},{lat:.6f},{lon:.6f}")
    (folder / "incidents.csv").write_text("\n".join(lines) + "\n")
    (folder / "incidents.csv.gz").write_bytes(gzip.compress((folder / "incidents.csv").read_bytes()))
    cells = "\n".join(h3_cells.to_hex(int(cell)) for cell in area.cells[:100])
    (folder / "cells.csv").write_text(f"cell\n{cells}\n")
    return folder


def run(files, *more: str) -> dict:
    """Run the command over eight weeks and read its report."""
    out = files / "report.json"
    assert main(["backtest", str(files / "incidents.csv.gz"), "--out", str(out), "--weeks", "8", *more]) == 0
    return json.loads(out.read_text())


def without_cost(report: dict) -> dict:
    """The report without what differs from run to run."""
    for result in report["categories"].values():
        del result["seconds_to_choose"]
        for scores in result["methods"].values():
            del scores["seconds"], scores["peak_mib"]
    return report


def test_report_has_what_it_promises(files, capsys):
    report = run(files)
    assert set(report["categories"]) == {"robbery", "theft"}
    assert report["area"]["derived"]
    assert "derived" in report["area"]["says"]
    for result in report["categories"].values():
        assert list(result["methods"]) == sorted([*ONE_HEAD, "published"])
        assert result["weeks"][0] == "2026-05-11"
        assert len(result["weeks"]) == 8
        for scores in result["methods"].values():
            for name in ("hit_rate", "pai", "pei"):
                assert set(scores[name]) == {"0.01", "0.02", "0.05", "0.1"}
            for name in ("poisson_deviance", "log_score", "crps", "coverage_90", "seconds", "peak_mib"):
                assert scores[name] > 0
            assert len(scores["by_week"]) == 8
            assert scores["calibration"]
        differences = result["differences"]
        assert len(differences) == 3 * math.comb(len(ONE_HEAD), 2)
        assert all(item["low"] <= item["difference"] <= item["high"] for item in differences)
        assert all(len(item["by_week"]) == 8 for item in differences)
        assert result["published"]["method"] in ONE_HEAD
        assert max(result["published"]["chosen_on_weeks"]) < result["weeks"][0]
        assert result["card"]["method"] == result["published"]["method"]
        assert result["card"]["expires_on"] == "2026-10-03"
        assert len(result["data"]["data_hash"]) == 64
    shown = capsys.readouterr().out
    assert "published = " in shown
    assert "Study area: derived" in shown


def test_two_runs_give_the_same_bytes_whatever_the_jobs(files):
    one, other = (without_cost(run(files, "--jobs", jobs, "--methods", *FEW)) for jobs in ("1", "2"))
    assert one == other
    stated = one.pop("report_hash")
    assert json_hash(one) == stated, "the hash can be worked out from the report"


def test_predictions_can_be_scored_by_anyone(files):
    path = files / "predictions.csv.gz"
    report = run(
        files, "--category", "robbery", "--predictions", str(path), "--test-start", "2026-05-11", "--methods", *FEW
    )
    with gzip.open(path, "rt", newline="") as file:
        rows = list(csv.DictReader(file))
    assert list(rows[0]) == ["category", "method", "week_start", "cell", "rate", "low", "high", "family", "dispersion"]
    assert len(rows) == report["area"]["cells"] * 8 * (len(FEW) + 1)
    assert {row["method"] for row in rows} == {*FEW, "published"}
    assert {row["week_start"] for row in rows} == set(report["categories"]["robbery"]["weeks"])
    assert not list(files.glob(".predictions*")), "no part is left behind"
    counts: dict[tuple[str, str], int] = {}
    with (files / "incidents.csv").open(newline="") as file:
        for row in csv.DictReader(file):
            day = date.fromisoformat(row["occurred_at"][:10])
            week = day - timedelta(days=day.weekday())
            cell = h3_cells.to_hex(h3_cells.cell_of(float(row["lat"]), float(row["lon"]), 9))
            if row["category"] == "robbery":
                counts[str(week), cell] = counts.get((str(week), cell), 0) + 1
    for method in (*FEW, "published"):
        mine = [row for row in rows if row["method"] == method]
        observed = np.array([counts.get((row["week_start"], row["cell"]), 0) for row in mine])
        rate = np.array([float(row["rate"]) for row in mine])
        dispersion = np.array([float(row["dispersion"]) for row in mine])
        assert {row["family"] for row in mine} == {"negative_binomial" if dispersion.any() else "poisson"}
        if dispersion.any():
            log = stats.nbinom.logpmf(observed, 1 / dispersion, 1 / (1 + dispersion * rate))
        else:
            log = stats.poisson.logpmf(observed, rate)
        stated = report["categories"]["robbery"]["methods"][method]
        assert -log.mean() == pytest.approx(stated["log_score"], rel=1e-6)
        assert rate.sum() / observed.sum() == pytest.approx(stated["expected_over_observed"], rel=1e-6)


def test_plain_predictions_are_plain(files):
    path = files / "predictions.csv"
    run(files, "--category", "theft", "--predictions", str(path), "--methods", "last_year")
    assert path.read_text().startswith("category,method,week_start,")


def test_given_area_is_joined_by_cells_with_earlier_incidents(files):
    report = run(files, "--cells", str(files / "cells.csv"), "--category", "theft", "--methods", "last_year")
    assert not report["area"]["derived"]
    assert report["area"]["cells"] >= 100
    result = report["categories"]["theft"]
    assert set(result["methods"]) == {"last_year", "published"}
    assert result["published"]["method"] == "last_year"


def test_coarser_cells(files):
    assert run(files, "--resolution", "8", "--methods", "last_year")["area"]["cells"] < 40


def test_weeks_start_where_the_test_starts(files):
    report = run(files, "--test-start", "2026-05-13", "--methods", "last_year")
    assert report["week_starts_on"] == "Wednesday"
    assert report["categories"]["theft"]["weeks"][:2] == ["2026-05-13", "2026-05-20"]


def test_late_registrations_are_replayed(files, area):
    text = (files / "incidents.csv").read_text().splitlines()
    cell = h3_cells.centre(int(area.cells[0]))
    late = [f"late{number},2026-04-01,theft,{cell[0]},{cell[1]},2026-06-20" for number in range(200)]
    known = files / "known.csv"
    known.write_text("\n".join([f"{text[0]},known_at", *(f"{line}," for line in text[1:]), *late]) + "\n")
    predictions = files / "late.csv"
    arguments = ["--out", str(files / "late.json"), "--weeks", "8", "--methods", "last_year"]
    arguments += ["--category", "theft", "--predictions", str(predictions)]
    assert main(["backtest", str(known), *arguments]) == 0
    with predictions.open(newline="") as file:
        rates = {
            row["week_start"]: float(row["rate"])
            for row in csv.DictReader(file)
            if row["cell"] == h3_cells.to_hex(int(area.cells[0])) and row["method"] == "published"
        }
    assert rates["2026-06-15"] < 1, "registered on 20 June: unknown when the week of 15 June began"
    assert rates["2026-06-22"] > 2


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--category", "piracy"], "no incident of category piracy; there are: robbery, theft"),
        (["--methods", "crystal_ball"], "no method 'crystal_ball'; there are: last_year"),
        (["--test-start", "2025-01-06"], "no week before it"),
        (["--test-start", "2027-01-04"], "no whole week from 2027-01-04"),
        (["--weeks", "200"], "no week before it"),
        (["--weeks", "0"], "at least 1"),
        (["--cells", "/nowhere/cells.csv"], "No such file"),
    ],
)
def test_what_cannot_be_done_is_said_in_one_line(files, capsys, arguments, says):
    options = ["backtest", str(files / "incidents.csv"), "--out", str(files / "r.json"), *arguments]
    assert main(options) == 2
    error = capsys.readouterr().err
    assert says in error
    assert error.startswith("forecasting: ")
    assert error.count("\n") == 1


def test_as_a_module(files):
    done = subprocess.run(
        [sys.executable, "-m", "forecasting", "backtest", "nowhere.csv", "--out", "r.json"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert done.stderr == "forecasting: nowhere.csv: No such file or directory\n"
