"""A relay with its people's letters: printing, calling, typing codes; what it may see, and what nobody else does."""

import importlib
import re
import sys
from datetime import date, timedelta
from io import BytesIO
from pathlib import Path

import pytest
from flask import Flask
from pypdf import PdfReader
from sqlalchemy import select

from matchmaker import web
from matchmaker.accounts.models import Account
from matchmaker.assisted.models import RelayAct
from matchmaker.assisted.rules import RelayDeed
from matchmaker.citizens.models import Citizen
from matchmaker.digests.models import DigestLetter, DigestLine
from matchmaker.digests.rules import readable_code
from matchmaker.groups.models import Need
from matchmaker.groups.rules import NeedState
from matchmaker.matching.models import NeedAnswer
from matchmaker.matching.rules import Answer, AnswerChannel
from matchmaker.relays import service as relays
from matchmaker.relays.models import Relay
from tests import builders
from tests.clock import MovableClock
from tests.databases import Database
from tests.digests.weeks import add_quiet_need, run_week
from tests.doors import Person, make_app, signed_in, visitor, without_keys, works_of


@pytest.fixture
def app(database: Database, clock: MovableClock) -> Flask:
    return make_app(database.sessions, clock=clock)


class Desk:
    """A library with Marcel, who reads French, and Edith, who reads English; another relay with Ahmed."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        with works_of(app).begin() as work:
            world = builders.make_world(work)
            self.nadia: Account = builders.add_account(
                work, address="nadia@mediatheque.example", first_name="Nadia"
            )
            self.paul: Account = builders.add_account(work, address="paul@mairie.example", first_name="Paul")
            self.relay: Relay = builders.add_relay(work, world.territory, members=[self.nadia])
            self.other: Relay = builders.add_relay(
                work, world.territory, name="Mairie de Bourg", members=[self.paul]
            )
            self.marcel: Citizen = builders.add_person(
                work, self.relay, self.nadia, telephone="+33475020304", skills=["réparer des vélos"]
            )
            self.edith: Citizen = builders.add_person(
                work, self.relay, self.nadia, first_name="Edith", locale="en", skills=["bike repair"]
            )
            self.ahmed: Citizen = builders.add_person(
                work, self.other, self.paul, first_name="Ahmed", telephone="+33475050607"
            )
            self.need: Need = add_quiet_need(work, world.challenge)
            run_week(work, territory_id=world.territory.id, started_by=None)
            self.slug = world.territory.slug
        self.path = f"/relays/{self.relay.id}/letters"

    def line(self, person: Citizen) -> DigestLine:
        """The one line about a need in a person's letter."""
        with works_of(self.app).begin() as work:
            return work.session.scalars(
                select(DigestLine).join(DigestLetter).where(DigestLetter.citizen_id == person.id)
            ).one()

    def code(self, person: Citizen) -> str:
        """The code in a person's letter."""
        return self.line(person).code or ""

    def answers(self) -> list[tuple[int, Answer, AnswerChannel, int, int | None]]:
        """Every answer on record, with its relay and who there wrote it down."""
        with works_of(self.app).begin() as work:
            return [
                (one.citizen_id, one.answer, one.channel, one.relay_id, one.recorded_by_id)
                for one in work.session.scalars(select(NeedAnswer).order_by(NeedAnswer.id))
            ]

    def deeds(self, person: Citizen) -> list[tuple[RelayDeed, int | None]]:
        """What is on record about a person since their sign-up, and who did it."""
        with works_of(self.app).begin() as work:
            acts = work.session.scalars(
                select(RelayAct).where(RelayAct.citizen_id == person.id).order_by(RelayAct.id)
            )
            return [
                (act.deed, act.account_id)
                for act in acts
                if act.deed not in {RelayDeed.SIGNED_UP, RelayDeed.LETTER_ASKED}
            ]


@pytest.fixture
def desk(app: Flask) -> Desk:
    return Desk(app)


@pytest.fixture
def nadia(app: Flask, desk: Desk) -> Person:
    return signed_in(app, desk.nadia)


@pytest.fixture
def paul(app: Flask, desk: Desk) -> Person:
    return signed_in(app, desk.paul)


def typed(person: Person, path: str, code: str, answer: str = "yes") -> tuple[int, str]:
    """Type a code at a relay's desk: the status, and the page that follows."""
    answered = person.fill_in(path, {"code": code, "answer": answer})
    return answered.status_code, person.get(path).text if answered.status_code == 302 else answered.text


