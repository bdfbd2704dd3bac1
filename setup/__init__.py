"""Sets Naqsha up on a fresh machine: packages, environment, browser files, cluster, data, server.

Standard library only: all of this runs with Debian's own Python before any virtual environment exists.
`python3 -m setup run` and `python3 -m setup test` are what the Makefile calls.
"""

import sys

if sys.version_info < (3, 11):  # noqa: UP036 - whoever starts this may well have an older Python
    sys.exit("Missing: Python 3.11. On Debian 12: apt-get install python3.11")
