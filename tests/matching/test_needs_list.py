"""The list of a territory's open needs: what the address asks for is what the page shows."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import urlencode

import pytest
from flask import Flask
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from werkzeug.test import TestResponse

from matchmaker.base.paging import ROWS
from matchmaker.base.work import WorkFactory
from matchmaker.groups.models import StartupGroup
from matchmaker.groups.rules import NeedKind, NeedState
from tests.builders import TODAY, World, add_citizen, add_group, add_need
from tests.doors import Person, signed_in, statements_of
from tests.extent import part_of

PAGE = "/t/valence-romans/needs"

BIKES, SITE, HALL, BAR = (
    "Réparer nos vélos",
    "Montrer nos bouteilles",
    "Un atelier de 200 m²",
    "Tenir le comptoir",
)


ARGUMENTS = (
    "q", "challenge", "kind", "commune", "commune_code", "km", "home", "hours", "until", "order", "after", "before",
)  # fmt: skip
NASTY = st.text(st.characters(exclude_categories=["Cs"]), max_size=30) | st.text(
    alphabet="\"'*:()-+^{}~\\%_;|&!<>é0123456789 ORNEAD", max_size=20
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Bottles:
    """The group to which needs are added."""

    group_id: int


@pytest.fixture
def bottles(works: WorkFactory, world: World) -> Bottles:
    """Needs of two groups, of several kinds, in several places."""
    with works.begin() as work:
        group = add_group(work, world.challenge)
        other = add_group(work, world.other_challenge, name="L’Éclaircie")
        add_need(work, group, title=BIKES, wanted=["réparation de cycles"], hours_a_week=4)
        add_need(work, group, title=SITE, wanted=["site internet"], commune=None, remote=True, hours_a_week=2)
        add_need(
            work, other, title=HALL, kind=NeedKind.PREMISES, wanted=[], commune="26362",
            until=TODAY + timedelta(days=5),
        )  # fmt: skip
        add_need(work, other, title=BAR, wanted=["buvette"], commune="26057", hours_a_week=1)
        add_need(work, other, title="Un brouillon", state=NeedState.DRAFT)
        add_need(work, other, title="Hier encore", until=TODAY - timedelta(days=1))
        return Bottles(group_id=group.id)


def _open(person: Person, asked: Mapping[str, str]) -> TestResponse:
    return person.get(f"{PAGE}?{urlencode(asked)}")


def _bare(page: TestResponse) -> str:
    return re.sub("</?mark>", "", page.text)


def _found(person: Person, **asked: str) -> set[str]:
    page = _open(person, asked)
    assert page.status_code == 200
    return {title for title in (BIKES, SITE, HALL, BAR, "Un brouillon", "Hier encore") if title in page.text}


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({}, {BIKES, SITE, HALL, BAR}),
        ({"q": "vélo"}, {BIKES}),
        ({"q": "REPARER"}, {BIKES}),
        ({"q": "mécano vélo"}, {BIKES}),
        ({"q": "bike repair", "lang": "en"}, {BIKES}),
        ({"q": "développeur web"}, {SITE}),
        ({"q": "appelle"}, {BIKES, SITE}),
        ({"q": "eclaircie comptoir"}, {BAR}),
        ({"q": "comptoir vélo"}, set()),
        ({"q": "%"}, set()),
        ({"challenge": "se-deplacer"}, {HALL, BAR}),
        ({"challenge": "inconnu"}, {BIKES, SITE, HALL, BAR}),
        ({"kind": "premises"}, {HALL}),
        ({"kind": "unheard-of"}, {BIKES, SITE, HALL, BAR}),
        ({"home": "y"}, {SITE}),
        ({"commune": "Romans-sur-Isère", "km": "0"}, {BIKES}),
        ({"commune": "Romans-sur-Isère", "km": "5"}, {BIKES, BAR}),
        ({"commune": "Romans-sur-Isère", "km": "20"}, {BIKES, BAR, HALL}),
        ({"commune": "Romans-sur-Isère", "km": "5", "home": "y"}, {BIKES, BAR, SITE}),
        ({"commune": "Atlantis"}, {BIKES, SITE, HALL, BAR}),
        ({"hours": "2"}, {SITE, HALL, BAR}),
        ({"hours": "many"}, {BIKES, SITE, HALL, BAR}),
        ({"until": (TODAY + timedelta(days=6)).isoformat()}, {BIKES, SITE, BAR}),
        ({"until": "soon"}, {BIKES, SITE, HALL, BAR}),
        ({"q": "vélo", "hours": "1"}, set()),
    ],
)
def test_the_page_shows_what_the_address_asks_for(
    person: Person, bottles: Bottles, asked: dict[str, str], found: set[str]
) -> None:
    assert bottles
    assert _found(person, **asked) == found


def test_the_form_shows_what_was_asked(person: Person, bottles: Bottles) -> None:
    assert bottles
    page = _open(person, {"q": 'vélo "cargo"', "commune": "Atlantis", "lang": "en"}).text

    assert 'value="vélo &#34;cargo&#34;"' in page
    assert "We do not know this commune" in page
    assert '<details class="more" open>' in page
    assert "Nothing fits this" in page
    assert 'href="/t/valence-romans/needs">Show all needs' in page


def test_many_needs_are_shown_a_page_at_a_time_and_the_filter_stays(
    person: Person, works: WorkFactory, bottles: Bottles
) -> None:
    with works.begin() as work:
        group = work.session.get_one(StartupGroup, bottles.group_id)
        for number in range(ROWS + 3):
            add_need(work, group, title=f"Planche {number:03}", wanted=["menuiserie"])

    first = _open(person, {"q": "planche", "lang": "en"}).text

    assert f"{ROWS + 3} needs" in first
    assert first.count("Planche ") == ROWS
    assert "Planche 002" not in first
    assert "Previous page" not in first
    (following,) = {part.split('"')[0] for part in first.split('rel="next" href="')[1:]}
    assert following.startswith(f"{PAGE}?q=planche")
    second = person.get(following.replace("&amp;", "&")).text
    assert second.count("Planche ") == 3
    assert "Previous page" in second


def test_a_citizen_may_have_what_fits_best_first(
    app: Flask, works: WorkFactory, world: World, bottles: Bottles
) -> None:
    with works.begin() as work:
        citizen = add_citizen(
            work, world.territory, skills=["réparation de vélos", "buvette"], locale="en", hours_a_week=8
        )
        group = work.session.get_one(StartupGroup, bottles.group_id)
        add_need(work, group, title="Tout autre chose", wanted=["couture"])
    person = signed_in(app, citizen.account)

    page = _bare(_open(person, {"order": "best"}))

    assert "What fits me best first" in page
    assert "Tout autre chose" not in page
    assert BIKES in page
    assert "Why you" in page
    assert BIKES not in _bare(_open(person, {"order": "best", "q": "comptoir"}))
    assert "Tout autre chose" in person.get(PAGE).text


def test_nobody_else_has_what_fits_them(person: Person, bottles: Bottles) -> None:
    assert bottles
    page = _open(person, {"order": "best", "lang": "en"}).text
    assert BIKES in page
    assert "What fits me best first" not in page


def test_the_page_asks_as_often_for_many_needs_as_for_few(
    person: Person, works: WorkFactory, bottles: Bottles
) -> None:
    def asked() -> int:
        with works.sessions() as session, statements_of(session) as statements:
            assert _open(person, {"q": "vélo", "commune": "Valence", "km": "20"}).status_code == 200
        return len(statements)

    asked()
    few = asked()
    with works.begin() as work:
        group = work.session.get_one(StartupGroup, bottles.group_id)
        for number in range(9):
            add_need(work, group, title=f"Vélo {number}")

    assert asked() == few


@settings(
    max_examples=part_of(60), suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None
)
@given(st.dictionaries(st.sampled_from(ARGUMENTS), NASTY))
@example({"q": "' OR 1=1 --", "after": "99999999999999999999"})
@example({"q": "a" * 101, "km": "-1", "hours": "-3", "until": "9999-12-31"})
@example({"q": '"', "commune": "²", "before": "-1"})
def test_whatever_the_address_says_there_is_a_page(
    person: Person, world: World, asked: dict[str, str]
) -> None:
    assert world
    answer = _open(person, asked)
    assert answer.status_code == (400 if any("\x00" in text for text in asked.values()) else 200)
