"""The legal notice, what becomes of data, and help: what everybody reads, and what a territory's team writes."""

import re
from html import unescape

import pytest
from flask import Flask
from sqlalchemy import insert, select
from sqlalchemy.exc import IntegrityError

from matchmaker.accounts.rules import SESSION_LASTS
from matchmaker.base.acts import KEPT as ACTS_KEPT
from matchmaker.base.acts import Act
from matchmaker.base.i18n import using
from matchmaker.base.outbox import LETTERS_KEPT, STRANGERS_KEPT
from matchmaker.citizens.rules import SIGN_UP_KEPT, ConsentPurpose
from matchmaker.groups.rules import CLOSED_FOR
from matchmaker.organisers import cards
from matchmaker.places.models import TerritoryPage
from matchmaker.places.rules import PAGE_LENGTH, BlockKind, PageKind, blocks
from matchmaker.places.service import InvalidTerritory, change_territory, set_page
from matchmaker.post.suppression import REMEMBERED_FOR
from tests import builders
from tests.builders import World
from tests.doors import Person, signed_in, visitor, works_of

ABOUT = "/t/valence-romans/about"
PAGES = "/t/valence-romans/pages"
NASTY = '<script>alert(1)</script>\n\njavascript:alert(1) [x](javascript:alert(2)) "onload="x\n\n## <b>B</b>\n\n- {{ 7*7 }}'


@pytest.fixture
def orane(app: Flask, world: World) -> Person:
    """Who runs the desk, and reads English."""
    with works_of(app).begin() as work:
        account = builders.add_organiser(work, world.territory, address="orane@example.org")
        account.locale = "en"
    return signed_in(app, account)


def write(orane: Person, page: str, *, fr: str = "", en: str = "") -> int:
    """Send the form of a page; the status of the answer."""
    path = f"{PAGES}/{page}"
    return orane.post(path, {"text_fr": fr, "text_en": en}, page=path).status_code


def kept(app: Flask) -> dict[tuple[str, str], str]:
    """What is kept of pages."""
    with works_of(app).begin() as work:
        found = work.session.scalars(select(TerritoryPage)).all()
        return {(page.kind.value, page.locale): page.text for page in found}


@pytest.mark.usefixtures("world")
@pytest.mark.parametrize("locale", ["fr", "en"])
@pytest.mark.parametrize("kind", PageKind)
def test_everybody_reads_each_page_of_a_territory_and_of_the_service(
    person: Person, kind: PageKind, locale: str
) -> None:
    for path in (f"{ABOUT}/{kind}", f"/about/{kind}"):
        answer = person.get(f"{path}?lang={locale}")
        assert answer.status_code == 200
        assert answer.text.count("<h2>") >= 2
        assert f'<html lang="{locale}">' in answer.text
        assert "None" not in answer.text
    assert person.get("/about/nothing").status_code == 404
    assert person.get("/t/nowhere/about/help").status_code == 404


@pytest.mark.usefixtures("world")
def test_each_page_leads_to_them_in_its_footer(app: Flask, person: Person) -> None:
    for path, there in (
        ("/", "/about"),
        ("/join", "/about"),
        ("/nowhere", "/about"),
        ("/t/valence-romans", ABOUT),
    ):
        footer = person.get(path).text.partition('<footer class="site-footer">')[2]
        assert {f"{there}/{kind}" for kind in PageKind} <= set(re.findall(r'href="([^"]+)"', footer))


def test_ours_says_how_the_team_is_reached(app: Flask, world: World, person: Person) -> None:
    with works_of(app).begin() as work:
        change_territory(work, territory_id=world.territory.id, contact="04 75 00 00 00, <b>mairie</b>")
    for kind in PageKind:
        assert "04 75 00 00 00, &lt;b&gt;mairie&lt;/b&gt;" in person.get(f"{ABOUT}/{kind}").text


def test_a_territory_writes_its_own_words_in_one_language_and_has_ours_in_the_other(
    app: Flask, orane: Person
) -> None:
    assert PAGES in orane.get("/t/valence-romans/desk").text
    form = orane.get(f"{PAGES}/legal").text
    assert "Who publishes these pages" in form
    assert write(orane, "legal", fr="## La mairie\n\n1 place Jean Jaurès\nRomans", en="") == 302
    assert kept(app) == {("legal", "fr"): "## La mairie\n\n1 place Jean Jaurès\nRomans"}
    assert "In your words: Français" in orane.get(PAGES).text

    stranger = visitor(app)
    french = stranger.get(f"{ABOUT}/legal?lang=fr").text
    assert "<h2>La mairie</h2>" in french
    assert "<p>1 place Jean Jaurès<br>Romans</p>" in french
    assert "a écrit ce texte le" in french
    english = stranger.get(f"{ABOUT}/legal?lang=en").text
    assert "Who publishes these pages" in english
    assert "wrote this on" not in english
    assert "La mairie" not in stranger.get("/t/clermont/about/legal?lang=fr").text


