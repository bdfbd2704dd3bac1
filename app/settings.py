"""Every setting of the application, in one frozen object made once by the factory.

What does not belong here: anything that an officer changes at run time, and any secret's default.
"""

from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

ROOT = Path(__file__).resolve().parent.parent


class Settings(BaseSettings):
    """The settings of one process, read from the environment under the prefix NAQSHA_."""

    model_config = SettingsConfigDict(env_prefix="NAQSHA_", frozen=True, extra="ignore")

    env: Literal["development", "production", "test"] = Field(
        "development", description="production refuses the demonstration and needs every secret to be given"
    )
    instance: Path = Field(ROOT / "instance", description="where the cluster, keys and uploads of this machine lie")
    database_url: str | None = Field(
        None,
        description="a PostgreSQL server of yours, signed in as the owner; without it Naqsha keeps a private one",
    )
    app_database_url: str | None = Field(None, description="the same server, signed in as naqsha_app")
    worker_database_url: str | None = Field(None, description="the same server, signed in as naqsha_worker")
    forecaster_database_url: str | None = Field(None, description="the same server, signed in as naqsha_forecaster")
    database_name: str = Field("naqsha", description="the database's name in the private cluster")
    secret_key: SecretStr | None = Field(
        None,
        description="signs CSRF tokens; outside production it is made once and kept in the instance folder",
    )
    data_key: SecretStr | None = Field(
        None,
        description="encrypts persons and keys their hashes; 32 bytes, base64; made likewise outside production",
    )
    session_hours: int = Field(12, ge=1, le=24, description="a sign-in ends after this many hours whatever is done")
    cookie_secure: bool = Field(False, description="send cookies over HTTPS only; always so in production")
    upload_megabytes: int = Field(256, ge=1, description="the largest request body that is read")
    inline_rows: int = Field(5000, ge=1, description="a delivery of at most this many rows is answered at once")
    stay_days: int = Field(180, ge=1, le=180, description="stays without a case are deleted after this many days")
    forecasting: bool = Field(True, description="off removes every forecast; all else works without")
    forecast_methods: str = Field(
        "",
        description="the methods that forecasts choose among, by name with commas between; if empty all but `boosting` "
        "and `stack`, which learn anew for every head",
    )
    forecast_shifts: bool = Field(
        True, description="also forecast night, day and evening where enough records are dated to the hour"
    )
    forecast_weekly: str = Field(
        "15 3 * * 1", description="when the week's forecasts are made, as a cron line; empty: never by the clock"
    )
    pool_size: int = Field(8, ge=1, description="database connections that one web process keeps")
    statement_seconds: int = Field(20, ge=1, description="a web request's statement is ended after this long")
    export_rows: int = Field(100_000, ge=1, le=1_000_000, description="the most rows of one export")
    live_streams: int = Field(
        220, ge=0, le=240, description="open live screens that one web process takes; the rest poll"
    )
