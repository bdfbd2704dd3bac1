"""/forecasts: the scoreboard, and the page of one run with its card.  No number is read here: the pages ask the API."""

from flask import render_template

from app.policy import Permission, allows


@allows(Permission.SEE_FORECASTS)
def scoreboard() -> str:
    """Whoever sees forecasts; the scoreboard, which draws itself from its address."""
    return render_template("forecasts/scoreboard.html")


@allows(Permission.SEE_FORECASTS)
def run(run_id: int) -> str:
    """Whoever sees forecasts; the frame of a run's page: its cells, what they rest on, and its card."""
    return render_template("forecasts/run.html", run_id=run_id)
