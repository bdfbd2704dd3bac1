"""The shipped files: what is credited, what is kept apart, what must never be loaded."""

from __future__ import annotations

from app.reference import files
from app.reference.files import DATA


def test_every_file_is_named_in_the_readme() -> None:
    """No file lies in data/ without a word on its source and licence."""
    for path in DATA.rglob("*"):
        if (
            path.is_file()
            and path.parent.name not in {"rules", "jurisdiction"}
            and path.name not in {"README.md", "sources.csv"}
        ):
            readmes = [folder / "README.md" for folder in (path.parent, DATA) if (folder / "README.md").exists()]
            assert any(path.name in readme.read_text(encoding="utf-8") for readme in readmes), path


def test_data_stays_small() -> None:
    """A clone stays quick."""
    assert sum(path.stat().st_size for path in DATA.rglob("*") if path.is_file()) < 16_000_000


def test_geocoder_truth_is_read_by_no_loader() -> None:
    """The geocoder's test set is in no module that loads or generates."""
    root = DATA.parent / "app"
    for folder in ("reference", "demo"):
        for path in (root / folder).glob("*.py"):
            assert "geocoding-dev" not in path.read_text(encoding="utf-8"), path


def test_boundaries_and_codes_match() -> None:
    """Each of the 156 districts has one code of three letters."""
    rows = list(files.table("jurisdiction/district_codes.csv"))
    assert {row["district_id"] for row in rows} == {row["id"] for row, _ in files.boundaries("districts")}
    assert len({row["code"] for row in rows}) == 156
