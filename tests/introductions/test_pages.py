"""Offering, answering from a letter, sharing, writing and being away, as people do it on the pages."""

import re
from dataclasses import dataclass
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from matchmaker.accounts.models import Account
from matchmaker.assisted.models import RelayAct
from matchmaker.base.outbox import OutboxMessage
from matchmaker.base.work import WorkFactory
from matchmaker.citizens.models import Citizen
from matchmaker.groups.models import Membership, Need
from matchmaker.groups.rules import NeedState, Role
from matchmaker.introductions import queries, service
from matchmaker.introductions.models import Introduction, IntroductionMessage, NoticeRefusal, SharedContact
from matchmaker.introductions.rules import Action, DeclineReason, Party, State
from matchmaker.matching.rules import AnswerChannel
from tests import builders
from tests.doors import Person, signed_in, visitor, works_of
from tests.introductions.conftest import Pair, make_pair


@dataclass(frozen=True, slots=True, kw_only=True)
class Village:
    """The two of them at the doors of the application."""

    app: Flask
    works: WorkFactory
    pair: Pair
    camille: Person
    gaspard: Person
    orane: Person

    @property
    def need(self) -> str:
        """The path of the need."""
        return f"/needs/{self.pair.need.id}"

    def offer(self) -> str:
        """Camille offers her help; the path of the introduction."""
        answer = self.camille.fill_in(f"{self.need}/offer", {"share_address": "y"})
        assert answer.status_code == 302
        return answer.location

    def introduction(self) -> Introduction:
        """The one introduction there is."""
        with self.works.begin() as work:
            return work.session.scalars(select(Introduction)).one()

    def letter_path(self, address: str) -> str:
        """The path of the button in the newest letter to an address."""
        service.send_notices(self.works)
        with self.works.begin() as work:
            text = work.session.scalars(
                select(OutboxMessage.text)
                .where(OutboxMessage.recipient == address)
                .order_by(OutboxMessage.id.desc())
            ).first()
        found = re.search(r"http://localhost(/introductions/\S+)", text or "")
        assert found is not None
        return found[1]


@pytest.fixture
def village(app: Flask) -> Village:
    """A need with one place."""
    works = works_of(app)
    with works.begin() as work:
        pair = make_pair(work)
        people = (pair.citizen.account, pair.lead, pair.organiser)
    camille, gaspard, orane = (signed_in(app, account) for account in people)
    return Village(app=app, works=works, pair=pair, camille=camille, gaspard=gaspard, orane=orane)


def test_from_i_could_help_to_both_addresses(village: Village) -> None:
    assert f'href="{village.need}/offer"' in village.camille.get("/home").text
    assert f'href="{village.need}/offer"' in village.camille.get(village.need).text
    page = village.camille.get(f"{village.need}/offer").text
    assert "Romans-sur-Isère" in page

    path = village.offer()

    assert "Le groupe n’a pas encore répondu" in village.camille.get(path).text
    assert path in village.camille.get("/home").text
    waiting = village.gaspard.get(path).text
    assert "camille@example.org" not in waiting
    assert "Mises en relation (1)" in village.gaspard.get("/introductions").text
    village.gaspard.post(f"{path}/act", {"action": "accept", "telephone": "06 12 34 56 78"})
    assert "camille@example.org" in village.gaspard.get(path).text
    seen = village.camille.get(path).text
    assert "+33612345678" in seen
    assert "gaspard@example.org" not in seen, "he shares his number alone"
    assert "camille@example.org" not in village.orane.get(path).text, "an organiser sees no contact data"
    with village.works.begin() as work:
        assert work.session.get_one(Need, village.pair.need.id).state is NeedState.FILLED


def test_each_side_reads_its_own_words_and_gives_its_own_reasons(village: Village) -> None:
    legend = "Quand vous aurez tous deux dit oui, %s peut vous joindre par"
    assert legend % "le groupe" in village.camille.get(f"{village.need}/offer").text
    path = village.offer()
    by_letter = village.letter_path("gaspard@example.org")
    hers, his = village.camille.get(path).text, village.gaspard.get(path).text

    assert "Retirer mon offre" in hers
    assert "Camille a offert son aide." in his
    assert legend % "cette personne" in his
    for page in (his, visitor(village.app).get(by_letter).text):
        assert DeclineReason.FILLED.value in page
        assert DeclineReason.NOT_AVAILABLE.value not in page
    no = {"action": "decline", "reason": "not_available"}
    assert village.gaspard.post(f"{path}/act", no).status_code == 422
    assert visitor(village.app).fill_in(by_letter, no).status_code == 422
    village.gaspard.post(f"{path}/act", {"action": "accept"})
    assert "Pour joindre Camille" in village.gaspard.get(path).text
    assert "Pour joindre Ma bouteille" in village.camille.get(path).text, "nobody of the group shared how"
    for person, withdraw in (
        (village.camille, "Retirer mon offre"),
        (village.gaspard, "Retirer notre demande"),
    ):
        agreed = person.get(path).text
        assert withdraw in agreed
        assert "Oui, l’aide a été donnée" in agreed


