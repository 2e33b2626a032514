"""Finding a commune as people write it, and founding a territory of communes."""

import pytest
from sqlalchemy import select

from matchmaker.base.text import fold
from matchmaker.base.work import Work, WorkFactory
from matchmaker.places import queries as places
from matchmaker.places import service as places_service
from matchmaker.places.models import Commune, Organiser, PostalCode, TerritoryCommune
from matchmaker.places.service import InvalidTerritory
from tests.builders import World, add_account, load_communes

MORE = (
    ("42218", "Saint-Étienne", "42", 173821, ("42000", "42100")),
    ("42207", "Saint-Chamond", "42", 35608, ("42400",)),
    ("69202", "Sainte-Foy-lès-Lyon", "69", 21742, ("69110",)),
    ("01328", "Romans", "01", 640, ("01400",)),
    ("67482", "Strasbourg", "67", 290576, ("67000", "67200")),
    ("82186", "Valence", "82", 5246, ("82400",)),
    ("86082", "Valence-en-Poitou", "86", 4369, ("86700",)),
    ("42092", "L'Étrat", "42", 2566, ("42580",)),
    ("2A004", "Ajaccio", "2A", 71361, ("20000", "20090")),
)


@pytest.fixture
def communes(works: WorkFactory) -> WorkFactory:
    """A dozen communes."""
    with works.begin() as work:
        load_communes(work)
        for code, name, department, population, postal_codes in MORE:
            work.session.add(
                Commune(
                    code=code, name=name, folded=fold(name), department=department, region="84", epci=None,
                    population=population, latitude=45.0, longitude=5.0, approximate=True,
                    postal_codes=[PostalCode(code=postal_code) for postal_code in postal_codes],
                )
            )  # fmt: skip
    return works


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("romans", ["Romans", "Romans-sur-Isère"]),
        ("ROMANS SUR", ["Romans-sur-Isère"]),
        (" romans-sur-isère ", ["Romans-sur-Isère"]),
        ("saint-etienne", ["Saint-Étienne"]),
        ("st etienne", ["Saint-Étienne"]),
        ("St-Étienne", ["Saint-Étienne"]),
        ("saint", ["Saint-Étienne", "Saint-Chamond", "Sainte-Foy-lès-Lyon"]),
        ("ste foy", ["Sainte-Foy-lès-Lyon"]),
        ("stras", ["Strasbourg"]),
        ("l'etrat", ["L'Étrat"]),
        ("l’étrat", ["L'Étrat"]),
        ("26000", ["Valence"]),
        ("42", ["Saint-Étienne", "Saint-Chamond", "L'Étrat"]),
        ("67200", ["Strasbourg"]),
        ("clermont ferrand (63100)", ["Clermont-Ferrand"]),
        ("Valence (26", ["Valence"]),
        ("Valence (Drôme)", ["Valence"]),
        ("Lyon (26000)", []),
        ("nowhere", []),
        ("%", []),
        ("_", []),
        ("26_00", []),
        ("(", []),
        ("()", []),
        ("", []),
        ("  ", []),
        ("é" * 5000, []),
    ],
)
def test_a_commune_is_found_as_people_write_it(communes: WorkFactory, typed: str, found: list[str]) -> None:
    with communes.begin() as work:
        assert [commune.name for commune in places.search_communes(work.session, typed)] == found


def test_the_whole_name_comes_first_and_then_the_most_people(communes: WorkFactory) -> None:
    with communes.begin() as work:
        found = [commune.code for commune in places.search_communes(work.session, "valence")]
    assert found == ["26362", "82186", "86082"]


def test_a_postal_code_tells_namesakes_apart(communes: WorkFactory) -> None:
    with communes.begin() as work:
        for typed, code in (("Valence (26000)", "26362"), ("Valence (82400)", "82186")):
            assert [c.code for c in places.search_communes(work.session, typed)] == [code]


def test_what_is_suggested_finds_the_same_commune_again(communes: WorkFactory) -> None:
    with communes.begin() as work:
        for commune in work.session.scalars(select(Commune)):
            text = f"{commune.name} ({commune.postal_codes[0].code})"
            assert [c.code for c in places.search_communes(work.session, text)] == [commune.code], text


def test_no_more_are_found_than_asked_for(communes: WorkFactory) -> None:
    with communes.begin() as work:
        assert len(places.search_communes(work.session, "saint", limit=2)) == 2


def found(work: Work, **values: object) -> str:
    """Found a territory; its slug."""
    fields: dict[str, object] = {
        "slug": "valence-romans",
        "name": "Valence-Romans",
        "summary_fr": "Ici.",
        "summary_en": "Here.",
        "epcis": ["200068781"],
        **values,
    }
    return places_service.found_territory(work, **fields).slug  # type: ignore[arg-type]


def test_a_territory_has_the_communes_of_its_groupings_and_single_ones_once(communes: WorkFactory) -> None:
    with communes.begin() as work:
        found(work, communes=["26281", "42218"])
    with communes.begin() as work:
        codes = work.session.scalars(select(TerritoryCommune.commune_code)).all()
        assert sorted(codes) == ["26057", "26281", "26362", "42218"]
        (territory,) = places.territories_of(work.session, commune_code="42218")
        assert territory.summary("en") == "Here."
        assert places.count_communes(work.session, territory_id=territory.id) == 4
        assert places.territories_of(work.session, commune_code="63113") == []


