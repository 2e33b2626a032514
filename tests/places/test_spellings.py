"""A commune as people write it: on an envelope, by its old name, without its article, with a slip of the finger."""

import csv
import gzip
import re
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import pytest
from sqlalchemy import select

from matchmaker.base.text import fold
from matchmaker.base.work import Work, WorkFactory
from matchmaker.places import queries as places
from matchmaker.places.models import Commune, PostalCode, Territory
from matchmaker.places.rules import commune_key, former_communes, read_spelling
from tests.builders import World
from tests.doors import Person

MORE = (
    ("01328", "Romans", "01", 740, 46.13, ("01400",)),
    ("79231", "Romans", "79", 700, 46.43, ("79260",)),
    ("26021", "Autichamp", "26", 140, 44.68, ("26400",)),
    ("26057", "Bourg-de-Péage", "26", 10116, 45.03, ("26300",)),
    ("26064", "Châteauneuf-sur-Isère", "26", 4000, 45.01, ("26300",)),
    ("26025", "La Baume-d'Hostun", "26", 550, 45.07, ("26730",)),
    ("26210", "Valherbasse", "26", 1300, 45.2, ("26350",)),
    ("82186", "Valence", "82", 5246, 44.1, ("82400",)),
    ("16392", "Valence", "16", 220, 45.9, ("16460",)),
    ("69123", "Lyon", "69", 520774, 45.76, ("69001", "69002", "69003")),
    ("75056", "Paris", "75", 2113705, 48.86, ("75001", "75015")),
    ("76351", "Le Havre", "76", 166687, 49.49, ("76600",)),
    ("67437", "Schweighouse-sur-Moder", "67", 4900, 48.82, ("67590",)),
    ("30351", "Villeneuve-lès-Avignon", "30", 12000, 43.97, ("30400",)),
    ("74010", "Annecy", "74", 131766, 45.9, ("74000", "74940")),
    ("50129", "Cherbourg-en-Cotentin", "50", 78000, 49.64, ("50100",)),
    ("2A004", "Ajaccio", "2A", 71361, 41.93, ("20000", "20090")),
    ("97411", "Saint-Denis", "974", 153810, -20.88, ("97400",)),
    ("93066", "Saint-Denis", "93", 113116, 48.94, ("93200",)),
    ("93050", "Neuilly-sur-Marne", "93", 37000, 48.86, ("93330",)),
)

CHECKOUT = Path(__file__).resolve().parents[2]
ENVELOPES = CHECKOUT.parent / "shared" / "data" / "communes.csv.gz"


@pytest.fixture
def work(world: World, works: WorkFactory) -> Iterator[Work]:
    """Two territories, and communes around them that bear the same names."""
    with works.begin() as opened:
        for code, name, department, population, latitude, postal_codes in MORE:
            if opened.session.get(Commune, code) is None:
                opened.session.add(
                    Commune(
                        code=code, name=name, folded=fold(name), department=department, region="84", epci=None,
                        population=population, latitude=latitude, longitude=5.0, approximate=True,
                        postal_codes=[PostalCode(code=postal_code) for postal_code in postal_codes],
                    )
                )  # fmt: skip
        opened.session.flush()
        yield opened


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("26100 Romans-sur-Isère", "26281"),
        ("26100 ROMANS SUR ISERE", "26281"),
        ("Romans 26100", "26281"),
        ("Romans-sur-Isère, 26100", "26281"),
        ("Romans-sur-Isère, Drôme", "26281"),
        ("Romans-sur-Isère 26100 France", "26281"),
        ("26 100", "26281"),
        ("26\u00a0100 Romans", "26281"),
        ("Romans s/Isère", "26281"),
        ("Romans s/ Isere", "26281"),
        ("châteauneuf s isère", "26064"),
        ("Bourg de Péage (Drôme)", "26057"),
        ("Bourg de Péage Drôme", "26057"),
        ("bourg de péage 26", "26057"),
        ("26021", "26021"),
        ("26021 Valence cedex", "26362"),
        ("Valence 82", "82186"),
        ("Valence (82400)", "82186"),
        ("Lyon 3e", "69123"),
        ("LYON 02", "69123"),
        ("Lyon 3ème arrondissement", "69123"),
        ("69383", "69123"),
        ("Paris 15e", "75056"),
        ("75015 Paris", "75056"),
        ("Paris XV", "75056"),
        ("Baume d'Hostun", "26025"),
        ("Havre", "76351"),
        ("le havre", "76351"),
        ("SCHWEIGHOUSE/MODER", "67437"),
        ("Villeneuve-lez-Avignon", "30351"),
        ("Montrigaud", "26210"),
        ("26350 Montrigaud", "26210"),
        ("Annecy-le-Vieux", "74010"),
        ("Cherbourg-Octeville", "50129"),
        ("2A004", "2A004"),
        ("Ajaccio 2A", "2A004"),
        ("Saint-Denis (La Réunion)", "97411"),
        ("st denis 974", "97411"),
        ("Saint-Denis de la Réunion", "97411"),
        ("Neuilly sur Marne", "93050"),
    ],
)
def test_every_usual_spelling_is_understood_without_a_question(work: Work, typed: str, code: str) -> None:
    answer = places.read_commune(work.session, typed=typed)
    assert answer.commune is not None, [commune.name_with_code for commune in answer.choices]
    assert answer.commune.code == code


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("Valance", "26362"),
        ("Romnas", "26281"),
        ("Bourgdepéage", "26057"),
        ("Clermon Ferrand", "63113"),
        ("Hâvre", "76351"),
        ("Lyon (26000)", "69123"),
    ],
)
def test_a_slip_is_a_question_and_not_a_dead_end(work: Work, typed: str, code: str) -> None:
    answer = places.read_commune(work.session, typed=typed)
    if answer.commune is None:
        assert answer.guessed
        assert code in [commune.code for commune in answer.choices]
        assert places.read_commune(work.session, typed=typed, code=code).commune is not None
    else:
        assert answer.commune.code == code


