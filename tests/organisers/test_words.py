"""What words mean in a territory, as its organisers see and decide it."""

import re
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from flask import Flask
from sqlalchemy import func, select

from matchmaker.accounts.models import Account
from matchmaker.groups.rules import NeedState
from matchmaker.places.models import Territory
from matchmaker.vocabulary import service as vocabulary
from matchmaker.vocabulary.models import TerritoryVerdict
from matchmaker.vocabulary.rules import VerdictKind
from tests import builders
from tests.builders import World
from tests.cli.processes import PATIENCE
from tests.doors import Person, signed_in, visitor, works_of

PAGE = "/t/valence-romans/words"
MEANING = f"{PAGE}/meaning"


def add_organiser(app: Flask, territory: Territory, address: str = "orga@example.org") -> Account:
    """Somebody who runs the desk and reads English."""
    with works_of(app).begin() as work:
        account = builders.add_organiser(work, territory, address=address)
        account.locale = "en"
    return account


@pytest.fixture
def orane(app: Flask, world: World) -> Person:
    return signed_in(app, add_organiser(app, world.territory))


def add_citizens(app: Flask, territory: Territory, *skills: list[str]) -> None:
    with works_of(app).begin() as work:
        for number, own in enumerate(skills):
            builders.add_citizen(
                work, territory, skills=own, address=f"{territory.id}-{number}@secret.example"
            )


def unknown_phrases(page: str) -> list[str]:
    """What the page lists as not understood, with how many typed it."""
    found = re.findall(r"<summary>(.*?)</summary>", page, re.DOTALL)
    return [" ".join(re.sub(r"<[^>]+>", " ", one).split()) for one in found]


def decide(person: Person, phrase: str, kind: VerdictKind, other: str) -> str:
    """Send the form of decisions; the page that comes back, or the next one."""
    answer = person.post(PAGE, {"phrase": phrase, "kind": kind.value, "other": other}, page=PAGE)
    assert answer.status_code in {302, 422}
    return person.get(PAGE).text if answer.status_code == 302 else answer.text


def test_what_nobody_understood_is_listed_by_how_many_typed_it(
    app: Flask, world: World, orane: Person
) -> None:
    add_citizens(
        app,
        world.territory,
        ["bicloune", "réparer des vélos"],
        ["Bicloune !", "zwirbel"],
        ["zwirbel"],
        ["couture"],
    )
    add_citizens(app, world.other_territory, ["volcanisme"])
    with works_of(app).begin() as work:
        group = builders.add_group(work, work.session.merge(world.challenge))
        builders.add_need(work, group, wanted=["zwirbel"])
        builders.add_need(work, group, wanted=["quonfli"], state=NeedState.CLOSED)
        builders.add_need(work, group, wanted=["projet secret"], state=NeedState.DRAFT)

    page = orane.get(PAGE).text

    assert unknown_phrases(page) == [
        "zwirbel offered by 2 people · asked for by 1 need",
        "Bicloune ! offered by 2 people",
        "quonfli asked for by 1 need",
    ]
    assert "secret.example" not in page
    assert "Camille" not in page


def test_a_long_list_is_cut_and_says_so(app: Flask, world: World, orane: Person) -> None:
    add_citizens(app, world.territory, *([f"zwirbel{number}{own}" for own in "abc"] for number in range(11)))

    page = orane.get(PAGE).text

    assert len(unknown_phrases(page)) == 20
    assert "and 13 more" in page


def test_an_empty_page_says_that_all_is_well(orane: Person) -> None:
    page = orane.get(PAGE).text
    assert "Everything that people wrote here is understood." in page
    assert "Nothing is decided yet." in page
    assert PAGE in orane.get("/t/valence-romans/desk").text


def test_an_organiser_says_which_skill_a_phrase_is_and_sees_the_effect(
    app: Flask, world: World, orane: Person
) -> None:
    add_citizens(app, world.territory, ["bicloune", "zwirbel"])

    answer = orane.post(MEANING, {"phrase": "bicloune", "skill": "bike  repair"}, page=PAGE)

    assert (answer.status_code, answer.location) == (302, PAGE)
    page = orane.get(PAGE).text
    assert "Decided. All matches of your territory follow it from now on." in page
    assert unknown_phrases(page) == ["zwirbel offered by 1 person"]
    assert page.count("We understand: bicycle repair") == 2
    assert "Orane" in page
    with works_of(app).begin() as work:
        kept = work.session.scalars(select(TerritoryVerdict)).one()
        assert (kept.phrase, kept.kind, kept.other) == ("bicloune", VerdictKind.SAME, "bicycle repair")


