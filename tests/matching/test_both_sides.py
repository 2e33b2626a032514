"""A reason names what each side wrote, and says so where the engine is not sure."""

from dataclasses import replace

import pytest
from flask import Flask
from sqlalchemy import select

from matchmaker.base.outbox import OutboxMessage
from matchmaker.base.work import Work
from matchmaker.matching.rules import Cover, Importance, SkillReason
from tests import builders
from tests.builders import World
from tests.digests.weeks import add_quiet_need, run_week
from tests.doors import signed_in


@pytest.fixture
def world(settled: None, work: Work) -> World:
    return builders.find_world(work.session)


def reason(own: str, wanted: str, *, how: Cover = Cover.SAME) -> SkillReason:
    return SkillReason(
        wanted=wanted,
        importance=Importance.MUST,
        own=own,
        how=how,
        strength=1.0,
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


@pytest.mark.parametrize("how", [Cover.SAME, Cover.BROADER, Cover.NARROWER, Cover.RELATED])
@pytest.mark.parametrize(("certainty", "doubt"), [(1.0, False), (0.9, False), (0.89, True), (0.4, True)])
def test_where_the_engine_is_not_sure_it_says_so(
    app: Flask, how: Cover, certainty: float, doubt: bool
) -> None:
    one = replace(reason("vendanges", "vigneron", how=how), certainty=certainty)
    assert ("sans doute" in told(app, "offered", one)) is doubt
    assert ("sans doute" in told(app, "reasons", [one])) is doubt
    assert "vigneron" in told(app, "offered", one)


def test_what_the_title_says_is_not_told_as_a_wish(app: Flask) -> None:
    one = replace(reason("maraudes", "Chauffeur pour la banque alimentaire"), importance=None)
    for said in (told(app, "offered", one), told(app, "reasons", [one])):
        assert "maraudes" in said
        assert "Le titre du besoin en parle." in said
        assert "la même compétence" not in said
    near = replace(one, how=Cover.RELATED)
    assert "Le titre du besoin en est proche." in told(app, "reasons", [near])
