"""The demonstration behind a real port, and a real browser before it."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.browser.site import Demonstration, make_demonstration, served
from tests.browser.visit import FLAGS, Visit, find_browser
from tests.databases import made_once

MakeVisit = Callable[..., Visit]


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """The system's Chromium, one for each process of the tests."""
    path = find_browser()
    if path is None:
        pytest.skip("no Chromium here: ./run setup-browser installs it")
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=path, args=list(FLAGS))
        yield opened
        opened.close()


@pytest.fixture(scope="session")
def filled_file(run_folder: Path) -> Path:
    """An SQLite file with the whole demonstration, of which a test serves a copy."""
    return made_once(run_folder / "demonstration.sqlite", make_demonstration)


@pytest.fixture(scope="session")
def demonstration(filled_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demonstration]:
    """The demonstration on a port, to be looked at and not changed."""
    folder = tmp_path_factory.mktemp("demonstration")
    with served(Path(shutil.copy(filled_file, folder / "seen.sqlite")), folder) as opened:
        yield opened


@pytest.fixture
def own_demonstration(filled_file: Path, tmp_path: Path) -> Iterator[Demonstration]:
    """The demonstration on a port, with a database of the test's own."""
    file = tmp_path / "own.sqlite"
    shutil.copy(filled_file, file)
    with served(file, tmp_path) as opened:
        yield opened


@pytest.fixture
def visit(browser: Browser) -> Iterator[MakeVisit]:
    """Makes visits to a demonstration; see `Visit`. What a page complains of fails the test at its end."""
    opened: list[Visit] = []

    def make(demonstration: Demonstration, **wishes: object) -> Visit:
        opened.append(Visit(browser, demonstration, **wishes))  # type: ignore[arg-type]
        return opened[-1]

    yield make
    for one in opened:
        one.close()
    assert [said for one in opened for said in one.complaints] == []
