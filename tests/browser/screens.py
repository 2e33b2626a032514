"""Pictures of the main pages for docs/screens: ``python -m tests.browser.screens [folder]``."""

import sys
import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright

from tests.browser.site import UNWRITTEN, WRITTEN, make_demonstration, served
from tests.browser.visit import FLAGS, Scheme, Visit, find_browser

FOLDER = Path(__file__).parents[2] / "docs/screens"

# name, role, path, width, scheme, how much of it in pixels
SCREENS: tuple[tuple[str, str, str, int, Scheme, int], ...] = (
    ("home", "visitor", "/", 1280, "light", 800),
    ("territory", "visitor", f"/t/{WRITTEN}", 1280, "light", 1100),
    ("territory-telephone", "visitor", f"/t/{WRITTEN}", 320, "light", 1100),
    ("matches", "citizen", "/home", 1280, "light", 1000),
    ("matches-telephone-dark", "citizen", "/home", 320, "dark", 1100),
    ("introductions", "group", "/introductions", 1280, "light", 800),
    ("week", "organiser", f"/t/{UNWRITTEN}/week", 1280, "light", 1100),
    ("desk", "organiser", f"/t/{WRITTEN}/desk", 1280, "light", 1300),
    ("board", "organiser", f"/t/{WRITTEN}/introductions", 1280, "light", 1300),
)


def main(folder: Path) -> None:
    """Take all of them, of a demonstration made for it."""
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as made:
        file = Path(made, "demonstration.sqlite")
        make_demonstration(file)
        take(folder, file, Path(made))


def take(folder: Path, file: Path, mailbox: Path) -> None:
    """Take the pictures of the demonstration in a file."""
    with (
        served(file, mailbox) as demonstration,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(executable_path=find_browser(), args=list(FLAGS))
        for name, role, path, width, scheme, height in SCREENS:
            visit = Visit(browser, demonstration, width=width, scheme=scheme)
            visit.enter(role)
            visit.go(path)
            visit.page.set_viewport_size({"width": width, "height": height})
            visit.page.screenshot(path=folder / f"{name}.png")
            visit.close()
        browser.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER)