def test_a_citizen_who_is_asked_gives_no_reason_of_a_groups(village: Village) -> None:
    village.gaspard.post(f"{village.need}/citizens/{village.pair.citizen.id}/propose", {"action": "accept"})
    path = f"/introductions/{village.introduction().id}"
    page = village.camille.get(path).text
    assert "Le groupe a demandé de l’aide." in page
    assert DeclineReason.NOT_AVAILABLE.value in page
    assert DeclineReason.FILLED.value not in page
    assert village.camille.post(f"{path}/act", {"action": "decline", "reason": "filled"}).status_code == 422


def test_what_is_shared_is_taken_back_on_the_page(village: Village) -> None:
    path = village.offer()
    village.gaspard.post(f"{path}/act", {"action": "accept"})
    assert village.camille.post(f"{path}/contact", {}).status_code == 302
    assert "camille@example.org" not in village.gaspard.get(path).text
    with village.works.begin() as work:
        assert work.session.scalars(select(SharedContact)).all() == []


def test_a_number_that_is_none_comes_back_as_typed(village: Village) -> None:
    answer = village.camille.fill_in(f"{village.need}/offer", {"telephone": "12 et quelque"})
    assert answer.status_code == 422
    assert "12 et quelque" in answer.text
    assert "Ce n’est pas un numéro de téléphone" in answer.text
    with village.works.begin() as work:
        assert work.session.scalars(select(Introduction)).all() == []


def test_offering_twice_leads_to_the_first(village: Village) -> None:
    path = village.offer()
    assert village.camille.get(f"{village.need}/offer").location == path


def test_who_has_no_profile_is_led_to_sign_up(village: Village) -> None:
    assert village.orane.get(f"{village.need}/offer").location == "/join"


def test_a_visitor_signs_in_first_and_comes_back(village: Village) -> None:
    answer = visitor(village.app).get(f"{village.need}/offer")
    assert answer.location == f"/sign-in?next={village.need}/offer"


def test_a_group_asks_and_the_letter_is_answered_in_two_clicks_without_signing_in(village: Village) -> None:
    ranked = village.gaspard.get(f"{village.need}/citizens").text
    propose = f"{village.need}/citizens/{village.pair.citizen.id}/propose"
    assert propose in ranked
    assert village.gaspard.fill_in(propose).status_code == 302
    nobody = visitor(village.app)
    answer = village.letter_path("camille@example.org")

    page = nobody.get(answer)

    assert page.status_code == 200
    assert village.introduction().state is State.PROPOSED, "opening the link changes nothing"
    done = nobody.post(answer, {"action": "accept", "share_address": "y"}, page=answer)
    assert done.status_code == 200
    assert "Merci de votre réponse" in done.text
    assert village.introduction().state is State.ACCEPTED
    again = nobody.get(answer)
    assert again.status_code == 410
    assert "D’accord : en contact".lower() in again.text.lower()
    assert nobody.get(f"/introductions/{village.introduction().id}").location.startswith("/sign-in")


def test_a_no_from_a_letter_needs_its_reason(village: Village) -> None:
    village.gaspard.fill_in(f"{village.need}/citizens/{village.pair.citizen.id}/propose")
    nobody, answer = visitor(village.app), village.letter_path("camille@example.org")
    assert nobody.post(answer, {"action": "decline"}, page=answer).status_code == 422
    assert nobody.post(answer, {"action": "decline", "reason": "too_far"}, page=answer).status_code == 200
    assert village.introduction().reason is DeclineReason.TOO_FAR


def test_a_forged_token_opens_nothing(village: Village) -> None:
    village.offer()
    answer = village.letter_path("gaspard@example.org")
    for path in ("/introductions/answer/a.b.c", answer[:-3] + "xyz"):
        assert visitor(village.app).get(path).status_code == 410
        sent = visitor(village.app).post(path, {"action": "accept"})
        assert sent.status_code == 410
    assert village.introduction().state is State.OFFERED


