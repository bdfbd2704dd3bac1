"""What a command says where something is missing: one line that tells what to do, never a traceback."""

from pathlib import Path

import pytest
from apiflask import APIFlask

from app.factory import create_app
from app.secrets import MissingSecret
from app.settings import Settings


def test_no_database_is_said_in_words(tmp_path: Path) -> None:
    here = create_app(Settings(env="test", instance=tmp_path, database_url=f"postgresql:///naqsha?host={tmp_path}"))
    for words in (["doctor"], ["db", "current"], ["users", "token", "chief"]):
        with here.app_context():
            answer = here.test_cli_runner().invoke(args=words)
        assert answer.exit_code == 1
        assert "The database does not answer" in answer.output, words
        assert "Traceback" not in answer.output


def test_another_refusal_keeps_its_traceback(app: APIFlask) -> None:
    answer = app.test_cli_runner().invoke(args=["db", "upgrade", "no_such_revision"])
    assert answer.exit_code == 1
    assert "The database does not answer" not in answer.output


def test_a_missing_secret_is_said_in_words(tmp_path: Path) -> None:
    with pytest.raises(MissingSecret) as said:
        create_app(Settings(env="production", instance=tmp_path))
    assert said.value.format_message() == (
        "Set NAQSHA_SECRET_KEY and NAQSHA_DATA_KEY: in production no secret has a default."
    )
