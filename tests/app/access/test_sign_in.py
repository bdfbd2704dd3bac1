"""Signing in by the form as a browser does, and every way in which a sign-in ends."""

import re
from pathlib import Path

import pytest
from apiflask import APIFlask
from flask.testing import FlaskClient
from sqlalchemy import text
from sqlalchemy.orm import Session

from app.access import passwords, service
from app.access.sign_in import local_path
from app.db.session import db_session
from app.factory import create_app
from app.policy import Permission
from app.settings import Settings
from tests import factories
from tests.reference_set import GULBERG

PASSPHRASE = "nine grey pigeons over Anarkali"


@pytest.fixture(scope="module")
def stored_hash() -> str:
    """Give one argon2 hash for the module: making them is slow on purpose."""
    return passwords.hash_of(PASSPHRASE)


@pytest.fixture
def name(worker: Session, stored_hash: str) -> str:
    """Give the name of a new account that has the passphrase."""
    account = factories.account(worker, "station")
    worker.execute(
        text("UPDATE access.account SET password_hash = :hash WHERE id = :id"), {"hash": stored_hash, "id": account}
    )
    worker.commit()
    return str(worker.execute(text("SELECT name FROM access.account WHERE id = :id"), {"id": account}).scalar_one())


def csrf_of(client: FlaskClient) -> str:
    found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', client.get("/sign-in").text)
    assert found
    return found[1]


def post(client: FlaskClient, name: str, password: str = PASSPHRASE, **form: str):
    data = {"name": name, "password": password, "csrf_token": csrf_of(client)} | form
    return client.post("/sign-in", data=data, query_string={})


def cookie(client: FlaskClient) -> str | None:
    found = client.get_cookie(service.COOKIE)
    return found.value if found else None


def test_the_right_passphrase_signs_in(client: FlaskClient, name: str) -> None:
    answer = post(client, name)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/")
    seen = client.get("/api/session").get_json()
    assert seen["user"]["name"] == name
    assert seen["user"]["jurisdiction"]["code"] == GULBERG
    assert seen["user"]["jurisdiction"]["bbox"] == pytest.approx([74.34, 31.50, 74.36, 31.52])
    assert "see_persons" in seen["permissions"] and "see_audit" not in seen["permissions"]
    assert seen["synthetic"] is False and seen["data_to"] is None and seen["forecasting"] is True


def test_the_cookie_is_kept_from_scripts_and_other_sites(client: FlaskClient, name: str) -> None:
    header = next(h for h in post(client, name).headers.getlist("Set-Cookie") if h.startswith(service.COOKIE))
    assert "HttpOnly" in header and "SameSite=Strict" in header and "Path=/" in header


def test_a_wrong_passphrase_an_unknown_name_and_no_name_say_the_same(client: FlaskClient, name: str) -> None:
    answers = [
        post(client, name, "wrong passphrase!"),
        post(client, "nobody-of-that-name"),
        post(client, "No Name\x00'"),
    ]
    assert {answer.status_code for answer in answers} == {401}
    said = [re.search(r'role="alert">(.*?)</p>', answer.text, re.DOTALL) for answer in answers]
    assert len({found[1] for found in said if found}) == 1 and all(said)
    assert cookie(client) is None