@pytest.mark.parametrize(
    ("values", "why"),
    [
        ({"slug": "Valence Romans"}, "small letters"),
        ({"slug": "valence/romans"}, "small letters"),
        ({"slug": "-valence"}, "small letters"),
        ({"slug": "v" * 61}, "60"),
        ({"slug": ""}, "small letters"),
        ({"name": ""}, "1 to 100"),
        ({"name": "V" * 101}, "1 to 100"),
        ({"epcis": ["999999999"]}, "999999999"),
        ({"communes": ["26281", "99999", "00000"]}, "00000, 99999"),
        ({"epcis": [], "communes": []}, "at least one commune"),
        ({"time_zone": "Europe/Romans"}, "not a time zone"),
        ({"time_zone": "../etc/passwd"}, "not a time zone"),
        ({"digest_weekday": 0}, "1 to 7"),
        ({"digest_weekday": 8}, "1 to 7"),
        ({"digest_hour": 24}, "0 to 23"),
    ],
)
def test_a_territory_that_cannot_be_is_told_why(
    communes: WorkFactory, values: dict[str, object], why: str
) -> None:
    with communes.begin() as work, pytest.raises(InvalidTerritory, match=why):
        found(work, **values)


def test_a_slug_is_taken_once(communes: WorkFactory) -> None:
    with communes.begin() as work:
        found(work)
    with communes.begin() as work, pytest.raises(InvalidTerritory, match="already"):
        found(work)


def test_challenges_keep_their_order_and_speak_both_languages(works: WorkFactory, world: World) -> None:
    with works.begin() as work:
        challenges = places.challenges_of(work.session, territory_id=world.territory.id)
        assert [(one.position, one.title("fr"), one.title("en")) for one in challenges] == [
            (0, "Produire ici", "Make it here"),
            (1, "Se déplacer", "Getting around"),
        ]
        assert challenges[0].description("en") == "Make it here, together."


def test_only_those_who_are_named_run_a_desk(works: WorkFactory, world: World) -> None:
    with works.begin() as work:
        orane, lou = add_account(work), add_account(work, address="lou@example.org")
        for _ in range(2):
            places_service.name_organiser(work, territory_id=world.territory.id, account_id=orane.id)
        assert len(work.session.scalars(select(Organiser)).all()) == 1
        assert places_service.is_organiser(work.session, territory_id=world.territory.id, account_id=orane.id)
        organised = places.organised_territories(work.session, account_id=orane.id)
        assert [territory.slug for territory in organised] == [world.territory.slug]
        for territory, account_id in (
            (world.territory, lou.id), (world.other_territory, orane.id), (world.territory, None),
        ):  # fmt: skip
            assert not places_service.is_organiser(
                work.session, territory_id=territory.id, account_id=account_id
            )


def where(work: Work, code: str, *, asked: str | None = None, chosen: str | None = None) -> object:
    """Where somebody of a commune takes part: territory and commune, or the slugs left to choose from."""
    found = places_service.territory_for(
        work.session, work.session.get_one(Commune, code), asked=asked, chosen=chosen
    )
    if isinstance(found, places_service.Place):
        return found.slug, found.commune_code
    return [near.territory.slug for near in found.options], found.outside


def test_a_commune_leads_to_its_territory_or_leaves_a_choice(communes: WorkFactory) -> None:
    with communes.begin() as work:
        assert where(work, "26362") == ([], True), "nothing is founded yet"
        found(work, slug="valence-romans", epcis=["200068781"])
        found(work, slug="clermont", communes=["63113"], epcis=())
        assert where(work, "26362") == ("valence-romans", "26362")
        assert where(work, "26362", asked="valence-romans") == ("valence-romans", "26362")
        assert where(work, "26362", asked="clermont") == (["valence-romans", "clermont"], False)
        assert where(work, "26362", asked="clermont", chosen="clermont") == ("clermont", "63113")


def test_who_lives_outside_is_asked_and_counts_from_the_nearest_commune(communes: WorkFactory) -> None:
    with communes.begin() as work:
        found(work, slug="valence-romans", epcis=["200068781"])
        found(work, slug="clermont", communes=["63113"], epcis=())
        asked = where(work, "67482")
        assert asked == (["valence-romans", "clermont"], True)
        assert where(work, "67482", asked="clermont") == asked, "having it in mind is no answer"
        assert where(work, "67482", chosen="clermont") == ("clermont", "63113")
        assert where(work, "67482", chosen="atlantis") == asked


def test_the_only_territory_is_asked_about_too_where_somebody_lives_outside(communes: WorkFactory) -> None:
    with communes.begin() as work:
        found(work, slug="clermont", communes=["63113"], epcis=())
        assert where(work, "67482") == (["clermont"], True)


def test_a_commune_of_two_territories_leaves_a_choice_but_for_who_has_one_in_mind(
    communes: WorkFactory,
) -> None:
    with communes.begin() as work:
        found(work, slug="valence-romans", epcis=["200068781"])
        found(work, slug="drome", communes=["26362"], epcis=())
        assert where(work, "26362") == (["valence-romans", "drome"], False)
        assert where(work, "26362", asked="drome") == ("drome", "26362")
        assert where(work, "26362", chosen="drome") == ("drome", "26362")
