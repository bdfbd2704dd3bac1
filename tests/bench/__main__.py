"""`make bench`: every benchmark, one table.  Speeds are ratios to the bare engine in the same run."""

from tests.bench import bench_desks, bench_forecasting, bench_geocoding, bench_ingest, bench_live, bench_tiles


def main() -> None:
    """Run every bench and print its rows."""
    for title, bench in (
        ("Ingest", bench_ingest),
        ("Geocoding", bench_geocoding),
        ("Tiles", bench_tiles),
        ("Forecasts", bench_forecasting),
        ("Live", bench_live),
        ("Desks", bench_desks),
    ):
        print(f"\n## {title}")
        bench.report()


if __name__ == "__main__":
    main()