def test_a_skill_that_could_be_several_is_asked_about_and_nothing_is_lost(
    app: Flask, world: World, orane: Person
) -> None:
    add_citizens(app, world.territory, ["bicloune", "zwirbel"])

    answer = orane.post(MEANING, {"phrase": "bicloune", "skill": "re"}, page=PAGE)

    assert answer.status_code == 422
    assert "Several skills fit. Choose one below, or write more." in answer.text
    assert 'value="re"' in answer.text
    offered = re.findall(r'type="radio"[^>]*name="concept" value="([^"]+)"', answer.text)
    assert {"repair.repair", "repair.bicycle-repair"} <= set(offered)
    assert answer.text.count("<details") == 2
    assert re.search(r'<details class="more" open>\s*<summary>bicloune', answer.text)

    answer = orane.post(MEANING, {"phrase": "bicloune", "skill": "re", "concept": "repair.repair"}, page=PAGE)
    assert answer.status_code == 302
    assert "We understand: repairing things" in orane.get(PAGE).text


@pytest.mark.parametrize(
    ("skill", "error"),
    [
        ("qqqq", "We do not know this skill. Write it in other words."),
        ("", "Please write a word or a few."),
        ("!?", "Please use letters or digits."),
        ("x" * 65, "At most 64 characters"),
    ],
)
def test_what_is_no_skill_is_said_beside_its_field(
    app: Flask, world: World, orane: Person, skill: str, error: str
) -> None:
    add_citizens(app, world.territory, ["bicloune"])

    answer = orane.post(MEANING, {"phrase": "bicloune", "skill": skill, "concept": "no.concept"}, page=PAGE)

    assert answer.status_code == 422
    assert re.search(rf'id="skill-0-error">.*{re.escape(error)}', answer.text)
    assert f'value="{skill}"' in answer.text


def test_a_phrase_that_another_organiser_settled_meanwhile_keeps_its_form(orane: Person) -> None:
    answer = orane.post(MEANING, {"phrase": "bicloune", "skill": "qqqq"}, page=PAGE)

    assert answer.status_code == 422
    assert unknown_phrases(answer.text) == ["bicloune"]


@pytest.mark.parametrize("kind", VerdictKind)
def test_a_decision_is_declared_shown_and_withdrawn(orane: Person, kind: VerdictKind) -> None:
    page = decide(orane, "jardinage", kind, "gardiennage")

    assert {"same": "means the same as", "never": "is never the same as"}[kind] in page.split("<tbody>")[1]
    understood = "We understand: gardening, guarding" in page
    assert understood is (kind is VerdictKind.SAME)
    assert "24 November 2026" in page

    (button,) = re.findall(rf'action="({PAGE}/\d+/withdraw)"', page)
    assert orane.post(button, page=PAGE).location == PAGE
    page = orane.get(PAGE).text
    assert "The decision is withdrawn." in page
    assert "Nothing is decided yet." in page
    assert orane.post(button, page=PAGE).status_code == 404


@pytest.mark.parametrize(
    ("phrase", "other", "field", "error"),
    [
        ("", "couture", "phrase", "Please write a word or a few."),
        ("couture", "…", "other", "Please use letters or digits."),
        ("x" * 65, "couture", "phrase", "At most 64 characters"),
        ("gardien·ne", "Gardienne", "other", "These are the same words. Write others here."),
    ],
)
def test_a_decision_that_cannot_be_is_refused_beside_its_field(
    orane: Person, phrase: str, other: str, field: str, error: str
) -> None:
    page = decide(orane, phrase, VerdictKind.NEVER, other)

    assert re.search(rf'id="{field}-error">.*{re.escape(error)}', page)
    assert f'value="{phrase}"' in page
    assert f'value="{other}"' in page
    assert re.search(r'value="never" checked', page)


