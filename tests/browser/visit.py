"""Somebody's visit to the demonstration, with a browser of a size, a language and a colour scheme."""

import os
import shutil
from importlib import resources
from typing import Any, Literal
from urllib.parse import urlsplit

from playwright.sync_api import Browser, ConsoleMessage, Page, Request

from tests.browser.pages import entered
from tests.browser.site import Demonstration

Scheme = Literal["light", "dark"]

NAMES = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-gpu-compositing",
    "--disable-partial-raster",
    "--num-raster-threads=1",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
WIDTHS = (320, 768, 1280)
HEIGHTS = {320: 640, 768: 1024, 1280: 800}

RULES = ("wcag2a", "wcag2aa", "wcag21aa", "wcag22aa", "best-practice")
COLOUR_RULES = ("color-contrast", "link-in-text-block")
"""All that another colour scheme can change, at a width at which every rule was looked at."""

AXE = resources.files("axe_playwright_python").joinpath("axe.min.js").read_text(encoding="utf-8")

TABS_AT_MOST = 250
PATIENCE = 180_000
"""Milliseconds to wait for what must come: much longer than it takes on a busy machine."""

# Where the page may run no script, no timer of it ever rings: axe-core only wants its own to come after all else.
TIMERS = "() => { window.setTimeout = (act, _, ...given) => { Promise.resolve().then(() => act(...given)) } }"

RUN_AXE = """([wanted, preload]) => axe.run(document, {
    runOnly: wanted, resultTypes: ['violations'], iframes: false, preload
}).then(found => found.violations.map(
    one => one.id + ' at ' + one.nodes.map(node => node.target.join(' ')).slice(0, 4).join(', ')
        + ': ' + (one.nodes[0].any[0]?.message ?? one.nodes[0].all[0]?.message
                  ?? one.nodes[0].none[0]?.message ?? one.help)))"""


def find_browser() -> str | None:
    """The path of the system's Chromium, or the one that MATCHMAKER_TEST_BROWSER names."""
    named = os.environ.get("MATCHMAKER_TEST_BROWSER")
    return named or next((path for path in map(shutil.which, NAMES) if path), None)


CROWDED = """() => [...document.querySelectorAll('main form')]
    .map(form => [form.nextElementSibling, form.getBoundingClientRect().bottom])
    .filter(([next]) => next?.checkVisibility())
    .map(([next, end]) => [next, next.getBoundingClientRect().top - end])
    .filter(([, gap]) => gap >= 0 && gap < 10)
    .map(([next, gap]) => `stands ${gap} pixels below a button: ${next.textContent.trim().slice(0, 40)}`)"""
"""What follows a form so closely that it seems to be a part of it; not what stands beside it."""


class Visit:
    """A browser window without history; ``complaints`` are errors and refusals that its console told."""

    def __init__(
        self,
        browser: Browser,
        demonstration: Demonstration,
        *,
        language: str = "fr",
        width: int = 1280,
        scheme: Scheme = "light",
        script: bool = True,
        letters: bool = False,
    ) -> None:
        self.address = demonstration.address
        self._demonstration = demonstration
        self.complaints: list[str] = []
        self._context = browser.new_context(
            viewport={"width": width, "height": HEIGHTS[width]},
            color_scheme=scheme,
            locale={"fr": "fr-FR", "en": "en-GB"}[language],
            java_script_enabled=script,
            reduced_motion="reduce",
            # A letter's own policy lets no script run, axe-core's neither.
            bypass_csp=letters,
        )
        self._context.set_default_timeout(PATIENCE)
        self._script = script
        self.page: Page = self._context.new_page()
        self.page.on("console", self._hear)
        self.page.on("pageerror", lambda error: self.complaints.append(f"{self.page.url}: {error}"))
        self._context.on("request", self._look)

    def close(self) -> None:
        """End it."""
        self._context.close()

    def go(self, path: str) -> int:
        """Open a page; its status."""
        answer = self.page.goto(self.address + path)
        assert answer is not None
        return answer.status

    def lose_connection(self) -> None:
        """Be where there is no internet."""
        self._context.set_offline(True)

    def find_connection(self) -> None:
        """Have internet again."""
        self._context.set_offline(False)

    def enter(self, role: str) -> None:
        """Come in as somebody of a role, with a session that was begun elsewhere; a visitor has none."""
        cookie = entered(self._demonstration, role).client.get_cookie("session")
        if cookie is not None:
            self._context.add_cookies([{"name": "session", "value": cookie.value, "url": self.address}])

    def wear(self, scheme: Scheme, width: int) -> None:
        """Look at the same page in another colour scheme and width."""
        self.page.emulate_media(color_scheme=scheme)
        self.page.set_viewport_size({"width": width, "height": HEIGHTS[width]})

    def tab_to(self, selector: str) -> None:
        """Go to a control with the tab key alone, however far it is; fails when the key never comes to it."""
        wanted = self.page.locator(selector).first
        wanted.wait_for(state="attached")
        for _ in range(TABS_AT_MOST):
            if wanted.evaluate("one => one === document.activeElement"):
                return
            self.page.keyboard.press("Tab")
        raise AssertionError(f"the keyboard does not come to {selector} at {self.page.url}")

    def write(self, selector: str, text: str) -> None:
        """Type into a field that the keyboard came to."""
        self.tab_to(selector)
        self.page.keyboard.type(text)

    def press(self, selector: str, key: str = "Enter") -> None:
        """Press a key on a control that the keyboard came to."""
        self.tab_to(selector)
        self.page.keyboard.press(key)

    def send(self, selector: str) -> None:
        """Press a button or follow a link, and wait for the page that comes."""
        self.tab_to(selector)
        with self.page.expect_event("load"):
            self.page.keyboard.press("Enter")

    @property
    def path(self) -> str:
        """Where it is."""
        return urlsplit(self.page.url).path

    def faults(self, *, colours_alone: bool = False) -> list[str]:
        """What axe-core finds in the page that is open, what stands too close below a form, if it scrolls sideways."""
        found = [*self._axe(colours_alone), *self.page.evaluate(CROWDED)]
        wide = self.page.evaluate(
            "() => [document.documentElement.scrollWidth, document.documentElement.clientWidth]"
        )
        if wide[0] > wide[1]:
            found.append(f"scrolls sideways: {wide[0]} pixels in {wide[1]}")
        return found

    def _axe(self, colours_alone: bool) -> list[str]:
        if not self.page.evaluate("() => 'axe' in window"):
            if not self._script:
                self.page.evaluate(TIMERS)
            self.page.evaluate(AXE)
        wanted = {
            "type": "rule" if colours_alone else "tag",
            "values": COLOUR_RULES if colours_alone else RULES,
        }
        # It loads styles anew to look at their media queries, and waits for them by a timer.
        found: list[Any] = self.page.evaluate(RUN_AXE, [wanted, self._script])
        return [str(one) for one in found]

    def _hear(self, message: ConsoleMessage) -> None:
        # A page that refuses something is a page like any other, whatever Chromium says of its status.
        own_status = message.location.get("url") == self.page.url and "status of 4" in message.text
        if message.type in {"error", "warning"} and not own_status:
            self.complaints.append(f"{self.page.url}: {message.text}")

    def _look(self, request: Request) -> None:
        if not request.url.startswith((self.address, "data:", "about:")):
            self.complaints.append(f"{self.page.url}: asked for {request.url}")
