"""Accounts: made and disabled from the command line and by administrators, who keep their own jurisdiction only."""

import json

import pytest
from apiflask import APIFlask
from flask.testing import FlaskClient
from sqlalchemy import text
from sqlalchemy.orm import Session

from app.access import service
from app.access.passwords import WeakPassphrase
from app.errors import BadRequest, Conflict, Forbidden, NotFound
from app.factory import create_app
from app.secrets import MissingSecret
from app.settings import Settings
from tests import factories
from tests.reference_set import CLIFTON, GULBERG


def run(app: APIFlask, *words: str, stdin: str | None = None):
    return app.test_cli_runner().invoke(args=["users", *words], input=stdin)


def test_the_command_line_makes_an_account_and_a_token_that_works(app: APIFlask, client: FlaskClient) -> None:
    made = run(app, "add", "officer.one", "--role", "station", "--jurisdiction", GULBERG)
    assert made.exit_code == 0, made.output
    assert len(made.stdout.strip().splitlines()[-1]) >= 15
    token = run(app, "token", "officer.one", "--days", "1").stdout.strip().splitlines()[-1]
    seen = client.get("/api/session", headers={"Authorization": f"Bearer {token}"}).get_json()
    assert seen["user"]["name"] == "officer.one" and seen["csrf_token"] is None
    assert "officer.one" in run(app, "list").stdout
    assert run(app, "disable", "officer.one").exit_code == 0
    assert client.get("/api/session", headers={"Authorization": f"Bearer {token}"}).status_code == 401
    assert "disabled" in run(app, "list").stdout


def test_the_command_line_says_what_is_wrong(app: APIFlask) -> None:
    assert (
        "no jurisdiction PK-XX" in run(app, "add", "officer.two", "--role", "station", "--jurisdiction", "PK-XX").output
    )
    assert "no account nobody" in run(app, "token", "nobody").output
    weak = run(
        app, "add", "officer.two", "--role", "station", "--jurisdiction", "PK", "--password-stdin", stdin="short\n"
    )
    assert weak.exit_code != 0 and "15 characters" in weak.output
    assert "officer.two" not in run(app, "list").stdout


@pytest.mark.parametrize(
    ("name", "role", "codes", "password", "error"),
    [
        ("Capital", "station", [GULBERG], None, BadRequest),
        ("x", "station", [GULBERG], None, BadRequest),
        ("officer", "emperor", [GULBERG], None, BadRequest),
        ("officer", "station", [], None, BadRequest),
        ("officer", "station", [GULBERG, "PK-NOWHERE"], None, NotFound),
        ("officer", "station", [GULBERG], "short", WeakPassphrase),
    ],
)
def test_what_cannot_be_an_account_is_refused(
    worker: Session, name: str, role: str, codes: list[str], password: str | None, error: type[Exception]
) -> None:
    with pytest.raises(error):
        service.create_account(worker, name, role, codes, password)


def test_a_name_is_taken_once(worker: Session) -> None:
    service.create_account(worker, "taken", "station", [GULBERG])
    with pytest.raises(Conflict):
        service.create_account(worker, "taken", "planner", [GULBERG])


def test_an_administrator_keeps_the_accounts_below_and_no_other(client: FlaskClient, sign_in, worker: Session) -> None:
    signed = sign_in(client, "admin", "PK-PB")
    own = factories.account(worker, "station", GULBERG)
    foreign = factories.account(worker, "station", CLIFTON)
    above = factories.account(worker, "commander", "PK")
    listed = {row["id"] for row in client.get("/api/accounts").get_json()["accounts"]}
    assert own in listed and not {foreign, above} & listed
    for deed in ("disable", "enable", "release"):
        assert client.post(f"/api/accounts/{own}/{deed}", headers=signed.csrf).status_code == 200
        for other in (foreign, above, 1 << 62, 1 << 80):
            assert client.post(f"/api/accounts/{other}/{deed}", headers=signed.csrf).status_code == 404
    assert client.post(f"/api/accounts/{signed.account_id}/disable", headers=signed.csrf).status_code == 404
    lines = worker.execute(
        text("SELECT action, account_id FROM audit.entry WHERE object_id = :id AND account_id IS NOT NULL ORDER BY id"),
        {"id": own},
    ).all()
    deeds = ["account_disabled", "account_enabled", "account_released"]
    assert [tuple(line) for line in lines] == [(deed, signed.account_id) for deed in deeds]


