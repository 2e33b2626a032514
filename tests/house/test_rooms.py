"""Whoever adds a room is told of each place where it must be named."""

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest

from matchmaker.rooms import BLUEPRINTS
from tests.checkout import ROOT

PACKAGE = ROOT / "src/matchmaker"
DOCS = sorted([ROOT / "README.md", *(ROOT / "docs").rglob("*.md")])
WIDTH = 112
"""As many signs as a line of a page has at the most, so that it reads on a screen: tables and code apart."""

NO_ROOMS = {"base", "post", "web", "translations", "static", "cli", "demo"}
FRAME = {"macros", "letters", "errors", "demo"}
"""Folders of templates that are no room's."""


def contract(name: str) -> dict[str, Any]:
    """The import contract of that name."""
    described = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    contracts: list[dict[str, Any]] = described["tool"]["importlinter"]["contracts"]
    (found,) = (one for one in contracts if one["name"].startswith(name))
    return found


ROOMS = {
    path.name for path in PACKAGE.iterdir() if (path / "__init__.py").exists() and path.name not in NO_ROOMS
}


def test_the_page_of_the_house_tells_the_order_that_holds() -> None:
    layers = [layer.strip("()") for layer in contract("The kernel and the rooms")["layers"]]
    page = (ROOT / "docs/architecture.md").read_text(encoding="utf-8")
    assert " > ".join(layers) in " ".join(page.split())


def test_each_room_is_in_order_inside_too() -> None:
    held = {name.removeprefix("matchmaker.") for name in contract("Inside a room")["containers"]}
    assert held == ROOMS


def test_each_room_with_doors_opens_them() -> None:
    with_doors = {room for room in ROOMS if (PACKAGE / room / "views.py").exists()}
    with_doors |= {room for room in ROOMS if (PACKAGE / room / "views").is_dir()}
    assert {blueprint.name for blueprint in BLUEPRINTS} == with_doors


def test_templates_and_tests_mirror_the_rooms() -> None:
    templates = {path.name for path in (ROOT / "templates").iterdir() if path.is_dir()}
    assert templates - FRAME <= ROOMS
    assert {room for room in ROOMS if not (ROOT / "tests" / room).is_dir()} == set()


@pytest.mark.parametrize("page", DOCS, ids=str)
def test_a_page_of_documentation_reads_on_a_screen(page: Path) -> None:
    text = re.sub(r"```.*?```", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)
    prose = [line for line in text.splitlines() if not line.startswith(("|", "    "))]
    assert [line for line in prose if len(line) > WIDTH] == []