@pytest.mark.parametrize("typed", ["", "  ", "()", "%", "_", "26_00", "Zzyzx", "/", "é" * 5000, "1" * 5000])
def test_what_is_no_commune_is_none(work: Work, typed: str) -> None:
    answer = places.read_commune(work.session, typed=typed)
    assert (answer.commune, answer.choices, answer.guessed) == (None, (), False)


def test_the_near_one_is_offered_first(work: Work, world: World) -> None:
    """Who types "romans" in the Drôme was offered the one in the Deux-Sèvres first."""
    for territory in (None, world.territory):
        answer = places.read_commune(work.session, typed="romans", territory=territory)
        assert [commune.code for commune in answer.choices] == ["26281", "01328", "79231"]


def test_in_a_territorys_form_its_own_commune_is_meant(work: Work, world: World) -> None:
    everywhere = places.read_commune(work.session, typed="Valence")
    assert everywhere.commune is not None or everywhere.choices[0].code == "26362"
    here = places.read_commune(work.session, typed="Valence", territory=world.territory)
    assert here.commune is not None
    assert here.commune.code == "26362"
    far = places.read_commune(work.session, typed="Valence 82", territory=world.territory)
    assert far.commune is not None
    assert far.commune.code == "82186"


@pytest.mark.parametrize("typed", ["romans", "valence", "valance", "26", "saint"])
def test_suggestions_come_in_the_order_of_the_question(
    work: Work, world: World, person: Person, typed: str
) -> None:
    """With script and without, the same communes in the same order."""
    work.session.commit()
    territory: Territory = world.territory
    page = person.get(f"/communes?q={typed}&territory={territory.slug}").text
    found = places.search_communes(work.session, typed, territory=territory)
    found = found or places.similar_communes(work.session, typed, territory=territory)
    places_in_page = [page.index(f'data-value="{commune.code}"') for commune in found]
    assert found
    assert places_in_page == sorted(places_in_page)


def test_namesakes_are_told_apart_by_their_departement(work: Work, person: Person) -> None:
    work.session.commit()
    page = person.get("/join?lang=fr")
    assert page.status_code == 200
    asked = person.fill_in("/join", {"commune": "romans"}).text
    for name in ("Drôme", "Ain", "Deux-Sèvres"):
        assert name in asked
    assert "Deux-Sèvres" in person.get("/communes?q=romans").text


def test_what_the_pages_write_is_understood_again(work: Work) -> None:
    for commune in work.session.scalars(select(Commune)):
        for text in (commune.name_with_code, f"{commune.name}, {commune.department_name}"):
            answer = places.read_commune(work.session, typed=text)
            assert answer.commune is commune, text


def test_former_communes_name_those_of_today() -> None:
    assert former_communes()[commune_key("Montrigaud")] == {"26210"}
    assert len(former_communes()) > 2000


@pytest.mark.skipif(not ENVELOPES.exists(), reason="the table of another source is not there")
def test_lines_of_an_envelope_are_read_for_all_communes() -> None:
    """The code and the name of the line that La Poste prints, for a few thousand communes of another table."""
    with gzip.open(ENVELOPES, "rt", encoding="utf-8") as stream:
        lines = [row for row in islice(csv.DictReader(stream), 0, None, 9) if row["cp"]]
    # One of Paris, Lyon or Marseille is read as a part of its city, and what stands in brackets as where a name is.
    rows = [row for row in lines if not re.search(r"arrondissement|\(", row["nom"], re.IGNORECASE)]
    assert len(rows) > 3000
    for row in rows:
        code = row["cp"][:5]
        for text in (f"{code} {row['nom'].upper()}", f"{row['nom']} ({code})", f"{row['nom']}, {code}"):
            written = read_spelling(text)
            assert (written.key, written.code) == (commune_key(row["nom"]), code), text
