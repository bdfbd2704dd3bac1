"""One line a request, with no query string: filters may be sensitive, and a log is read by more people than a map."""

import logging
import time

from flask import Flask, Response, g, request

log = logging.getLogger("naqsha.request")


def register(app: Flask) -> None:
    """Log every request's method, path, status and milliseconds."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")

    @app.before_request
    def start() -> None:
        g.started = time.perf_counter()

    @app.after_request
    def end(response: Response) -> Response:
        if not request.path.startswith("/static/"):
            spent = (time.perf_counter() - g.get("started", time.perf_counter())) * 1000
            log.info("%s %s %s %.0f ms", request.method, request.path, response.status_code, spent)
        return response