def test_an_unknown_decision_is_none(app: Flask, orane: Person) -> None:
    answer = orane.post(PAGE, {"phrase": "bicloune", "kind": "perhaps", "other": "vélo"}, page=PAGE)

    assert answer.status_code == 422
    with works_of(app).begin() as work:
        assert work.session.scalar(select(func.count()).select_from(TerritoryVerdict)) == 0


def test_a_pair_is_decided_once_whichever_way(orane: Person) -> None:
    decide(orane, "bicloune", VerdictKind.SAME, "vélo")

    page = decide(orane, "Vélo", VerdictKind.NEVER, "bicloune")

    assert "Something is decided about these two already. Withdraw that decision first." in page
    assert 'value="Vélo"' in page


def test_two_organisers_who_decide_at_once_both_get_a_clear_page(live_app: Flask) -> None:
    with works_of(live_app).begin() as work:
        world = builders.make_world(work)
    people = [
        signed_in(live_app, add_organiser(live_app, world.territory, address=f"{name}@example.org"))
        for name in ("orane", "odile")
    ]
    start = Barrier(2)

    def send(person: Person) -> str:
        person.get(PAGE)
        start.wait(timeout=PATIENCE)
        return decide(person, "bicloune", VerdictKind.SAME, "vélo")

    with ThreadPoolExecutor(2) as pool:
        pages = list(pool.map(send, people))

    told = ("Decided. All matches", "Something is decided about these two already.")
    assert sorted([told[0] in page, told[1] in page] for page in pages) == [[False, True], [True, False]]


def test_whoever_decided_may_leave(app: Flask, world: World, orane: Person) -> None:
    other = add_organiser(app, world.territory, address="autre@example.org")
    decide(signed_in(app, other), "bicloune", VerdictKind.SAME, "vélo")
    with works_of(app).begin() as work:
        work.session.delete(work.session.get_one(Account, other.id))

    assert "somebody who has left" in orane.get(PAGE).text


def test_a_concept_is_shown_by_its_name(app: Flask, world: World, orane: Person) -> None:
    with works_of(app).begin() as work:
        vocabulary.declare_verdict(
            work,
            territory_id=world.territory.id,
            account_id=work.session.scalars(select(Account.id)).one(),
            phrase="bicloune",
            other="repair.bicycle-repair",
            kind=VerdictKind.SAME,
        )

    page = orane.get(PAGE).text

    assert "repair.bicycle-repair" not in page
    assert "means the same as</span> bicycle repair" in page


def test_the_words_are_not_there_for_anybody_else(app: Flask, world: World, orane: Person) -> None:
    decide(orane, "bicloune", VerdictKind.SAME, "vélo")
    with works_of(app).begin() as work:
        number = work.session.scalars(select(TerritoryVerdict.id)).one()
        citizen = builders.add_citizen(work, work.session.merge(world.territory))
    elsewhere = add_organiser(app, world.other_territory, address="elsewhere@example.org")

    for person in (signed_in(app, citizen.account), signed_in(app, elsewhere)):
        assert person.get(PAGE).status_code == 404
        for path in (PAGE, MEANING, f"{PAGE}/{number}/withdraw"):
            assert person.post(path, {"phrase": "a", "other": "b", "kind": "same"}).status_code == 404
    assert signed_in(app, elsewhere).post(f"/t/clermont/words/{number}/withdraw").status_code == 404
    assert visitor(app).get(PAGE).status_code == 302
    assert "bicloune" in orane.get(PAGE).text
    assert "bicloune" not in signed_in(app, elsewhere).get("/t/clermont/words").text


def test_a_profile_tells_what_its_territory_understands(app: Flask, world: World, orane: Person) -> None:
    decide(orane, "bicloune", VerdictKind.SAME, "bike repair")
    decide(orane, "re", VerdictKind.SAME, "bike repair")
    for territory, commune, understood in (
        (world.territory, "26281", True),
        (world.other_territory, "63113", False),
    ):
        with works_of(app).begin() as work:
            citizen = builders.add_citizen(
                work,
                work.session.merge(territory),
                skills=["bicloune"],
                commune=commune,
                address=f"{territory.slug}@example.org",
                locale="en",
            )
        person = signed_in(app, citizen.account)
        assert ("We understood: bicycle repair" in person.get("/profile/skills").text) is understood
        answer = person.fill_in("/profile/skills", {"skills-0": "re"})
        assert ("Which one do you mean?" not in answer.text) is understood
