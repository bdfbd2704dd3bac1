"""How gunicorn runs Naqsha: `gunicorn -c python:app.web "app.factory:create_app()"`.

Threads, because a request mostly waits for PostgreSQL and an open live stream only waits.  A stream takes a thread
for as long as its screen is open, so there are many more than the requests need: at most `NAQSHA_LIVE_STREAMS` (220)
of the 256 can be streams, whichever of the two processes the kernel hands them to; the other 36 are free for
requests.  A thread that waits costs some 100 kB and no processor time.
"""

import signal
from types import FrameType
from typing import Any

worker_class = "gthread"
workers = 2
threads = 256
timeout = 120
graceful_timeout = 10
control_socket_disable = True


def post_worker_init(worker: Any) -> None:
    """Let a stopping worker end its streams first: it would otherwise wait for screens that never leave."""
    before = signal.getsignal(signal.SIGTERM)

    def stop(signum: int, frame: FrameType | None) -> None:
        hub = getattr(worker.wsgi, "extensions", {}).get("naqsha.live")
        if hub is not None:
            hub.close()
        if callable(before):
            before(signum, frame)

    signal.signal(signal.SIGTERM, stop)
