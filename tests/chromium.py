"""The machine's own Chromium, as it runs where there is no graphics card."""

import os
import shutil

from playwright.sync_api import Browser, Playwright

_ARGUMENTS = [
    # WebGL by swiftshader, and the page around it by the processor itself: so does Chromium without a card.
    "--use-angle=swiftshader",
    "--enable-unsafe-swiftshader",
    "--disable-gpu-compositing",
    "--disable-background-networking",
    "--disable-gpu-watchdog",  # it would end a drawing process that a busy machine keeps waiting
]


def launch(playwright: Playwright) -> Browser:
    """Start a browser; root has no sandbox."""
    found = shutil.which("chromium") or shutil.which("chromium-browser")
    arguments = _ARGUMENTS + (["--no-sandbox"] if os.geteuid() == 0 else [])
    return playwright.chromium.launch(executable_path=found, args=arguments)
