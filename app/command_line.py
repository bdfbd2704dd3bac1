"""What the `flask` command loads: the whole application, or, to place a file of texts, as little as answers in time.

The whole application takes longer to load than the first answer of `flask geocode FILE` may take, and that needs
nothing of it but the settings.
"""

import sys
from typing import Any


def create_app() -> Any:
    """Give the application whose commands `flask` offers."""
    if sys.argv[1:2] == ["geocode"] and _is_file(sys.argv[2:3]):
        from flask import Flask

        from app.geocode.cli import geocode_cli
        from app.settings import Settings

        app = Flask("naqsha", static_folder=None, template_folder=None)
        app.extensions["naqsha.settings"] = Settings()
        app.cli.add_command(geocode_cli)
        return app
    from app.factory import create_app as whole

    return whole()


def _is_file(words: list[str]) -> bool:
    """Say whether the words after `geocode` begin with a file, and not with one of its commands for stored records."""
    from app.geocode.cli import geocode_cli

    return not set(words) & (set(geocode_cli.commands) - {"file"})