def test_an_administrator_disables_at_once(client: FlaskClient, sign_in) -> None:
    other = client.application.test_client()
    officer = sign_in(other, "station", GULBERG)
    admin = sign_in(client, "admin", "PK-PB")
    assert other.get("/api/session").status_code == 200
    client.post(f"/api/accounts/{officer.account_id}/disable", headers=admin.csrf)
    assert other.get("/api/session").status_code == 401


def test_nobody_else_keeps_accounts_not_even_in_the_database(
    client: FlaskClient, sign_in, app: APIFlask, token
) -> None:
    sign_in(client, "commander", "PK")
    assert client.get("/api/accounts").status_code == 403
    with app.extensions["naqsha.database"].engine("app").connect() as connection:
        connection.execute(text("SELECT access.open_scope(:token)"), {"token": token("commander", "PK")})
        assert connection.execute(text("SELECT count(*) FROM access.kept_accounts()")).scalar_one() == 0
        assert connection.execute(text("SELECT access.set_disabled(1, true)")).scalar_one() is False


KEYS = {"secret_key": "x" * 40, "data_key": "eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHh4eHg="}


@pytest.mark.parametrize("missing", [("secret_key",), ("data_key",), ("secret_key", "data_key")])
def test_production_starts_with_no_secret_missing(settings: Settings, missing: tuple[str, ...]) -> None:
    given = {name: None if name in missing else value for name, value in KEYS.items()}
    with pytest.raises(MissingSecret) as said:
        create_app(Settings(**settings.model_dump() | {"env": "production"} | given))
    assert all(name.upper() in str(said.value) for name in missing)


def test_production_refuses_the_demonstration(settings: Settings, app: APIFlask, worker: Session) -> None:
    with app.app_context():
        demo = service.create_account(worker, "control", "control", ["PK-PB-LHR"], is_demo=True)
        token = service.make_token(worker, demo.id)
        worker.commit()
    headers = {"Authorization": f"Bearer {token}"}
    assert app.test_client().get("/api/session", headers=headers).status_code == 200
    production = create_app(Settings(**settings.model_dump() | {"env": "production"} | KEYS))
    try:
        with production.app_context(), pytest.raises(Forbidden):
            service.create_account(worker, "planner", "planner", ["PK-PB-LHR"], is_demo=True)
        client = production.test_client()
        assert client.get("/api/session", headers=headers).status_code == 401, "its token opens nothing"
        page = client.get("/sign-in", base_url="https://naqsha.example")
        assert "data-name" not in page.text
        csrf = page.text.split('name="csrf_token" value="')[1].split('"')[0]
        answer = client.post(
            "/sign-in",
            data={"name": "control", "password": demo.passphrase, "csrf_token": csrf},
            base_url="https://naqsha.example",
            headers={"Referer": "https://naqsha.example/sign-in"},
        )
        assert answer.status_code == 401, "nor does its passphrase"
        assert all("Secure" in header for header in page.headers.getlist("Set-Cookie"))
    finally:
        production.extensions["naqsha.database"].dispose()


def test_the_application_answers_who_is_signed_in_as_pages_read_it(
    client: FlaskClient, sign_in, worker: Session
) -> None:
    factories.record(worker, "fir", GULBERG)
    worker.commit()
    sign_in(client, "commander", "PK")
    seen = client.get("/api/session").get_json()
    assert set(seen) == {"user", "permissions", "csrf_token", "synthetic", "data_to", "forecasting"}
    assert seen["data_to"].startswith("2026-11-02T13:00:00")
    json.dumps(seen)
    sign_in(client, "station", CLIFTON)
    assert client.get("/api/session").get_json()["data_to"] is None, "of another station nothing is told"
