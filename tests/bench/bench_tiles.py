"""City tiles of the demonstration under row-level security, beside the bare aggregate and beside drawing from points.

Needs the demonstration (`make run` loads it).  Run: ``python -m tests.bench.bench_tiles``.
"""

import random
import statistics
import time
from datetime import UTC, datetime, timedelta

from sqlalchemy import text
from sqlalchemy.orm import Session

from app.access import service as access
from app.db.named import sql
from app.db.session import database, worker_session
from app.factory import create_app
from app.records.filters import Filter, level_of, parse_window, range_binds
from app.tiles.service import cell_ranges
from spatial import tiles

LAHORE = (31.5497, 74.3436)
#: The same answer without any rollup: every record's cells, expanded.
FROM_POINTS = text("""
  SELECT cell_parent(a.cell, :resolution), sum(a.mass) FROM mass m
  CROSS JOIN LATERAL mass_atoms(m.cells, m.cell_upto, m.shifts, m.shift_mass) AS a
  WHERE m.known_until IS NULL AND m.resolution >= :resolution AND m.shifts && int4range(:first, :end)
    AND a.shift >= :first AND a.shift < :end
  GROUP BY 1
""")


def requests(count: int) -> list[tuple[int, int, int, str, str | None]]:
    """Give (z, x, y, window, heads) as a control room would ask for them: about Lahore, at city zooms."""
    rng = random.Random(5)
    found = []
    today = datetime.now(UTC).date()
    for _ in range(count):
        z = rng.choice([10, 11, 12, 13, 14])
        _, x, y = tiles.tile_of(LAHORE[0] + rng.uniform(-0.08, 0.08), LAHORE[1] + rng.uniform(-0.1, 0.1), z)
        end = today - timedelta(days=rng.randrange(0, 300))
        window = f"{end - timedelta(days=rng.choice([7, 28, 90, 365, 1000]))}..{end}"
        found.append((z, x, y, window, rng.choice([None, "robbery", "burglary,theft"])))
    return found


def percentiles(seconds: list[float]) -> tuple[float, float]:
    """Give p50 and p95 in milliseconds."""
    cut = statistics.quantiles(seconds, n=20)
    return statistics.median(seconds) * 1000, cut[18] * 1000


def report(count: int = 200) -> None:
    """Print p50 and p95 of the tile, of the bare aggregate and of drawing from points."""
    app = create_app()
    with app.app_context():
        with worker_session() as session:
            account = access.create_account(session, f"bench-{time.time_ns()}", "commander", ["PK"])
            token = access.make_token(session, account.id)
        wanted = requests(count)
        client = app.test_client()
        header = {"Authorization": f"Bearer {token}"}
        tile, bare, points = [], [], []
        with Session(database().engine("owner")) as owner:
            for number, (z, x, y, window, heads) in enumerate(wanted):
                query = {"window": window} | ({"heads": heads} if heads else {})
                begun = time.perf_counter()
                answer = client.get(f"/tiles/cells/{z}/{x}/{y}.mvt", query_string=query, headers=header)
                if number >= 20:  # the first ones warm the caches
                    tile.append(time.perf_counter() - begun)
                if answer.status_code not in (200, 204):
                    raise SystemExit(answer.get_data(as_text=True))
                resolution = tiles.resolution_for_zoom(z)
                ranges = cell_ranges(z, x, y, resolution)
                parsed = Filter(window=parse_window(window))
                begun = time.perf_counter()
                owner.execute(
                    sql("records.weighed"),
                    parsed.binds()
                    | parsed.window.weeks()
                    | range_binds((level_of(resolution), low, high) for low, high in ranges),
                ).all()
                if number >= 20:
                    bare.append(time.perf_counter() - begun)
                if number % 10 == 0:
                    begun = time.perf_counter()
                    owner.execute(
                        FROM_POINTS,
                        {"resolution": resolution, "first": parsed.window.first, "end": parsed.window.end},
                    ).all()
                    points.append(time.perf_counter() - begun)
        with worker_session() as session:
            access.disable_account(session, account.id)
    for words, seconds in (("city tile over HTTP, under RLS", tile), ("bare aggregate, owner", bare),
                           ("the same from points, owner", points)):  # fmt: skip
        p50, p95 = percentiles(seconds)
        print(f"{words:34} p50 {p50:7.1f} ms   p95 {p95:7.1f} ms   n {len(seconds)}")
    print(f"{'p95 ratio tile/bare (reach 2 + 15 ms)':34} {percentiles(tile)[1] / percentiles(bare)[1]:6.2f}")


if __name__ == "__main__":
    report()
