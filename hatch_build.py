"""Build hook: compiles the translation catalogues, and puts the top-level folders into the wheel."""

from pathlib import Path
from typing import Any

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from hatchling.builders.hooks.plugin.interface import BuildHookInterface

CATALOGUES = "src/matchmaker/translations"
PACKAGED_FOLDERS = ("templates", "migrations")


def compile_catalogues(root: Path) -> None:
    """Write a ``.mo`` beside each ``.po`` of the checkout at ``root``. The text alone is kept in git."""
    for source in sorted((root / CATALOGUES).glob("*/LC_MESSAGES/*.po")):
        with source.open("rb") as po, source.with_suffix(".mo").open("wb") as mo:
            write_mo(mo, read_po(po))


class BuildHook(BuildHookInterface):  # type: ignore[type-arg]
    """Runs for wheels, for sdists and for editable installations."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Compile the catalogues before files are collected.

        An editable installation reads templates and migrations from the checkout; a copy of them would only
        grow stale, so they are added to the real wheel alone.
        """
        compile_catalogues(Path(self.root))
        if self.target_name == "wheel" and version != "editable":
            for folder in PACKAGED_FOLDERS:
                build_data["force_include"][folder] = f"matchmaker/{folder}"