def pages_of(text: str) -> list[str]:
    """The printable page of each person."""
    return re.findall(r'<article class="page".*?</article>', text, re.DOTALL)


def test_each_page_is_in_its_readers_language_and_tells_of_nobody_else(nadia: Person, desk: Desk) -> None:
    assert nadia.post(f"{desk.path}/print").location == f"{desk.path}/pages"
    edith, marcel = pages_of(nadia.get(f"{desk.path}/pages").text)

    assert 'lang="en"' in edith
    assert "Hello Edith," in edith
    assert 'lang="fr"' in marcel
    assert "Bonjour Marcel," in marcel
    assert "Vous offrez" in marcel
    assert "Romans-sur-Isère" in marcel
    for page, own, others in ((edith, desk.edith, desk.marcel), (marcel, desk.marcel, desk.edith)):
        assert readable_code(desk.code(own)) in page
        assert "data:image/svg+xml" in page
        assert readable_code(desk.code(others)) not in page
        assert others.first_name not in page
        assert "75 02 03 04" not in page
    assert "Ahmed" not in edith + marcel


def test_a_letter_tells_how_the_relay_is_reached_and_until_when_each_need_is_answered(
    app: Flask, nadia: Person, desk: Desk
) -> None:
    def marcels() -> str:
        return " ".join(pages_of(nadia.get(f"{desk.path}/pages").text)[1].split())

    page = marcels()
    assert "Romans-sur-Isère, le 24 novembre 2026" in page
    assert "Répondez avant la fin du 18 janvier 2027." in page
    assert 'class="reach"' not in page

    with works_of(app).begin() as work:
        relays.describe_relay(
            work,
            relay_id=desk.relay.id,
            telephone="04 75 70 43 01",
            postal_address="2 rue du Vieux Pont, Romans",
            opening_hours="",
        )
        need = work.session.get_one(Need, desk.need.id)
        need.until = date(2026, 12, 21)
    page = marcels()
    told = "<strong>04 75 70 43 01</strong><br> <strong>2 rue du Vieux Pont, Romans</strong> </p>"
    assert f'<p class="reach"> {told}' in page
    # A need that ends before its code does is answered until then, and no other day stands in the letter.
    assert "Répondez avant la fin du 21 décembre 2026." in page
    assert "janvier" not in page


def test_it_is_printed_for_old_eyes() -> None:
    style = (Path(web.__file__).parents[1] / "static/paper.css").read_text(encoding="utf-8")
    assert "Condensed" not in style
    words = style.replace(style[style.index("@page") : style.index("* {")], "")
    assert min(float(size) for size in re.findall(r"font-size: ([0-9.]+)pt", words)) >= 16


def test_printing_is_on_record_and_looking_is_not(nadia: Person, desk: Desk) -> None:
    assert "Pas encore imprimée" in nadia.get(desk.path).text
    nadia.get(f"{desk.path}/pages")
    assert desk.deeds(desk.marcel) == []

    nadia.post(f"{desk.path}/print")

    page = nadia.get(desk.path).text
    assert page.count("Imprimée le 24 novembre 2026, 10:30") == 2
    assert desk.deeds(desk.marcel) == [(RelayDeed.LETTER_PRINTED, desk.nadia.id)]
    assert desk.deeds(desk.ahmed) == []


def test_one_pdf_has_a_page_for_each_person(nadia: Person, desk: Desk) -> None:
    try:
        importlib.import_module("weasyprint")
    except OSError as error:
        pytest.skip(f"WeasyPrint needs Pango, which this system lacks: {error}")
    made = nadia.post(f"{desk.path}/pdf")

    assert made.content_type == "application/pdf"
    assert made.headers["Content-Disposition"] == 'attachment; filename="lettres-2026-W48.pdf"'
    edith, marcel = (page.extract_text() for page in PdfReader(BytesIO(made.data)).pages)
    assert "Hello Edith," in edith
    assert readable_code(desk.code(desk.edith)) in edith
    assert "Bonjour Marcel," in marcel
    assert readable_code(desk.code(desk.marcel)) in marcel
    assert "Edith" not in marcel
    assert desk.deeds(desk.edith) == [(RelayDeed.LETTER_PRINTED, desk.nadia.id)]


