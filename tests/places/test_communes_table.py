"""The table of communes and the list of EPCI that ship with the package."""

import csv
import gzip
import re
from collections import Counter
from pathlib import Path

import pytest

from matchmaker.places.data import make_communes
from matchmaker.places.data.commune_places import km_between
from matchmaker.places.data.make_communes import errors_km, percentile, read_table

CHECKOUT = Path(__file__).resolve().parents[2]
DATA = Path(make_communes.__file__).parent
REFERENCE = CHECKOUT.parent / "shared" / "data" / "communes.csv.gz"

Table = dict[str, dict[str, str]]


@pytest.fixture(scope="module")
def rows() -> list[dict[str, str]]:
    with gzip.open(DATA / "communes.csv.gz", "rt", encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


@pytest.fixture(scope="module")
def table() -> Table:
    return read_table(DATA / "communes.csv.gz")


@pytest.fixture(scope="module")
def epcis() -> Table:
    with (DATA / "epci.csv").open(encoding="utf-8", newline="") as stream:
        return {row["code"]: row for row in csv.DictReader(stream)}


def is_well_formed(row: dict[str, str]) -> bool:
    codes = row["postal_codes"].split("|")
    return bool(
        re.fullmatch(r"\d[\dAB]\d{3}", row["code"])
        and row["name"]
        and row["name"] == row["name"].strip()
        and all(re.fullmatch(r"\d{5}", code) for code in codes)
        and len(set(codes)) == len(codes)
        and re.fullmatch(r"\d[\dAB]|9[78]\d", row["department"])
        and re.fullmatch(r"\d\d|9[78]\d", row["region"])
        and re.fullmatch(r"\d{9}|", row["epci"])
        and re.fullmatch(r"\d+", row["population"])
        and re.fullmatch(r"-?\d+\.\d{4}", row["latitude"])
        and re.fullmatch(r"-?\d+\.\d{4}", row["longitude"])
        and row["approximate"] in ("0", "1")
        and row["code"].startswith(row["department"])
    )


def test_the_table_is_packed_without_time_or_name() -> None:
    head = (DATA / "communes.csv.gz").read_bytes()[:10]
    assert head[3] == 0
    assert head[4:8] == bytes(4)


def test_the_headers_are_the_decided_ones(
    rows: list[dict[str, str]], epcis: dict[str, dict[str, str]]
) -> None:
    decided = "code,name,postal_codes,department,region,epci,population,latitude,longitude,approximate"
    assert ",".join(rows[0]) == decided
    assert ",".join(next(iter(epcis.values()))) == "code,name,population,communes"


def test_every_row_is_well_formed(rows: list[dict[str, str]]) -> None:
    assert [row for row in rows if None in row or not is_well_formed(row)] == []


def test_codes_are_unique_sorted_and_complete(rows: list[dict[str, str]]) -> None:
    codes = [row["code"] for row in rows]
    assert len(codes) >= 34_000
    assert codes == sorted(set(codes))
    assert len({row["department"] for row in rows if len(row["department"]) == 2}) == 96


def test_metropolitan_communes_lie_in_metropolitan_france(rows: list[dict[str, str]]) -> None:
    away = [
        row["code"]
        for row in rows
        if len(row["department"]) == 2
        and not (41.3 < float(row["latitude"]) < 51.2 and -5.2 < float(row["longitude"]) < 9.6)
    ]
    assert away == []


@pytest.mark.parametrize(
    ("code", "name", "postal_codes", "epci", "latitude", "longitude"),
    [
        ("26281", "Romans-sur-Isère", "26100", "200068781", 45.05, 5.05),
        ("26362", "Valence", "26000", "200068781", 44.93, 4.89),
        ("69123", "Lyon", "|".join(f"6900{i}" for i in range(1, 10)), "200046977", 45.76, 4.84),
        ("63113", "Clermont-Ferrand", "63000|63100", "246300701", 45.78, 3.09),
    ],
)
def test_known_communes_are_where_they_are(
    table: Table, code: str, name: str, postal_codes: str, epci: str, latitude: float, longitude: float
) -> None:
    row = table[code]
    assert (row["name"], row["postal_codes"], row["epci"]) == (name, postal_codes, epci)
    assert row["approximate"] == "0"
    here = float(row["latitude"]), float(row["longitude"])
    assert km_between(here, (latitude, longitude)) < 3


def test_cities_with_districts_are_one_row_with_all_postal_codes(table: Table) -> None:
    assert "75116" in table["75056"]["postal_codes"].split("|")
    assert len(table["13055"]["postal_codes"].split("|")) == 16
    assert not {"75101", "69381", "13201"} & table.keys()


@pytest.mark.parametrize(
    ("code", "name", "communes"),
    [
        ("200068781", "CA Valence Romans Agglo", 54),
        ("200046977", "Métropole de Lyon", 58),
        ("246300701", "Clermont Auvergne Métropole", 21),
    ],
)
def test_known_epci_have_their_communes(
    table: Table, epcis: Table, code: str, name: str, communes: int
) -> None:
    assert (epcis[code]["name"], epcis[code]["communes"]) == (name, str(communes))
    assert sum(row["epci"] == code for row in table.values()) == communes


def test_epci_agree_with_the_communes(table: Table, epcis: Table) -> None:
    members = Counter(row["epci"] for row in table.values() if row["epci"])
    assert len(epcis) >= 1_200
    assert {code: int(row["communes"]) for code, row in epcis.items()} == members
    assert [code for code, row in epcis.items() if not int(row["population"]) > 0] == []


def test_nine_in_ten_people_live_in_a_commune_with_a_place_of_its_own(table: Table) -> None:
    everyone = sum(int(row["population"]) for row in table.values())
    placed = sum(int(row["population"]) for row in table.values() if row["approximate"] == "0")
    assert placed / everyone > 0.9


@pytest.mark.skipif(not REFERENCE.exists(), reason="no reference table in ../shared/data beside the checkout")
def test_coordinates_agree_with_the_reference_within_the_measured_errors(table: Table) -> None:
    reference = {code: row for code, row in read_table(REFERENCE).items() if row["type"] == "c"}
    errors = errors_km(table, reference)
    assert len(errors["départements, all"]) > 34_800
    bounds = {
        "départements, all": (3.6, 12.6),
        "départements, exact": (0.9, 2.6),
        "départements, approximate": (6.5, 14.8),
    }
    for group, (half, most) in bounds.items():
        assert percentile(errors[group], 0.5) < half, group
        assert percentile(errors[group], 0.95) < most, group
    for code, row in table.items():
        assert row["population"] == (reference[code]["pop"] or "0"), code
        assert row["epci"] == reference[code]["epci"], code
