"""A reason names what each side wrote, and says so where the engine is not sure."""

from collections.abc import Iterator

import pytest
from flask import Flask
from sqlalchemy import select

from matchmaker.base.outbox import OutboxMessage
from matchmaker.base.work import Work
from matchmaker.matching.rules import Cover, Importance, SkillReason
from tests import builders
from tests.builders import World
from tests.digests.weeks import add_quiet_need, run_week
from tests.doors import signed_in, works_of


@pytest.fixture
def work(app: Flask) -> Iterator[Work]:
    with works_of(app).begin() as opened:
        yield opened


@pytest.fixture
def world(settled: None, work: Work) -> World:
    return builders.find_world(work.session)


def reason(own: str, wanted: str, *, how: Cover = Cover.SAME, strength: float = 1.0) -> SkillReason:
    return SkillReason(
        wanted=wanted,
        importance=Importance.MUST,
        own=own,
        how=how,
        strength=strength,
        points=50,
        possible=50,
        concept_id=None,
    )


def told(app: Flask, macro: str, *values: object) -> str:
    """What a macro of the cards writes in French."""
    with app.test_request_context("/?lang=fr"):
        app.preprocess_request()
        cards = app.jinja_env.get_template("macros/cards.html").module
        return " ".join(str(getattr(cards, macro)(*values)).split())


def test_cards_pages_and_letters_name_both_words_of_one_skill(app: Flask, work: Work, world: World) -> None:
    """The card said "the group asks for it" of a word that the group never wrote."""
    need = add_quiet_need(work, world.challenge)
    camille = builders.add_citizen(work, world.territory, skills=["mécano vélo"])
    run_week(work, territory_id=world.territory.id, started_by=None)
    work.session.commit()
    person = signed_in(app, camille.account)

    home = person.get("/home?lang=fr").text
    assert "<strong>mécano vélo</strong> → réparation de vélos" in home
    assert "C’est la même compétence." in home
    page = person.get(f"/needs/{need.id}").text
    assert "mécano vélo" in page
    (letter,) = work.session.scalars(select(OutboxMessage).where(OutboxMessage.kind == "digests.weekly"))
    for text in (letter.text, letter.html):
        flat = " ".join(text.replace("&nbsp;", "\u00a0").replace("\u00a0", " ").split())
        assert "Vous offrez « mécano vélo », pour « réparation de vélos »." in flat


def test_one_word_is_named_once(app: Flask) -> None:
    same = reason("Réparation de vélos", "réparation de velos")
    assert "→" not in told(app, "reasons", [same])
    assert "Vous offrez « Réparation de vélos » : le groupe le demande." in told(app, "offered", same)


@pytest.mark.parametrize(("strength", "doubt"), [(1.0, False), (0.81, False), (0.79, True), (0.4, True)])
def test_where_the_engine_is_not_sure_it_says_so(app: Flask, strength: float, doubt: bool) -> None:
    one = reason("vendanges", "vigneron", strength=strength)
    assert ("sans doute" in told(app, "offered", one)) is doubt
    assert ("sans doute" in told(app, "reasons", [one])) is doubt
    assert "vigneron" in told(app, "offered", one)
