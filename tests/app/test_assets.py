"""What the browser loads: addresses that change with the content, all modules named ahead, nothing from outside."""

import gzip
import re
from pathlib import Path

import pytest
from apiflask import APIFlask
from flask.testing import FlaskClient

from app import assets


@pytest.fixture
def static(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give a folder of its own as static/."""
    folder = tmp_path / "static"
    (folder / "js").mkdir(parents=True)
    monkeypatch.setattr(assets, "STATIC", folder)
    return folder


def test_an_address_changes_with_the_file(app: APIFlask, static: Path) -> None:
    file = static / "js" / "a.js"
    file.write_text("export const a = 1;")
    with app.test_request_context():
        before = assets.address("js/a.js")
        file.write_text("export const a = 22;")
        assert re.fullmatch(r"/static/js/a\.js\?v=[0-9a-f]{12}", before) and assets.address("js/a.js") != before


def test_only_the_right_address_is_kept_for_a_year(app: APIFlask, client: FlaskClient, static: Path) -> None:
    (static / "js" / "a.js").write_text("export const a = 1;")
    with app.test_request_context():
        address = assets.address("js/a.js")
    assert "immutable" in client.get(address).headers["Cache-Control"]
    for other in ("/static/js/a.js", "/static/js/a.js?v=000000000000"):
        assert "immutable" not in client.get(other).headers["Cache-Control"]
    etag = client.get(address).headers["ETag"]
    assert client.get(address, headers={"If-None-Match": etag}).status_code == 304


def test_text_is_packed_for_who_unpacks(client: FlaskClient, static: Path) -> None:
    text = "export const a = 1;\n" * 100
    (static / "js" / "a.js").write_text(text)
    packed = client.get("/static/js/a.js", headers={"Accept-Encoding": "gzip, br"})
    assert packed.headers["Content-Encoding"] == "gzip" and gzip.decompress(packed.data).decode() == text
    plain = client.get("/static/js/a.js", headers={"Accept-Encoding": "identity"})
    assert "Content-Encoding" not in plain.headers and plain.get_data(as_text=True) == text
    assert packed.headers["ETag"] != plain.headers["ETag"]
    assert all("Accept-Encoding" in each.headers["Vary"] for each in (packed, plain))
    assert packed.mimetype == "text/javascript"


@pytest.mark.parametrize(
    "path", ["../secret.txt", "js/../../secret.txt", "%2e%2e/secret.txt", "/etc/passwd", "js", "js/none.js", "a\x00b"]
)
def test_nothing_outside_is_given(client: FlaskClient, static: Path, path: str) -> None:
    (static.parent / "secret.txt").write_text("secret")
    answer = client.get(f"/static/{path}")
    assert answer.status_code in (308, 400, 404, 422) and b"secret" not in answer.data


def test_every_module_is_named_once_however_deep(app: APIFlask, static: Path) -> None:
    (static / "js" / "page.js").write_text(
        'import { a } from "./a.js";\nimport {\n  b,\n} from "./b.js";\nimport * as maplibre from "maplibre-gl";\n'
        'import "./a.js";\n// import "./comment.js" stands in a comment\nconst later = () => import("./later.js");\n'
    )
    (static / "js" / "a.js").write_text('export { b } from "./b.js";')
    (static / "js" / "b.js").write_text('import "./page.js"; // a circle ends')
    with app.test_request_context():
        found = assets.modules("js/page.js")
    assert sorted(found) == ["js/a.js", "js/b.js", "js/page.js", "vendor/maplibre-gl/maplibre-gl.mjs"]


def test_the_pages_name_modules_that_there_are(app: APIFlask) -> None:
    entries = re.findall(
        r"{% block entry %}(\S+?){% endblock %}",
        "".join(path.read_text() for path in (Path(app.root_path) / "templates").rglob("*.html")),
    )
    assert len(entries) > 8
    with app.test_request_context():
        for entry in entries:
            for module in assets.modules(entry):
                assert "?v=" in assets.address(module), f"{entry} needs {module}, which is not there"
        mapped = assets.import_map()["imports"]
    # Both names of a module lead to one address: else the browser would run it twice, each with a state of its own.
    assert mapped["/static/js/state.js"].startswith("/static/js/state.js?v=")
