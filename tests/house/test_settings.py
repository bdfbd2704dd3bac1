"""Every setting stands in three places with the same name: the class, .env.example and docs/settings.md."""

import re
from pathlib import Path

from app.settings import Settings

ROOT = Path(__file__).resolve().parents[2]
NAMES = {f"NAQSHA_{name.upper()}" for name in Settings.model_fields}


def _names_in(path: Path) -> set[str]:
    return set(re.findall(r"NAQSHA_[A-Z_]+", path.read_text(encoding="utf-8")))


def test_example_names_every_setting() -> None:
    assert _names_in(ROOT / ".env.example") == NAMES


def test_page_explains_every_setting() -> None:
    page = (ROOT / "docs" / "settings.md").read_text(encoding="utf-8")
    assert _names_in(ROOT / "docs" / "settings.md") == NAMES
    for name, field in Settings.model_fields.items():
        assert field.description and field.description in page, name


def test_no_secret_has_a_default() -> None:
    for name, field in Settings.model_fields.items():
        if "key" in name or "SecretStr" in str(field.annotation):
            assert field.default is None, name
