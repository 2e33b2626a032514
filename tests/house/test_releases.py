"""A release is told, counted and kept: its changes, its version, its migrations, and a database that it left."""

import hashlib
import re
import tomllib
from datetime import date

from tests.checkout import ROOT
from tests.upgrades import dumps

TITLE = re.compile(r"\[(\d+\.\d+\.\d+)\] - (\d{4}-\d{2}-\d{2})")
KINDS = ("Added", "Changed", "Deprecated", "Removed", "Fixed", "Security")
CHANGES = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
MIGRATIONS = ROOT / "migrations/versions"
RELEASED = ROOT / "migrations/released.txt"


def titles() -> list[str]:
    """The titles of the changelog's versions, newest first."""
    return re.findall(r"^## (.+)$", CHANGES, re.MULTILINE)


def versions() -> list[str]:
    """The released versions, newest first."""
    return [found[1] for found in map(TITLE.fullmatch, titles()) if found]


def number(version: str) -> list[int]:
    """A version as what it is ordered by."""
    return [int(part) for part in version.split(".")]


def released() -> dict[str, str]:
    """The hash of each migration that was released, by the name of its file."""
    lines = RELEASED.read_text(encoding="utf-8").splitlines()
    return {name: digest for digest, name in (line.split("  ") for line in lines)}


def test_the_changelog_is_one_to_keep() -> None:
    first, *others = titles()
    found = [TITLE.fullmatch(title) for title in others]

    assert first == "[Unreleased]"
    assert all(found), others
    days = [date.fromisoformat(one[2]) for one in found if one]
    assert days == sorted(days, reverse=True)
    assert versions() == sorted(set(versions()), key=number, reverse=True)
    assert set(re.findall(r"^### (.+)$", CHANGES, re.MULTILINE)) <= set(KINDS)
    assert max(map(len, CHANGES.splitlines())) <= 112


def test_the_newest_version_is_the_packages() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]

    assert versions()[0] == project["version"]


def test_a_released_migration_never_changes() -> None:
    present = {name: hashlib.sha256((MIGRATIONS / name).read_bytes()).hexdigest() for name in released()}

    assert present == released(), "databases have run it as it was: write another that goes on from there"


def test_each_release_has_left_a_database_and_the_newest_lists_its_migrations() -> None:
    assert dumps.releases() == versions()[::-1], "python -m tests.upgrades.dumps VERSION"
    newest = dumps.read(versions()[0]).revision
    so_far = {path.name for path in MIGRATIONS.glob("*.py") if path.name[: len(newest)] <= newest}
    assert released().keys() == so_far, "cd migrations/versions && sha256sum *.py > ../released.txt"
