"""Makes the application: settings, database, security, rooms, commands.  Nothing above this imports anything."""

from datetime import timedelta
from importlib import import_module

from apiflask import APIFlask
from flask_wtf.csrf import CSRFProtect
from werkzeug.middleware.proxy_fix import ProxyFix

from app import assets, cli, desks, errors, health, i18n, logs, openapi, policy, secrets, security
from app.db import session
from app.settings import ROOT, Settings

#: Every room that answers URLs.  ARCHITECTURE.md says which URLs each owns.
ROOMS = (
    "access",
    "ingest",
    "geocode",
    "map",
    "records",
    "reference",
    "tiles",
    "forecasts",
    "hotspots",
    "audit",
    "pins",
    "views",
    "renewals",
    "beats",
    "exports",
    "live",
    "control",
    "weekly",
)

csrf = CSRFProtect()


def create_app(settings: Settings | None = None) -> APIFlask:
    """Give a ready application.

    Raises
    ------
    app.secrets.MissingSecret
        In production, if a secret is not given.
    """
    settings = settings or Settings()
    keys = secrets.keys(settings)
    app = APIFlask(
        "naqsha",
        title="Naqsha",
        version="0.1.0",
        root_path=str(ROOT),
        static_folder=str(ROOT / "static"),
        template_folder=str(ROOT / "templates"),
        instance_path=str(settings.instance.resolve()),
        docs_path=None,  # the documentation page would load its scripts from elsewhere
        spec_path="/openapi.json",
    )
    production = settings.env == "production"
    app.config.update(
        SECRET_KEY=keys.signing,
        MAX_CONTENT_LENGTH=settings.upload_megabytes * 1024 * 1024,
        MAX_FORM_MEMORY_SIZE=2 * 1024 * 1024,
        SESSION_COOKIE_NAME="naqsha_form",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Strict",
        SESSION_COOKIE_SECURE=production or settings.cookie_secure,
        PERMANENT_SESSION_LIFETIME=timedelta(hours=settings.session_hours),
        WTF_CSRF_TIME_LIMIT=None,  # it lives as long as the sign-in
        WTF_CSRF_CHECK_DEFAULT=False,  # access/ checks it, after it knows whether a cookie or a token signed in
        TESTING=settings.env == "test",
    )
    app.config["JSON_SORT_KEYS"] = False
    app.extensions["naqsha.settings"] = settings
    app.extensions["naqsha.keys"] = keys
    app.wsgi_app = ProxyFix(app.wsgi_app, x_for=0, x_proto=1)  # type: ignore[method-assign]

    logs.register(app)
    security.register(app)
    session.register(app, settings)
    i18n.register(app)
    assets.register(app)
    csrf.init_app(app)
    for room in ROOMS:
        import_module(f"app.{room}.routes").register(app)
    desks.register(app)
    policy.register(app)  # after access/, which says who is signed in
    errors.register(app)
    health.register(app)
    cli.register(app)
    openapi.register(app)  # after the rooms, whose operations it describes
    for endpoint in ("static", "openapi.spec"):
        policy.public(app.view_functions[endpoint])
    return app
