"""``python -m forecasting``."""

import sys

from forecasting.command import main

sys.exit(main())
