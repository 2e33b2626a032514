"""Make ``departements.csv`` and ``former_communes.csv`` from the npm package that ``communes.csv.gz`` is made from.

    python -m matchmaker.places.data.make_names [--decoupage DIR] [--output DIR]

Without the folder it fetches the pinned version with ``npm pack``.
"""

import argparse
import json
import tempfile
from collections.abc import Sequence
from pathlib import Path

from matchmaker.places.data.commune_sources import DECOUPAGE, UNINHABITED, fetch, folder_with
from matchmaker.places.data.make_communes import HERE, csv_bytes, say


def departments(folder: Path) -> list[tuple[str, str]]:
    """Code and name of each département and overseas collectivité, by code."""
    rows = json.loads((folder / "departements.json").read_text(encoding="utf-8"))
    return sorted((row["code"], row["nom"]) for row in rows if row["code"] not in UNINHABITED)


def former_communes(folder: Path) -> list[tuple[str, str, str]]:
    """Each delegated or associated commune: its old code, its name, and the code of the commune that it is part of."""
    entities = json.loads((folder / "communes.json").read_text(encoding="utf-8"))
    today = {one["code"]: one["nom"] for one in entities if one["type"] == "commune-actuelle"}
    return sorted(
        (one["code"], one["nom"], one["chefLieu"])
        for one in entities
        if one["type"] in {"commune-deleguee", "commune-associee"} and one["nom"] != today[one["chefLieu"]]
    )


def main(arguments: Sequence[str] | None = None) -> None:
    """Write both tables."""
    parser = argparse.ArgumentParser(description="Make the tables of names beside that of communes.")
    parser.add_argument("--decoupage", type=Path, help="where the npm package is unpacked")
    parser.add_argument("--output", type=Path, default=HERE)
    chosen = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as scratch:
        packed = ["npm", "pack", "--silent", DECOUPAGE]
        folder = folder_with(
            chosen.decoupage or fetch(Path(scratch, "npm"), packed, "*.tgz"), "communes.json"
        )
        named, former = departments(folder), former_communes(folder)
    (chosen.output / "departements.csv").write_bytes(csv_bytes("code,name", named))
    (chosen.output / "former_communes.csv").write_bytes(csv_bytes("code,name,part_of", former))
    say(f"{len(named)} départements and collectivités, {len(former)} former communes")


if __name__ == "__main__":
    main()
