"""The addresses of the access room: sign-in and sign-out, who is signed in, and an administrator's accounts."""

from typing import Any

from apiflask import APIBlueprint, APIFlask
from flask import Response, current_app, make_response, redirect, render_template, request, session, url_for
from flask_login import current_user

from app.access import demo_accounts, identity, throttle
from app.access import sign_in as signing
from app.access.reader import reader
from app.access.service import COOKIE
from app.audit.service import note
from app.db.named import sql
from app.db.session import db_session
from app.errors import NotFound, TooManyAttempts
from app.policy import Permission, allows, public

bp = APIBlueprint("access", __name__, tag="Access")


@bp.route("/sign-in", methods=["GET", "POST"])
@bp.doc(hide=True)
@public
def sign_in() -> Any:
    """Anyone; the sign-in page, or a new session and the way to the page that was asked for."""
    target = signing.local_path(request.values.get("next"))
    if request.method == "GET":
        return redirect(target or "/") if current_user.is_authenticated else _page(target)
    name = request.form.get("name", "")
    try:
        token = signing.sign_in(name, request.form.get("password", ""), request.remote_addr)
    except (signing.WrongCredentials, TooManyAttempts) as error:
        return _page(target, name, error)
    old = request.cookies.get(COOKIE)
    if old:
        signing.sign_out(old)
    session.clear()  # with it the CSRF token from before
    response = make_response(redirect(target or "/", 303))  # "/" leads on to the desk of the role
    secure = current_app.config["SESSION_COOKIE_SECURE"]
    response.set_cookie(COOKIE, token, path="/", httponly=True, samesite="Strict", secure=secure)
    return response


def _page(target: str | None, name: str = "", error: Exception | None = None) -> Response:
    from flask_babel import gettext

    settings = current_app.extensions["naqsha.settings"]
    demonstration = {} if settings.env == "production" else demo_accounts.kept()
    page = render_template(
        "access/sign_in.html",
        next_url=target,
        name=name,
        error=gettext(str(error)) if error else None,
        demonstration=[{"name": key, "jurisdiction": kept.get("jurisdiction")} for key, kept in demonstration.items()],
    )
    response = make_response(page)
    if error:
        response.status_code = 429 if isinstance(error, TooManyAttempts) else 401
        if response.status_code == 429:
            response.headers["Retry-After"] = "900"
    return response


@bp.post("/sign-out")
@bp.doc(hide=True)
@allows(Permission.SEE_OWN_ACCOUNT)
def sign_out() -> Any:
    """Whoever is signed in; ends the session on the server and leads to the sign-in page."""
    token = identity.presented(request)
    if token is not None:
        signing.sign_out(token)
    session.clear()
    response = make_response(redirect(url_for("access.sign_in"), 303))
    response.delete_cookie(COOKIE, path="/", httponly=True, samesite="Strict")
    return response


@bp.get("/api/session")
@allows(Permission.SEE_OWN_ACCOUNT)
def show_session() -> dict[str, Any]:
    """Whoever is signed in; who that is, what the role may do, and the state of the data."""
    return reader()


@bp.get("/api/accounts")
@allows(Permission.MANAGE_ACCOUNTS)
def list_accounts() -> dict[str, Any]:
    """An administrator; the accounts whose jurisdictions lie in the administrator's own."""
    rows = db_session().execute(sql("access.kept_accounts")).mappings()
    return {
        "accounts": [
            {
                "id": row["id"],
                "name": row["name"],
                "display_name": row["display_name"],
                "role": row["role"],
                "is_demo": row["is_demo"],
                "jurisdictions": row["jurisdiction_codes"],
                "created_at": row["created_at"].isoformat(),
                "disabled_at": row["disabled_at"].isoformat() if row["disabled_at"] else None,
            }
            for row in rows
        ]
    }


@bp.post("/api/accounts/<int:account>/disable")
@allows(Permission.MANAGE_ACCOUNTS)
def disable_account(account: int) -> dict[str, Any]:
    """An administrator; disables an account in the administrator's jurisdiction, whose sessions end at once."""
    return _set_disabled(account, True)


@bp.post("/api/accounts/<int:account>/enable")
@allows(Permission.MANAGE_ACCOUNTS)
def enable_account(account: int) -> dict[str, Any]:
    """An administrator; enables a disabled account: it signs in anew, and its tokens stay ended."""
    return _set_disabled(account, False)


def _set_disabled(account: int, disabled: bool) -> dict[str, Any]:
    writer = db_session()
    values = {"account": account, "disabled": disabled}
    if account >= 1 << 63 or not writer.execute(sql("access.set_disabled"), values).scalar():
        raise NotFound
    note(writer, "account_disabled" if disabled else "account_enabled", "account", account)
    writer.commit()
    return {"id": account, "disabled": disabled}


@bp.post("/api/accounts/<int:account>/release")
@allows(Permission.MANAGE_ACCOUNTS)
def release_account(account: int) -> dict[str, Any]:
    """An administrator; forgives the failed sign-ins of an account that the throttle has locked."""
    writer = db_session()
    kept = writer.execute(sql("access.kept_accounts")).mappings()
    name = next((row["name"] for row in kept if row["id"] == account), None)
    if name is None:
        raise NotFound
    throttle.forgive(writer, name)
    note(writer, "account_released", "account", account)
    writer.commit()
    return {"id": account, "released": True}


def register(app: APIFlask) -> None:
    """Register the addresses and who is signed in."""
    identity.register(app)
    app.jinja_env.globals["reader"] = reader
    app.register_blueprint(bp)