def test_ours_sent_back_as_they_stand_are_ours_and_an_empty_text_brings_them_back(
    app: Flask, orane: Person
) -> None:
    write(orane, "help", fr="Appelez-nous.", en="Call us.")
    assert len(kept(app)) == 2
    write(orane, "help", fr=" \n ", en="")
    assert kept(app) == {}
    page = orane.get(f"{PAGES}/help").text
    texts = [
        unescape(text).strip().replace("\n", "\r\n")
        for text in re.findall(r"<textarea[^>]*>(.*?)</textarea>", page, re.S)
    ]
    assert len(texts) == 2
    write(orane, "help", fr=texts[0], en=texts[1])
    assert kept(app) == {}


def test_what_is_written_is_shown_as_it_was_typed_and_nothing_of_it_runs(app: Flask, orane: Person) -> None:
    write(orane, "privacy", fr=NASTY, en=NASTY)
    page = visitor(app).get(f"{ABOUT}/privacy?lang=en").text
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert 'href="javascript:' not in page
    assert "<h2>&lt;b&gt;B&lt;/b&gt;</h2>" in page
    assert "<li>{{ 7*7 }}</li>" in page


def test_a_text_has_an_end_for_the_form_the_verb_and_the_database(
    app: Flask, orane: Person, world: World
) -> None:
    assert write(orane, "help", fr="é" * (PAGE_LENGTH + 1)) == 422
    assert kept(app) == {}
    assert write(orane, "help", fr="é" * PAGE_LENGTH) == 302
    with works_of(app).begin() as work:
        for texts in ({"fr": "x" * (PAGE_LENGTH + 1)}, {"de": "x"}):
            with pytest.raises(InvalidTerritory):
                set_page(work, territory_id=world.territory.id, kind=PageKind.HELP, texts=texts)
        row = {"territory_id": world.territory.id, "kind": PageKind.LEGAL, "changed_at": work.now}
        for wrong, name in (
            ({"locale": "fr", "text": ""}, "text_length"),
            ({"locale": "fr", "text": "x" * (PAGE_LENGTH + 1)}, "text_length"),
            ({"locale": "de", "text": "x"}, "known_locale"),
        ):
            with pytest.raises(IntegrityError, match=name), work.session.begin_nested():
                work.session.execute(insert(TerritoryPage).values({**row, **wrong}))


def test_who_wrote_which_page_is_on_record(app: Flask, orane: Person) -> None:
    write(orane, "legal", fr="La mairie")
    with works_of(app).begin() as work:
        act = work.session.scalars(select(Act).where(Act.action == "territory.page_set")).one()
        assert act.by_id is not None
        assert act.detail == {"page": "legal"}


@pytest.mark.usefixtures("world")
def test_the_page_about_data_names_each_consent_in_its_own_words(person: Person) -> None:
    page = unescape(person.get(f"{ABOUT}/privacy?lang=en").text)
    for purpose in ConsentPurpose:
        assert purpose.label in page
        assert cards.CONSENT_TEXTS[purpose]
        for text in cards.CONSENT_TEXTS[purpose]:
            assert text.replace("%(relay)s", "the relay") in page


@pytest.mark.usefixtures("world")
def test_the_page_about_data_has_the_terms_that_the_code_holds_to(person: Person) -> None:
    page = person.get(f"{ABOUT}/privacy?lang=en").text
    for term in (
        SIGN_UP_KEPT, SESSION_LASTS, LETTERS_KEPT, STRANGERS_KEPT, ACTS_KEPT,
        REMEMBERED_FOR, CLOSED_FOR,
    ):  # fmt: skip
        assert f"{term.days} days" in page
    with using("fr"):
        assert all(one.kept and one.why and one.what for one in cards.register())


def test_lines_that_stand_together_are_one_block() -> None:
    text = "## A\n## B\none\ntwo\n\n- x\n- y\n\n\nthree\n##\n"
    assert [(block.kind, block.lines) for block in blocks(text)] == [
        (BlockKind.HEADING, ("A",)),
        (BlockKind.HEADING, ("B",)),
        (BlockKind.PARAGRAPH, ("one", "two")),
        (BlockKind.ITEMS, ("x", "y")),
        (BlockKind.PARAGRAPH, ("three", "##")),
    ]
    assert blocks(" \n\t\n") == []
