"""A real browser, whose requests to anywhere but this machine are refused and kept."""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, Route, expect, sync_playwright

ARTIFACTS = Path(__file__).parents[2] / ".artifacts"
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
ARGUMENTS = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
)  # fmt: skip

expect.set_options(timeout=30_000)  # where the machine has other tests to run, a browser takes its time


@dataclass
class Visit:
    """A page that keeps what it asked for, and what went wrong in it."""

    page: Page
    requests: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page.route("**/*", self._route)
        self.page.on("pageerror", lambda error: self.problems.append(str(error)))
        self.page.on(
            "console", lambda message: message.type == "error" and self.problems.append(message.text)
        )

    def _route(self, route: Route) -> None:
        self.requests.append(route.request.url)
        if urlsplit(route.request.url).hostname == "127.0.0.1":
            # Whose requests are routed asks for everything anew, by Cache-Control: no-cache, unless it says something else.
            route.continue_(headers={**route.request.headers, "cache-control": "max-age=3600"})
        else:
            route.abort()

    def keep_picture(self, name: str) -> None:
        """In .artifacts/, for a person to look at."""
        ARTIFACTS.mkdir(exist_ok=True)
        self.page.screenshot(path=ARTIFACTS / f"{name}.png")

    def elsewhere(self) -> list[str]:
        """Requests to anything but this machine."""
        return [url for url in self.requests if urlsplit(url).hostname not in ("127.0.0.1", None)]

    def run(self) -> None:
        """Presses the button."""
        self.page.get_by_role("button", name="Execute query").click()

    def answer(self) -> Any:
        """Where the answer is shown."""
        return self.page.locator(".result-window")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    if CHROMIUM is None:
        pytest.skip("needs Chromium: `apt-get install chromium`")
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=CHROMIUM, args=list(ARGUMENTS))
        yield opened
        opened.close()


@pytest.fixture
def visit(browser: Browser) -> Iterator[Visit]:
    context = browser.new_context(viewport={"width": 1400, "height": 850})
    yield Visit(context.new_page())
    context.close()
