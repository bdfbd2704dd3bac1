"""The thin thread: a FIR file with coordinates goes in, and its mass is in the tables."""

from pathlib import Path

from apiflask import APIFlask
from sqlalchemy import text
from sqlalchemy.orm import Session

from app.ingest.service import ingest_file

FILE = """station,year,number,sections,occurred_from,occurred_to,reported_at,entered_at,place,lat,lon,complainant_name,complainant_cnic
PK-PB-LHR-GULBERG,2026,604/26,392 PPC,2026-11-02 21:30,,2026-11-02 22:10,2026-11-02 22:40,Main Boulevard,31.511,74.351,Test Person,35202-1234567-1
Gulberg,2026,605,457/380 PPC,2026-11-02,2026-11-03,,,Liberty,31.512,74.352,,
"""  # noqa: E501


def test_firs_become_mass(app: APIFlask, worker: Session, tmp_path: Path) -> None:
    path = tmp_path / "fir.csv"
    path.write_text(FILE)
    with app.app_context():
        first = ingest_file("fir", path)
        again = ingest_file("fir", path)
    assert first[1:] == (2, 2, 0, 0, 2, 0)
    assert again[1:] == (2, 0, 2, 0, 0, 0)
    rows = worker.execute(
        text(
            "SELECT r.key, m.resolution, m.cell_upto, f.method FROM record r JOIN fix f ON f.record_id = r.id JOIN mass m ON m.fix_id = f.id ORDER BY r.key"  # noqa: E501
        )
    ).all()
    assert [row.key for row in rows] == ["PK-PB-LHR-GULBERG/2026/604", "PK-PB-LHR-GULBERG/2026/605"]
    assert {row.method for row in rows} == {"coordinates"}
    assert worker.execute(text("SELECT sum(u) FROM rollup_delta, unnest(masses) u")).scalar() == 2_000_000