def test_a_token_of_who_has_left_the_group_opens_nothing(village: Village) -> None:
    village.offer()
    answer = village.letter_path("gaspard@example.org")
    with village.works.begin() as work:
        group = work.session.get_one(type(village.pair.group), village.pair.group.id)
        work.session.delete(group.memberships[0])
    assert visitor(village.app).get(answer).status_code == 410
    assert visitor(village.app).post(answer, {"action": "accept"}).status_code == 410
    assert village.introduction().state is State.OFFERED


def test_who_has_left_the_group_sees_its_introductions_no_more(village: Village) -> None:
    path = village.offer()
    group = village.pair.group.id
    with village.works.begin() as work:
        nora = builders.add_account(work, address="nora@example.org", first_name="Nora")
        work.session.add(Membership(group_id=group, account_id=nora.id, role=Role.LEAD, joined_at=work.now))
    village.gaspard.post(f"{path}/act", {"action": "accept", "share_address": "y"})
    assert "camille@example.org" in village.gaspard.get(path).text
    assert "gaspard@example.org" in village.camille.get(path).text
    assert path in village.gaspard.get("/introductions").text
    assert village.gaspard.fill_in(f"/groups/{group}/leave").status_code == 302
    assert village.gaspard.get(path).status_code == 404
    assert path not in village.gaspard.get("/introductions").text
    assert "gaspard@example.org" not in village.camille.get(path).text


def test_one_click_in_a_mail_program_stops_these_letters(village: Village) -> None:
    village.offer()
    service.send_notices(village.works)
    with village.works.begin() as work:
        letter = work.session.scalars(select(OutboxMessage)).one()
        assert letter.unsubscribe_url is not None
        path = letter.unsubscribe_url.removeprefix("http://localhost")
    client = village.app.test_client()
    assert client.get(path).status_code == 200
    with village.works.begin() as work:
        assert work.session.scalars(select(NoticeRefusal)).all() == [], "looking changes nothing"
    assert client.post(path, data={"List-Unsubscribe": "One-Click"}).status_code == 200
    assert client.post(path, data={"List-Unsubscribe": "One-Click"}).status_code == 200
    with village.works.begin() as work:
        refusal = work.session.scalars(select(NoticeRefusal)).one()
        assert refusal.account_id == village.pair.lead.id
    assert client.post("/introductions/stop/a.b.c").status_code == 404


def test_who_stopped_these_letters_gets_them_again_by_a_box_on_their_page_of_letters(
    village: Village,
) -> None:
    path = village.offer()
    box = re.compile(r'name="about_introductions" value="y"( checked)?')

    def ticked(person: Person) -> bool:
        found = box.search(person.get("/letters").text)
        assert found is not None
        return bool(found[1])

    def letters() -> int:
        service.send_notices(village.works)
        with village.works.begin() as work:
            return len(work.session.scalars(select(OutboxMessage)).all())

    assert ticked(village.gaspard)
    assert letters() == 1
    with village.works.begin() as work:
        stop = work.session.scalars(select(OutboxMessage.unsubscribe_url)).one() or ""
    done = village.gaspard.client.post(stop.removeprefix("http://localhost")).text
    assert 'href="/letters"' in done
    assert "Recevoir ces lettres à nouveau" in done
    assert not ticked(village.gaspard)
    assert "M’écrire aussi quand quelqu’un me demande de l’aide" in village.gaspard.get("/letters").text
    assert "Also write to me when somebody asks me" in village.gaspard.get("/letters?lang=en").text

    wanted = {"frequency": "weekly", "about_introductions": "y"}
    assert village.gaspard.fill_in("/letters", wanted).status_code == 302
    assert ticked(village.gaspard)
    tomorrow = works_of(village.app, now=builders.NOW + timedelta(days=1))
    with tomorrow.begin() as work:
        by = village.pair.as_citizen
        introduction_id = int(path.rpartition("/")[2])
        service.write_message(work, introduction_id=introduction_id, by=by, text="Bonjour")
    service.send_notices(tomorrow)
    assert letters() == 2, "he is told again"

    assert village.gaspard.fill_in("/letters", {"frequency": "weekly"}).status_code == 302
    assert not ticked(village.gaspard)
    assert ticked(village.camille), "it is each one's own choice"


