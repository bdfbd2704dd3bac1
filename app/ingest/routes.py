"""The addresses of the ingest room."""

from apiflask import APIFlask


def register(app: APIFlask) -> None:
    """Register the room."""