def test_without_weasyprint_a_page_says_so_and_nothing_counts_as_printed(
    nadia: Person, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    # What Python itself does with a name that stands for no module: the import fails.
    monkeypatch.setitem(sys.modules, "weasyprint", None)

    page = nadia.post(f"{desk.path}/pdf")

    assert page.status_code == 200
    assert "Ici, on ne peut pas faire de PDF" in page.text
    assert f'action="{desk.path}/print"' in page.text
    assert desk.deeds(desk.marcel) == []


def test_a_code_with_yes_is_the_persons_own_answer(nadia: Person, desk: Desk) -> None:
    status, page = typed(nadia, desk.path, readable_code(desk.code(desk.marcel)).lower())

    assert status == 302
    assert "Marcel dit oui" in page
    assert desk.answers() == [(desk.marcel.id, Answer.YES, AnswerChannel.CODE, desk.relay.id, desk.nadia.id)]
    assert desk.deeds(desk.marcel) == [(RelayDeed.ANSWERED, desk.nadia.id)]


def test_a_second_answer_corrects_the_first_for_a_week(
    nadia: Person, desk: Desk, clock: MovableClock
) -> None:
    code = desk.code(desk.marcel)
    assert typed(nadia, desk.path, code)[0] == 302
    assert typed(nadia, desk.path, code)[0] == 302, "twice the same is as good as once"
    clock.advance(timedelta(days=6))
    assert typed(nadia, desk.path, code, "no")[0] == 302
    assert [one[1] for one in desk.answers()] == [Answer.NO]
    clock.advance(timedelta(days=1))

    status, page = typed(nadia, desk.path, code)

    assert status == 422
    assert "Une autre réponse est notée depuis plus d’une semaine" in page
    assert f'value="{code}"' in page, "what was typed is still there"
    assert [one[1] for one in desk.answers()] == [Answer.NO]


def test_a_slip_an_unknown_code_and_another_relays_are_told_beside_the_field(
    nadia: Person, paul: Person, desk: Desk
) -> None:
    code = desk.code(desk.marcel)
    slip = code[1] + code[0] + code[2:] if code[0] != code[1] else ("2" if code[0] != "2" else "3") + code[1:]
    assert typed(nadia, desk.path, slip)[0] == 422
    assert "mal tapé" in typed(nadia, desk.path, slip)[1]
    status, page = typed(paul, f"/relays/{desk.other.id}/letters", code)
    assert status == 422
    assert "Aucune lettre des personnes de votre relais ne porte ce code" in page
    assert "Marcel" not in page
    empty = nadia.fill_in(desk.path, {"code": code})
    assert empty.status_code == 422
    assert "Indiquez ce que la personne répond" in empty.text
    assert desk.answers() == []


def test_a_code_is_good_for_eight_weeks(app: Flask, desk: Desk, clock: MovableClock) -> None:
    code = desk.code(desk.marcel)
    clock.advance(timedelta(weeks=8) - timedelta(minutes=1))
    nadia = signed_in(app, desk.nadia)
    assert desk.need.title in nadia.get(f"/r/{code}").text
    clock.advance(timedelta(minutes=1))

    status, page = typed(nadia, desk.path, code)

    assert status == 422
    assert "plus de huit semaines" in page
    assert desk.need.title not in nadia.get(f"/r/{code}").text
    assert "Pas encore de lettres" in nadia.get(desk.path).text
    assert desk.answers() == []


def test_nobody_says_yes_to_a_need_that_is_closed_but_no_is_kept(nadia: Person, desk: Desk) -> None:
    with works_of(desk.app).begin() as work:
        work.session.get_one(Need, desk.need.id).state = NeedState.CLOSED
    code = desk.code(desk.marcel)

    status, page = typed(nadia, desk.path, code)

    assert status == 422
    assert "Ce besoin n’est plus ouvert" in page
    assert typed(nadia, desk.path, code, "no")[0] == 302
    assert [one[1] for one in desk.answers()] == [Answer.NO]


def test_the_page_behind_the_qr_asks_once_and_acts_by_post(nadia: Person, desk: Desk) -> None:
    path = f"/r/{desk.code(desk.marcel)}"
    page = nadia.get(path).text
    assert "Que répond Marcel" in page
    assert desk.answers() == []

    assert nadia.fill_in(path, {"answer": "yes"}).location == desk.path

    assert desk.answers() == [(desk.marcel.id, Answer.YES, AnswerChannel.CODE, desk.relay.id, desk.nadia.id)]


@pytest.mark.parametrize("who", ["visitor", "paul"])
def test_anybody_else_sees_what_to_do_and_nothing_of_the_person(desk: Desk, paul: Person, who: str) -> None:
    person = paul if who == "paul" else visitor(desk.app)
    known, unknown = person.get(f"/r/{desk.code(desk.marcel)}"), person.get("/r/AAAAAA")

    assert known.status_code == unknown.status_code == 200
    assert "Appelez le lieu qui vous a donné la lettre" in known.text
    assert desk.relay.name not in known.text
    for hidden in ("Marcel", "Nadia", desk.need.title):
        assert hidden not in known.text
    code = desk.code(desk.marcel)
    alike = [without_keys(page.text) for page in (known, unknown)]
    assert alike[0].replace(code, "AAAAAA") == alike[1], "which codes there are, nobody learns"
    assert person.post(f"/r/{code}", {"answer": "yes"}).status_code == 200
    assert desk.answers() == []


def test_the_call_list_is_the_relays_alone(nadia: Person, paul: Person, desk: Desk) -> None:
    page = nadia.get(f"{desk.path}/calls").text

    assert "04 75 02 03 04" in page
    assert "Pas de numéro de téléphone" in page, "Edith gave none"
    assert f"cherche de l’aide\u00a0: {desk.need.title}" in page
    assert "You offer this: bike repair" in page
    for hidden in ("Ahmed", "75 05 06 07"):
        assert hidden not in page
    assert "Ahmed" in paul.get(f"/relays/{desk.other.id}/letters/calls").text
    for path in ("", "/pages", "/calls"):
        assert paul.get(desk.path + path).status_code == 404
    for path in ("/pdf", "/print", f"/calls/{desk.line(desk.marcel).id}"):
        assert paul.post(desk.path + path, {"outcome": "yes"}).status_code == 404
    assert desk.answers() == []
    assert desk.deeds(desk.marcel) == []


def test_another_relays_line_is_not_answered_at_ones_own_desk(paul: Person, desk: Desk) -> None:
    path = f"/relays/{desk.other.id}/letters/calls/{desk.line(desk.marcel).id}"

    for outcome in ("yes", "not_reached"):
        assert paul.post(path, {"outcome": outcome}).status_code == 404

    assert desk.answers() == []
    assert desk.deeds(desk.marcel) == []


def test_a_call_ends_with_yes_no_or_nobody(nadia: Person, desk: Desk) -> None:
    path = f"{desk.path}/calls/{desk.line(desk.marcel).id}"

    nadia.post(path, {"outcome": "not_reached"})
    assert "Marcel n’a pas répondu à l’appel" in nadia.get(f"{desk.path}/calls").text
    assert desk.answers() == []
    nadia.post(path, {"outcome": "no"})
    nadia.post(path, {"outcome": "perhaps"})

    assert desk.answers() == [(desk.marcel.id, Answer.NO, AnswerChannel.CALL, desk.relay.id, desk.nadia.id)]
    assert desk.deeds(desk.marcel) == [
        (RelayDeed.NOT_REACHED, desk.nadia.id),
        (RelayDeed.ANSWERED, desk.nadia.id),
    ]


def test_the_group_sees_who_said_yes_and_no_more_who_said_no(nadia: Person, desk: Desk) -> None:
    with works_of(desk.app).begin() as work:
        need = work.session.get_one(Need, desk.need.id)
        lead = need.group.memberships[0].account
    members = signed_in(desk.app, lead)
    page = f"/needs/{desk.need.id}/citizens"
    assert "propose son aide" not in members.get(page).text
    typed(nadia, desk.path, desk.code(desk.marcel))
    typed(nadia, desk.path, desk.code(desk.edith), "no")

    seen = members.get(page).text

    assert seen.count("Cette personne vous propose son aide") == 1
    assert seen.count("Marcel") == 1
    assert "Edith" not in seen
    assert "Ahmed" in seen, "who has not answered is proposed as before"
    for hidden in (desk.relay.name, "Nadia", "75 02 03 04", "relais"):
        assert hidden not in seen


def test_who_works_there_no_more_sees_nothing(nadia: Person, desk: Desk) -> None:
    code = desk.code(desk.marcel)
    with works_of(desk.app).begin() as work:
        relays.remove_relay_member(work, relay_id=desk.relay.id, account_id=desk.nadia.id)

    assert nadia.get(desk.path).status_code == 404
    assert "Marcel" not in nadia.get(f"/r/{code}").text