def test_a_message_is_shown_as_text_and_one_that_is_too_long_is_kept(village: Village) -> None:
    path = village.offer()
    text = '<script>alert(1)</script> https://evil.example "bonjour"'
    assert village.camille.post(f"{path}/messages", {"body": text}).status_code == 302
    page = village.gaspard.get(path).text
    assert "&lt;script&gt;alert(1)&lt;/script&gt; https://evil.example" in page
    assert 'href="https://evil.example' not in page
    long = "é" * 4001
    answer = village.camille.post(f"{path}/messages", {"body": long})
    assert answer.status_code == 422
    assert long in answer.text
    assert village.camille.post(f"{path}/messages", {"body": "é" * 4000}).status_code == 302
    assert village.orane.post(f"{path}/messages", {"body": "Je regarde"}).status_code == 409
    with village.works.begin() as work:
        assert len(work.session.scalars(select(IntroductionMessage)).all()) == 2


def test_what_came_of_it_is_said_in_one_tap_and_thanked_for_once(village: Village) -> None:
    path = village.offer()
    village.gaspard.post(f"{path}/act", {"action": "accept"})
    village.gaspard.post(f"{path}/act", {"action": "help"})
    assert "Terminé : vous avez aidé" in village.camille.get(path).text
    assert village.camille.post(f"{path}/act", {"action": "help"}).status_code == 302
    thanks = {"body": "Merci pour tout !", "thanks": "1"}
    assert village.gaspard.post(f"{path}/messages", thanks).status_code == 302
    assert village.gaspard.post(f"{path}/messages", thanks).status_code == 409
    assert "Merci pour tout !" in village.camille.get(path).text


def test_an_organiser_brings_two_together_and_may_take_it_back(village: Village) -> None:
    path = f"{village.need}/citizens/{village.pair.citizen.id}/propose"
    village.orane.fill_in(path)
    begun = village.introduction()
    assert (begun.begun_by, begun.state) == (Party.ORGANISER, State.SUGGESTED)
    village.orane.post(f"/introductions/{begun.id}/act", {"action": "withdraw"})
    assert village.introduction().state is State.RETRACTED


def test_a_citizen_asked_for_a_stranger_s_need_is_a_page_that_there_is_not(village: Village) -> None:
    path = f"{village.need}/citizens/{village.pair.citizen.id}/propose"
    assert village.camille.get(path).status_code == 404
    assert village.gaspard.get(f"{village.need}/citizens/987654/propose").status_code == 404


def test_who_was_asked_twice_this_month_is_asked_no_third_time(village: Village) -> None:
    with village.works.begin() as work:
        group = work.session.get_one(type(village.pair.group), village.pair.group.id)
        for number in range(2):
            need = builders.add_need(work, group, title=f"Besoin {number}", wanted=("réparer des vélos",))
            service.propose(
                work, need_id=need.id, citizen_id=village.pair.citizen.id, by=village.pair.as_group
            )
    answer = village.gaspard.fill_in(f"{village.need}/citizens/{village.pair.citizen.id}/propose")
    assert answer.location == f"{village.need}/citizens"
    assert "deux fois ce mois-ci" in village.gaspard.get(answer.location).text


def test_a_need_that_is_not_open_is_followed_and_let_go(village: Village) -> None:
    with village.works.begin() as work:
        work.session.get_one(Need, village.pair.need.id).state = NeedState.CLOSED
    assert "Me prévenir" in village.camille.get(village.need).text
    village.camille.post(f"{village.need}/follow")
    assert "Nous vous préviendrons" in village.camille.get(village.need).text
    village.camille.post(f"{village.need}/unfollow")
    assert "Me prévenir" in village.camille.get(village.need).text
    offer = f"{village.need}/offer"
    assert village.camille.get(offer).location == village.need, "nobody fills in what would be refused"
    assert "n’est plus ouvert" in village.camille.get(village.need).text
    assert village.camille.post(offer, {"share_address": "y"}).location == village.need
    assert "n’est plus ouvert" in village.camille.get(village.need).text


@pytest.mark.parametrize("whose", ["account", "group"])
def test_being_away_is_announced_corrected_and_ended(village: Village, whose: str) -> None:
    path = "/account/absence" if whose == "account" else f"/groups/{village.pair.group.id}/absence"
    wrong = village.gaspard.fill_in(path, {"first_day": "2026-12-24", "last_day": "2026-12-01"})
    assert wrong.status_code == 422
    assert 'value="2026-12-24"' in wrong.text
    right = village.gaspard.fill_in(path, {"first_day": "2026-12-24", "last_day": "2027-01-03"})
    assert right.status_code == 302
    assert "24 décembre 2026" in village.gaspard.get(path).text
    village.gaspard.fill_in(path, {"action": "close"})
    assert "24 décembre 2026" not in village.gaspard.get(path).text
    if whose == "group":
        assert village.camille.get(path).status_code == 404


