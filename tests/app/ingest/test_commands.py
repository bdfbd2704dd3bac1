"""`flask ingest ...` from end to end, and that every reason has words."""

import json
import re
from pathlib import Path

from apiflask import APIFlask
from sqlalchemy.orm import Session

from app.ingest.messages import FILES, ROWS, sentences
from app.settings import ROOT
from tests.app.ingest.test_loading import FIR, NEW


def test_commands(app: APIFlask, worker: Session, tmp_path: Path) -> None:
    run = app.test_cli_runner().invoke
    path = tmp_path / "fir.csv"
    path.write_text("\n".join([FIR, NEW.format(1), NEW.format(2).replace("392 PPC", "nonsense")]) + "\n")
    done = run(args=["ingest", "fir", str(path), "--json", "--source", "psrms"])
    assert done.exit_code == 0, done.output
    counts = json.loads(done.output)
    assert list(counts) == ["delivery", "received", "accepted", "duplicate", "quarantined", "placed", "unplaced"]
    assert counts["accepted"] == counts["quarantined"] == 1
    listed = run(args=["ingest", "quarantine", "list", "--delivery", str(counts["delivery"])]).output
    assert "line 3, sections" in listed and "35202" not in listed
    mend = tmp_path / "mend.csv"
    assert run(args=["ingest", "quarantine", "export", str(mend), "--delivery", str(counts["delivery"])]).exit_code == 0
    mend.write_text(mend.read_text("utf-8-sig").replace("nonsense", "379 PPC"))
    replayed = run(args=["ingest", "quarantine", "replay", str(mend), "--delivery", str(counts["delivery"]), "--json"])
    assert json.loads(replayed.output)["accepted"] == 1
    assert run(args=["ingest", "quarantine", "list"]).output == ""
    assert "1 duplicate" in run(args=["ingest", "fir", str(path)]).output
    refused = run(args=["ingest", "complaint", str(path)])
    assert refused.exit_code == 1 and "The heading lacks tag" in refused.output


def test_every_code_has_words_in_both_languages() -> None:
    code = "\n".join(
        path.read_text("utf-8") for path in [*(ROOT / "app/ingest").glob("*.py"), ROOT / "app/geocode/units.py"]
    )
    raised = set(re.findall(r"(?:BadValue|FileRefused|UnitNotFound)\(\s*\"([a-z_]+)\"", code))
    raised |= set(re.findall(r"code = \"([a-z_]+)\"", code))
    assert len(raised) > 40
    assert not sorted(raised - set(ROWS) - set(FILES))
    params = {
        name: "1" for text in (*ROWS.values(), *FILES.values()) for name in re.findall(r"%\((\w+)\)s", "".join(text))
    }
    for known in (*ROWS, *FILES):
        english, urdu = sentences(known, params)
        assert known not in (english, urdu) and english != urdu