@pytest.mark.parametrize("known", [True, False])
def test_a_hash_is_verified_whether_or_not_the_name_is_known(
    client: FlaskClient, name: str, known: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No timing tells names apart: one argon2 verification in either path."""
    verified = []
    hasher = type(passwords._hasher)
    real = hasher.verify
    monkeypatch.setattr(hasher, "verify", lambda self, h, p: verified.append(h) or real(self, h, p))
    assert post(client, name if known else "nobody-of-that-name", "wrong passphrase!").status_code == 401
    assert len(verified) == 1 and verified[0].startswith("$argon2id$")


def test_a_token_of_before_is_never_kept(client: FlaskClient, name: str, worker: Session) -> None:
    """Session fixation: whoever planted a cookie does not share the session that the sign-in opens."""
    planted = "planted-token-of-an-attacker-0123456789"
    client.set_cookie(service.COOKIE, planted)
    post(client, name)
    first = cookie(client)
    assert first and first != planted
    form = {"name": name, "password": PASSPHRASE, "csrf_token": client.get("/api/session").get_json()["csrf_token"]}
    client.post("/sign-in", data=form)
    second = cookie(client)
    assert second and second != first
    thief = client.application.test_client()
    for old in (planted, first):
        thief.set_cookie(service.COOKIE, old)
        assert thief.get("/api/session").status_code == 401
    stored = worker.execute(text("SELECT token_hash FROM access.session")).scalars()
    assert second.encode() not in {bytes(one) for one in stored}


def test_signing_out_ends_the_session_on_the_server(client: FlaskClient, name: str) -> None:
    post(client, name)
    token = cookie(client)
    csrf = client.get("/api/session").get_json()["csrf_token"]
    assert client.post("/sign-out", data={"csrf_token": csrf}).headers["Location"] == "/sign-in"
    assert cookie(client) is None
    thief = client.application.test_client()
    thief.set_cookie(service.COOKIE, token)
    assert thief.get("/api/session").status_code == 401


def test_a_dead_cookie_is_taken_back(client: FlaskClient) -> None:
    client.set_cookie(service.COOKIE, "x" * 43)
    assert client.get("/api/session").status_code == 401
    assert cookie(client) is None


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE access.session SET seen_at = now() - interval '31 minutes' WHERE account_id = :id",
        "UPDATE access.session SET expires_at = now() WHERE account_id = :id",
        "UPDATE access.account SET disabled_at = now() WHERE id = :id",
    ],
    ids=["idle", "twelve hours", "disabled"],
)
def test_a_session_ends_by_itself(client: FlaskClient, sign_in, worker: Session, change: str) -> None:
    signed = sign_in(client, "station")
    assert client.get("/api/session").status_code == 200
    worker.execute(text(change), {"id": signed.account_id})
    worker.commit()
    assert client.get("/api/session").status_code == 401


def test_a_session_in_use_is_marked_as_seen(client: FlaskClient, sign_in, worker: Session) -> None:
    """Also by requests that commit nothing, which is nearly all of them."""
    signed = sign_in(client, "station")
    worker.execute(text("UPDATE access.session SET seen_at = now() - interval '20 minutes'"))
    worker.commit()
    client.get("/api/session")
    idle = worker.execute(
        text("SELECT now() - seen_at < interval '1 minute' FROM access.session WHERE account_id = :id"),
        {"id": signed.account_id},
    )
    assert idle.scalar_one()


def test_disabling_ends_live_sessions_and_tokens_at_once(client: FlaskClient, sign_in, worker: Session) -> None:
    signed = sign_in(client, "station")
    token = service.make_token(worker, signed.account_id)
    worker.commit()
    bearer = {"Authorization": f"Bearer {token}"}
    program = client.application.test_client()
    assert (client.get("/api/session").status_code, program.get("/api/session", headers=bearer).status_code) == (
        200,
        200,
    )
    service.disable_account(worker, signed.account_id)
    worker.commit()
    assert (client.get("/api/session").status_code, program.get("/api/session", headers=bearer).status_code) == (
        401,
        401,
    )


def test_a_scope_refused_in_the_middle_of_a_request_ends_it(
    app: APIFlask, client: FlaskClient, sign_in, worker: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The account is disabled after the request was let in: its next transaction is not."""
    signed = sign_in(client, "station")

    def disabled_meanwhile() -> str:
        db_session().commit()
        service.disable_account(worker, signed.account_id)
        worker.commit()
        db_session().execute(text("SELECT count(*) FROM record"))
        return "read on"

    disabled_meanwhile.naqsha_permission = Permission.SEE_OWN_ACCOUNT  # type: ignore[attr-defined]
    monkeypatch.setitem(app.view_functions, "access.show_session", disabled_meanwhile)
    assert client.get("/api/session").status_code == 401
    assert cookie(client) is None


def test_a_new_passphrase_ends_the_sessions_of_the_old(client: FlaskClient, sign_in, worker: Session) -> None:
    signed = sign_in(client, "station")
    service.set_password(worker, signed.account_id, "another long passphrase", signed.name)
    worker.commit()
    assert client.get("/api/session").status_code == 401


def test_five_failures_lock_a_name_and_a_restart_does_not_unlock_it(
    client: FlaskClient, name: str, settings: Settings, worker: Session
) -> None:
    for _ in range(5):
        assert post(client, name, "wrong passphrase!").status_code == 401
    assert post(client, name).status_code == 429, "the right passphrase is refused too"
    again = create_app(settings)
    try:
        answer = post(again.test_client(), name)
        assert answer.status_code == 429 and answer.headers["Retry-After"] == "900"
    finally:
        again.extensions["naqsha.database"].dispose()
    worker.execute(text("UPDATE access.login_attempt SET at = at - interval '16 minutes'"))
    worker.commit()
    assert post(client, name).status_code == 303


def test_a_locked_name_locks_no_other_and_an_address_has_a_higher_limit(
    client: FlaskClient, name: str, worker: Session
) -> None:
    for _ in range(5):
        post(client, "somebody-else", "wrong passphrase!")
    assert post(client, name).status_code == 303, "the same address, another name"
    worker.execute(
        text("""INSERT INTO access.login_attempt (name, address, success)
                SELECT 'sprayed-' || n, '127.0.0.1', false FROM generate_series(1, 100) n""")
    )
    worker.commit()
    assert post(client.application.test_client(), name).status_code == 429, "one passphrase tried on a hundred names"
    worker.execute(text("DELETE FROM access.login_attempt"))
    worker.commit()


def test_attempts_at_the_same_time_count_one_another(app: APIFlask, name: str) -> None:
    """Twenty at once are not twenty guesses: each counts as failed before it is tried."""
    from concurrent.futures import ThreadPoolExecutor

    def guess(_number: int) -> int:
        return post(app.test_client(), name, "wrong passphrase!").status_code

    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(guess, range(12)))
    assert sorted(answers) == [401] * 5 + [429] * 7