def test_a_relay_answers_for_its_people_and_stays_on_record(village: Village) -> None:
    with village.works.begin() as work:
        nadia = builders.add_account(work, address="nadia@relais.example", first_name="Nadia")
        relay = builders.add_relay(work, village.pair.world.territory, members=[nadia])
        marcel = builders.add_person(work, relay, nadia, telephone="+33475020304")
        service.propose(work, need_id=village.pair.need.id, citizen_id=marcel.id, by=village.pair.as_group)
        path = f"/relays/{relay.id}/introductions"
        name = marcel.first_name
    desk = signed_in(village.app, nadia)
    assert name in desk.get(path).text
    act = f"{path}/{village.introduction().id}/act"
    assert desk.post(act, {"action": "decline"}, page=path).status_code == 422
    assert desk.post(act, {"action": "help"}, page=path).status_code == 409
    assert village.camille.post(act, {"action": "accept"}).status_code == 404
    assert desk.post(act, {"action": "accept", "share_telephone": "y"}, page=path).status_code == 302
    agreed = village.introduction()
    assert agreed.state is State.ACCEPTED
    seen = village.gaspard.get(f"/introductions/{agreed.id}").text
    assert "+33475020304" in seen
    assert "nadia@relais.example" not in seen
    with village.works.begin() as work:
        event = queries.find_introduction(work.session, introduction_id=agreed.id)
        assert event is not None
        assert (event.events[-1].action, event.events[-1].channel) == (Action.ACCEPT, AnswerChannel.CALL)
        assert work.session.scalars(select(RelayAct.deed)).all()[-1].value == "answered"


def test_a_relay_offers_again_to_no_group_that_owes_three_answers(village: Village) -> None:
    with village.works.begin() as work:
        nadia = builders.add_account(work, address="nadia@relais.example", first_name="Nadia")
        relay = builders.add_relay(work, village.pair.world.territory, members=[nadia])
        marcel = builders.add_person(work, relay, nadia)
        need = village.pair.need.id
        his = service.Actor(
            party=Party.CITIZEN, account_id=nadia.id, relay_id=relay.id, channel=AnswerChannel.CALL
        )
        begun = service.offer(work, need_id=need, citizen_id=marcel.id, by=his)
        service.act(work, introduction_id=begun.id, action=Action.WITHDRAW, by=his)
        for number in range(3):
            one = builders.add_citizen(
                work, village.pair.world.territory, address=f"aide-{number}@example.org"
            )
            actor = service.Actor(party=Party.CITIZEN, account_id=one.account_id)
            service.offer(work, need_id=need, citizen_id=one.id, by=actor)
        path, number = f"/relays/{relay.id}/introductions", begun.id
    desk = signed_in(village.app, nadia)
    assert desk.post(f"{path}/{number}/act", {"action": "offer_again"}).status_code == 409
    with village.works.begin() as work:
        assert work.session.get_one(Introduction, number).state is State.WITHDRAWN


def test_the_menu_counts_what_the_page_lists(village: Village) -> None:
    village.offer()
    with village.works.begin() as work:
        for account, owed in ((village.pair.lead, 1), (village.pair.citizen.account, 0)):
            assert account is not None
            listed = queries.waiting_for(work.session, account_ids=[account.id])
            assert queries.count_waiting(work.session, account_id=account.id) == len(listed) == owed


def test_nobody_of_another_relay_or_none_sees_them(village: Village) -> None:
    with village.works.begin() as work:
        nadia = builders.add_account(work, address="nadia@relais.example", first_name="Nadia")
        relay = builders.add_relay(work, village.pair.world.territory, members=[nadia])
        number = relay.id
    path = village.offer()
    assert village.camille.get(f"/relays/{number}/introductions").status_code == 404
    act = f"/relays/{number}/introductions/{path.rpartition('/')[2]}/act"
    desk = signed_in(village.app, nadia)
    assert desk.post(act, {"action": "withdraw"}).status_code == 404
    assert village.introduction().state is State.OFFERED


def test_the_page_of_a_profile_that_was_deleted_still_tells_how_it_ended(village: Village) -> None:
    path = village.offer()
    with village.works.begin() as work:
        work.session.delete(work.session.get_one(Citizen, village.pair.citizen.id))
    service.advance(village.works)
    page = village.gaspard.get(path)
    assert page.status_code == 200
    assert "L’autre personne est partie" in page.text
    with village.works.begin() as work:
        assert work.session.get(Account, village.pair.citizen.account_id) is not None
