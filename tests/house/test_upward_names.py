"""No room names one above it, not in a string either: what it shows of it, or leads to, rooms.py hands in."""

import ast
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from jinja2 import nodes
from jinja2.environment import Environment

from matchmaker.rooms import PAGES, SLOTS
from tests.checkout import ROOT

PACKAGE = ROOT / "src/matchmaker"
TEMPLATES = ROOT / "templates"
FRAME = ("base.html", "errors/", "macros/navigation.html", "demo/")
"""The frame of every page is the application's, and the demonstration is above all rooms."""


def rooms_from_above() -> list[set[str]]:
    """The layers of the import contract that have templates or doors, the highest first."""
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    layers = [set(re.findall(r"\w+", layer)) for layer in contracts[0]["layers"]]
    top = next(number for number, layer in enumerate(layers) if "discovery" in layer)
    bottom = next(number for number, layer in enumerate(layers) if "web" in layer)
    return layers[top:bottom]


LAYERS = rooms_from_above()
ROOMS = set().union(*LAYERS)


def not_below(room: str) -> set[str]:
    """The rooms that a room must not name; all of them for what is no room."""
    number = next((number for number, layer in enumerate(LAYERS) if room in layer), len(LAYERS))
    return set().union(*LAYERS[: number + 1]) - {room}


def named(text: str) -> str | None:
    """The room whose endpoint, template or kind of letter a string is."""
    found = re.match(r"(\w+)[./][\w./]*$", text)
    return found[1] if found and found[1] in ROOMS else None


MODULES = sorted(
    path
    for path in PACKAGE.rglob("*.py")
    if path.relative_to(PACKAGE).parts[0] in ROOMS | {"base", "post", "web", "translations"}
)


def strings(path: Path) -> Iterator[str]:
    """The strings of a module that are no sentence: a docstring says what it likes."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_a_module_names_no_room_above_its_own(path: Path) -> None:
    above = not_below(path.relative_to(PACKAGE).parts[0])
    assert [text for text in strings(path) if named(text) in above] == []


def test_a_template_names_no_room_above_its_own_and_calls_nothing_of_it(app: Flask) -> None:
    owners = {name: room_of(value) for name, value in app.jinja_env.globals.items()}
    found = []
    for path in sorted(TEMPLATES.rglob("*.*")):
        name = str(path.relative_to(TEMPLATES))
        if not name.startswith(FRAME):
            above = not_below(name.partition("/")[0])
            found += [(name, told) for told, room in told_of(app.jinja_env, path, owners) if room in above]
    assert found == []


def room_of(value: object) -> str | None:
    """The room that a template function is of."""
    parts = str(getattr(value, "__module__", "")).split(".")
    return parts[1] if parts[0] == "matchmaker" and parts[1] in ROOMS else None


def told_of(
    environment: Environment, path: Path, owners: dict[str, str | None]
) -> Iterator[tuple[str, str | None]]:
    """The strings and template functions in a template, and the rooms that they are of."""
    tree = environment.parse(path.read_text(encoding="utf-8"))
    for text in tree.find_all(nodes.Const):
        if isinstance(text.value, str):
            yield text.value, named(text.value)
    for called in tree.find_all(nodes.Name):
        if called.ctx == "load":
            yield called.name, owners.get(called.name)


def test_values_for_all_pages_are_the_applications(app: Flask) -> None:
    processors = [one for several in app.template_context_processors.values() for one in several]
    assert [one for one in processors if room_of(one)] == []


def test_what_is_handed_in_is_asked_for_and_leads_somewhere(app: Flask) -> None:
    texts = [path.read_text(encoding="utf-8") for path in (*MODULES, *TEMPLATES.rglob("*.*"))]
    for name in PAGES:
        assert any(re.search(rf'page(_url)?(\(|=\()"{name}"', text) for text in texts), name
    for name in SLOTS:
        assert any(f'slot("{name}"' in text for text in texts), name
    assert set(PAGES.values()) <= set(app.view_functions)