@pytest.mark.parametrize(
    ("target", "kept"),
    [
        ("/map?heads=robbery", "/map?heads=robbery"),
        ("/records/5#x", "/records/5#x"),
        ("https://example.com/", None),
        ("//example.com", None),
        ("///example.com", None),
        ("/\\example.com", None),
        ("\\\\example.com", None),
        ("/\t/example.com", None),
        ("/\n//example.com", None),
        ("javascript:alert(1)", None),
        ("map", None),
        ("", None),
        (None, None),
        ("/[", "/["),
        ("//[", None),
    ],
)
def test_only_a_path_of_ours_is_followed(target: str | None, kept: str | None) -> None:
    assert local_path(target) == kept


@pytest.mark.parametrize("target", ["https://example.com/", "//example.com", "/\\example.com"])
def test_a_sign_in_never_leads_elsewhere(client: FlaskClient, name: str, target: str) -> None:
    assert post(client, name, next=target).headers["Location"] == "/"
    assert client.get("/sign-in", query_string={"next": target}).headers["Location"] == "/"


def test_a_page_leads_to_the_sign_in_and_back(client: FlaskClient, name: str) -> None:
    answer = client.get("/map?heads=robbery")
    assert answer.status_code == 302 and answer.headers["Location"].startswith("/sign-in?next=")
    form = {"name": name, "password": PASSPHRASE, "csrf_token": csrf_of(client)}
    assert client.post(answer.headers["Location"], data=form).headers["Location"] == "/map?heads=robbery"


def test_every_sign_in_and_its_end_is_in_the_log(client: FlaskClient, name: str, worker: Session) -> None:
    account = service.account_id(worker, name)
    post(client, name, "wrong passphrase!")
    post(client, name)
    client.post("/sign-out", data={"csrf_token": client.get("/api/session").get_json()["csrf_token"]})
    lines = worker.execute(
        text("SELECT action, account_id FROM audit.entry WHERE object = 'account' AND object_id = :id ORDER BY id"),
        {"id": account},
    ).all()
    assert [(line.action, line.account_id) for line in lines] == [
        ("account_made", None), ("sign_in_failed", None), ("signed_in", account), ("signed_out", account),
    ]  # fmt: skip
    everything = worker.execute(text("SELECT string_agg(e::text, ' ') FROM audit.entry e")).scalar_one()
    assert name not in everything and "passphrase" not in everything


def test_the_demonstration_shows_its_names_and_keeps_its_passphrases(
    app: APIFlask, client: FlaskClient, worker: Session
) -> None:
    with app.app_context():
        made = service.create_account(worker, "station", "station", [GULBERG], is_demo=True)
        worker.commit()
        same = service.create_account(worker, "station", "station", [GULBERG], is_demo=True)
    assert made.passphrase and len(made.passphrase) >= 15 and same == made
    path = Path(app.extensions["naqsha.settings"].instance) / "demo-accounts.json"
    assert path.stat().st_mode & 0o777 == 0o600
    page = client.get("/sign-in").text
    assert 'data-name="station"' in page and made.passphrase not in page
    assert post(client, "station", made.passphrase).status_code == 303
