"""What a page did that no page of ours does: another origin, a breach of the content policy, a script's error."""

import re
from dataclasses import dataclass, field

from playwright.sync_api import BrowserContext, ConsoleMessage, Request, WebError

_LOCAL = ("blob:", "data:", "about:")
_SLOW_DRIVER = "GL Driver Message (OpenGL, Performance"
"""Without a graphics card a drawn map is read back by the processor, and Chromium says that this is slow."""


@dataclass
class Watch:
    """What a context's pages did that a page of ours never does."""

    origin: str
    foreign: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    expected: list[str] = field(default_factory=list)
    requests: int = 0

    def expect(self, pattern: str) -> None:
        """Say that a test causes console errors of this form on purpose."""
        self.expected.append(pattern)

    def follow(self, context: BrowserContext) -> None:
        """Watch every page of a context."""
        context.on("request", self._request)
        context.on("console", self._console)
        context.on("weberror", self._error)

    def leave(self, context: BrowserContext) -> None:
        """Watch it no longer."""
        context.remove_listener("request", self._request)
        context.remove_listener("console", self._console)
        context.remove_listener("weberror", self._error)

    def _request(self, request: Request) -> None:
        self.requests += 1
        if not request.url.startswith((f"{self.origin}/", *_LOCAL)):
            self.foreign.append(request.url)

    def _error(self, error: WebError) -> None:
        self.errors.append(f"{error.page and error.page.url}: {error.error}")

    def _console(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning") and _SLOW_DRIVER not in message.text:
            self.errors.append(f"{message.text} ({message.location.get('url', '')})")

    def faults(self) -> list[str]:
        """Give what was not expected."""
        unexpected = [line for line in self.errors if not any(re.search(each, line) for each in self.expected)]
        return [f"left the origin: {url}" for url in self.foreign] + unexpected
