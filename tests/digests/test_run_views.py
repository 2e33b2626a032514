"""A run while its letters leave, each letter as it was sent, and doubts settled by hand."""

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from matchmaker.accounts.models import Account
from matchmaker.base.acts import Act
from matchmaker.base.outbox import MessageState, OutboxMessage
from matchmaker.base.work import Work
from matchmaker.citizens import service as citizens
from matchmaker.citizens.models import Citizen
from matchmaker.citizens.queries import weekly_consent
from matchmaker.digests import loading as service
from matchmaker.digests.models import DigestLetter, DigestRun
from matchmaker.digests.service import settle_letter
from matchmaker.groups.models import Need
from matchmaker.groups.rules import NeedState
from matchmaker.introductions import service as introductions
from matchmaker.post import brake
from matchmaker.post.bounces import Outcome, take_report
from tests import builders
from tests.builders import NOW, World
from tests.databases import Database
from tests.digests.weeks import run_week
from tests.doors import Person, make_app, signed_in, works_of
from tests.kernel.spoken_reports import complaint

PAGE = "/t/valence-romans/week"
RUN = f"{PAGE}/2026-W48"
WEEK = timedelta(days=7)


@pytest.fixture
def world(settled: None, work: Work) -> World:
    return builders.find_world(work.session)


@pytest.fixture
def orane(app: Flask, work: Work, organiser: Account) -> Person:
    work.session.commit()
    return signed_in(app, organiser)


@pytest.fixture
def run(work: Work, world: World, need: Need, camille: Citizen, orane: Person) -> DigestRun:
    """The week's run with Camille's letter, which waits."""
    found = run_week(work, territory_id=world.territory.id, started_by=None)
    work.session.commit()
    return found


def message(work: Work) -> OutboxMessage:
    """The letter to Camille in the outbox."""
    work.session.expire_all()
    return work.session.scalars(
        select(OutboxMessage).where(OutboxMessage.recipient == "camille@example.org")
    ).one()


def letter_path(work: Work) -> str:
    """The page of the only letter."""
    return f"{RUN}/letters/{work.session.scalars(select(DigestLetter.id)).one()}"


def stop(work: Work, state: MessageState, error: str | None = None) -> None:
    """Let the letter have ended so."""
    found = message(work)
    found.state, found.settled_at, found.last_error = state, NOW, error
    work.session.commit()


def test_the_page_looks_again_while_something_moves_and_stops_when_all_is_done(
    work: Work, run: DigestRun, orane: Person
) -> None:
    page = orane.get(PAGE).text
    assert "0 of 1 letter is sent." in page
    assert 'hx-trigger="every 2s"' in page
    assert "Look again" in page
    seen = f"{RUN}/progress?seen=sending-0-0-1-0-0-0"
    assert orane.get(seen).status_code == 204, "what is shown already is not said again"

    stop(work, MessageState.SENT)

    part = orane.get(seen)
    assert part.status_code == 200
    assert "<html" not in part.text
    assert "1 of 1 letter is sent." in part.text
    assert "hx-trigger" not in part.text


def test_a_run_is_paused_and_goes_on(work: Work, run: DigestRun, orane: Person) -> None:
    orane.post(f"{RUN}/pause")
    page = orane.get(PAGE).text
    assert "Paused: no more letters leave." in page
    assert "hx-trigger" not in page
    assert message(work).state is MessageState.HELD
    orane.post(f"{RUN}/pause")
    assert "These letters are not on their way at the moment." in orane.get(PAGE).text

    orane.post(f"{RUN}/resume")
    assert "The letters go on leaving." in orane.get(PAGE).text
    assert message(work).state is MessageState.PENDING
    orane.post(f"{RUN}/resume")
    assert "These letters are not paused." in orane.get(PAGE).text


def test_all_doubts_of_a_run_are_settled_in_one_go(
    work: Work, world: World, need: Need, orane: Person
) -> None:
    for number in range(3):
        builders.add_citizen(work, world.territory, address=f"c{number}@example.org")
    work.session.commit()
    run = run_week(work, territory_id=world.territory.id, started_by=None)
    messages = work.session.scalars(select(OutboxMessage)).all()
    assert len(messages) > 2
    for one in messages[1:]:
        one.state, one.settled_at = MessageState.UNKNOWN, NOW
    work.session.commit()
    page = orane.get(RUN).text
    assert "All of them arrived" in page
    assert f"{RUN}/settle" in page

    orane.post(f"{RUN}/settle", {"arrived": "no"})

    assert f"{len(messages) - 1} letters are settled." in orane.get(RUN).text
    work.session.expire_all()
    assert {one.state for one in messages[1:]} == {MessageState.FAILED}
    assert messages[0].state is MessageState.PENDING
    settled = work.session.scalars(select(DigestLetter).where(DigestLetter.settled_at.is_not(None))).all()
    assert len(settled) == len(messages) - 1
    released = {line.recipient_key for letter in settled for line in letter.lines}
    assert released == {f"released:{letter.id}" for letter in settled}
    assert "In doubt" in orane.get(RUN).text
    orane.post(f"{RUN}/settle", {"arrived": "yes"})
    assert {one.state for one in messages[1:]} == {MessageState.FAILED}
    assert run.iso_week in RUN


def test_whoever_calls_the_letter_unwanted_has_stopped_it_and_the_organisers_are_told(
    work: Work, run: DigestRun, orane: Person
) -> None:
    stop(work, MessageState.SENT)
    assert "called this letter unwanted" not in orane.get(RUN).text
    assert take_report(work, raw=complaint(message(work).message_key)) is Outcome.COMPLAINT
    work.session.commit()
    assert "1 reader called this letter unwanted in their mail program." in orane.get(RUN).text
    account = work.session.scalars(select(Account).where(Account.address == "camille@example.org")).one()
    citizen = work.session.scalars(select(Citizen).where(Citizen.account_id == account.id)).one()
    assert weekly_consent(work.session, citizen_id=citizen.id) is None
    assert not introductions.wants_notices(work.session, account_id=account.id)
    verbs = work.session.scalars(select(Act.action)).all()
    assert "letter.called_unwanted" in verbs


def test_the_page_tells_that_no_letter_leaves_for_a_while(work: Work, run: DigestRun, orane: Person) -> None:
    assert "No letter leaves at the moment." not in orane.get(PAGE).text
    for _ in range(brake.DOUBTS_IN_A_ROW):
        brake.note_doubt(work, "SMTPServerDisconnected")
    work.session.commit()
    page = orane.get(PAGE).text
    assert "No letter leaves at the moment." in page
    assert "one letter is tried again on 24 November 2026, 10:35" in page


def test_failed_letters_are_listed_by_first_name_without_any_address(
    work: Work, run: DigestRun, orane: Person
) -> None:
    stop(work, MessageState.FAILED, "550 5.1.1 <camille@example.org>: nobody here")

    for path in (PAGE, RUN, f"{RUN}/progress", letter_path(work)):
        page = orane.get(path).text
        assert "Camille" in page
        assert "550 5.1.1 &lt;…&gt;: nobody here" in page
        assert "camille@example.org" not in page


def test_a_letter_is_shown_exactly_as_it_was_sent_whatever_changed_since(
    work: Work, need: Need, run: DigestRun, orane: Person
) -> None:
    stop(work, MessageState.SENT)
    title, subject, kept = need.title, message(work).subject, message(work)
    need.title, need.state = "Tout autre chose", NeedState.CLOSED
    work.session.commit()

    page = orane.get(letter_path(work)).text
    frame = orane.get(f"{letter_path(work)}/letter")

    assert subject in page
    assert f"http://localhost/needs/{need.id}" in page
    assert title in frame.text
    assert "Strong match" in page
    assert "24 November 2026, 10:30" in page
    assert kept.unsubscribe_url is not None
    key = kept.unsubscribe_url.rpartition("/")[2]
    assert key not in page + frame.text, "its reader alone may stop the letters"
    assert frame.text == kept.html.replace(key, "…")
    policy = frame.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "sandbox" in policy
    assert "script" not in policy
    assert "camille@example.org" not in page


def test_the_run_tells_every_letter_who_got_nothing_and_what_reached_too_few(
    work: Work, world: World, need: Need, run: DigestRun, orane: Person
) -> None:
    page = orane.get(RUN).text

    assert letter_path(work) in page
    assert "Chose to get no letters – 1 person" in page
    assert "Needs that reached too few people" in page
    assert need.title in page
    assert "Too few people offer what it asks for, or they know of it already." in page
    assert orane.get(f"{PAGE}/2026-W47").status_code == 404
    assert orane.get(f"{PAGE}/2026-W47/letters/1").status_code == 404


def test_the_gate_that_keeps_most_out_is_told_before_and_after(
    work: Work, world: World, need: Need, orane: Person
) -> None:
    for number in range(3):
        builders.add_citizen(
            work, world.territory, address=f"c{number}@example.org", commune="63113", radius_km=5
        )
    work.session.commit()
    told = "For most who fit it, it is too far away."
    assert told in orane.get(PAGE).text

    run = run_week(work, territory_id=world.territory.id, started_by=None)
    work.session.commit()

    assert [tuple(one) for one in run.unreached or ()] == [(need.id, 0, "place")]
    assert told in orane.get(RUN).text


def test_of_somebody_who_left_neither_name_nor_text_is_shown(
    work: Work, run: DigestRun, camille: Citizen, orane: Person
) -> None:
    stop(work, MessageState.SENT)
    subject = message(work).subject
    citizens.delete_profile(work, citizen_id=camille.id)
    work.session.commit()

    run_page, page = orane.get(RUN).text, orane.get(letter_path(work)).text

    assert "somebody who has left" in run_page
    assert "Letter to somebody who has left" in page
    assert "What it said is shown to nobody any more." in page
    assert "Camille" not in run_page + page
    assert subject not in page
    assert orane.get(f"{letter_path(work)}/letter").status_code == 404


def test_a_letter_about_somebody_who_left_is_shown_no_more(
    work: Work, world: World, camille: Citizen, orane: Person
) -> None:
    lead = builders.add_account(work, address="lou@example.org", first_name="Lou")
    builders.add_need(work, builders.add_group(work, world.challenge, lead=lead))
    run_week(work, territory_id=world.territory.id, started_by=None)
    work.session.commit()
    theirs = work.session.scalars(select(DigestLetter.id).where(DigestLetter.account_id == lead.id)).one()
    assert "Camille" in orane.get(f"{RUN}/letters/{theirs}").text

    citizens.delete_profile(work, citizen_id=camille.id)
    work.session.commit()

    assert "Camille" not in orane.get(f"{RUN}/letters/{theirs}").text
    assert orane.get(f"{RUN}/letters/{theirs}/letter").status_code == 404


def test_a_letter_in_doubt_that_arrived_counts_as_sent(
    work: Work, run: DigestRun, organiser: Account, orane: Person
) -> None:
    stop(work, MessageState.UNKNOWN, "TimeoutError")
    path = letter_path(work)
    assert "Did it arrive?" in orane.get(path).text

    orane.post(f"{path}/settle", {"arrived": "yes"}, page=path)

    page = orane.get(path).text
    assert "This letter counts as sent." in page
    assert "Settled by hand: Orane, 24 November 2026, 10:30" in page
    assert "Did it arrive?" not in page
    assert message(work).state is MessageState.SENT
    letter = work.session.scalars(select(DigestLetter)).one()
    assert (letter.settled_by_id, letter.settled_at) == (organiser.id, NOW)
    assert (
        service.compose(work.session, run.territory, now=NOW + WEEK, tokens=work.tokens, seed=1).letters == ()
    )


def test_what_a_letter_told_that_did_not_arrive_comes_again_and_nothing_is_sent_again(
    database: Database, work: Work, world: World, need: Need, run: DigestRun, orane: Person
) -> None:
    stop(work, MessageState.UNKNOWN, "TimeoutError")
    path = letter_path(work)

    orane.post(f"{path}/settle", {"arrived": "no"}, page=path)

    page = orane.get(path).text
    assert "This letter counts as failed." in page
    assert need.title in page, "what it told, and why, stays on record"
    assert message(work).state is MessageState.FAILED
    assert len(work.session.scalars(select(OutboxMessage)).all()) == 1
    this_week = service.compose(work.session, world.territory, now=NOW, tokens=work.tokens, seed=1)
    assert this_week.letters == (), "nobody gets a second letter in a week"
    with works_of(make_app(database.sessions, now=NOW + WEEK)).begin() as later:
        run_week(later, territory_id=world.territory.id, started_by=None)
    texts = work.session.scalars(select(OutboxMessage.text).order_by(OutboxMessage.id)).all()
    assert [need.title in text for text in texts] == [True, True]


@pytest.mark.parametrize("state", [MessageState.SENT, MessageState.FAILED, MessageState.PENDING])
def test_only_a_letter_in_doubt_is_settled(
    work: Work, run: DigestRun, orane: Person, state: MessageState
) -> None:
    found = message(work)
    found.state = state
    work.session.commit()
    path = letter_path(work)

    orane.post(f"{path}/settle", {"arrived": "no"}, page=path)

    assert "What became of this letter is known already." in orane.get(path).text
    assert message(work).state is state
    assert work.session.scalars(select(DigestLetter.settled_at)).one() is None


def test_settling_needs_an_answer(work: Work, run: DigestRun, orane: Person) -> None:
    stop(work, MessageState.UNKNOWN)
    path = letter_path(work)

    orane.post(f"{path}/settle", {"arrived": "perhaps"}, page=path)

    assert message(work).state is MessageState.UNKNOWN


def test_a_run_is_not_there_for_anybody_else(
    app: Flask, work: Work, world: World, run: DigestRun, camille: Citizen
) -> None:
    stop(work, MessageState.UNKNOWN)
    path = letter_path(work)
    other = builders.add_organiser(work, world.other_territory, address="other@example.org")
    work.session.commit()
    pages = (RUN, f"{RUN}/progress", path, f"{path}/letter")
    acts = (f"{RUN}/pause", f"{RUN}/resume", f"{path}/settle")

    for person in (signed_in(app, other), signed_in(app, camille.account)):
        assert [person.get(one).status_code for one in pages] == [404] * 4
        assert [person.post(one, {"arrived": "no"}).status_code for one in acts] == [404] * 3
    elsewhere = path.replace("valence-romans", "clermont")
    assert signed_in(app, other).get(elsewhere).status_code == 404
    assert signed_in(app, other).post(f"{elsewhere}/settle", {"arrived": "no"}).status_code == 404
    assert message(work).state is MessageState.UNKNOWN


def test_a_letter_of_another_territory_is_settled_by_no_door(
    work: Work, world: World, run: DigestRun, organiser: Account
) -> None:
    stop(work, MessageState.UNKNOWN)
    letter_id = work.session.scalars(select(DigestLetter.id)).one()
    with pytest.raises(LookupError):
        settle_letter(
            work,
            territory_id=world.other_territory.id,
            letter_id=letter_id,
            account_id=organiser.id,
            arrived=False,
        )
    assert message(work).state is MessageState.UNKNOWN


def test_what_changed_since_the_week_before(
    database: Database, work: Work, world: World, need: Need, run: DigestRun, organiser: Account
) -> None:
    with works_of(make_app(database.sessions, now=NOW + timedelta(days=3))).begin() as later:
        builders.add_need(later, later.session.merge(need.group), title="Régler des dérailleurs")
        builders.add_citizen(
            later, later.session.merge(world.territory), address="new@example.org", first_name="Noé"
        )
    need.state = NeedState.CLOSED
    work.session.commit()

    page = signed_in(make_app(database.sessions, now=NOW + WEEK), organiser).get(PAGE).text

    assert "What changed since week 48" in page
    assert "2 letters, 1 the last time" in page
    assert "2 lines in them, 1 the last time" in page
    assert "1 person gets a letter for the first time" in page
    assert "1 new need" in page
    assert "1 need of that week is not open any more" in page


def test_the_list_is_searched_by_first_name_and_leads_from_letter_to_letter(
    work: Work, world: World, need: Need, camille: Citizen, orane: Person
) -> None:
    second = builders.add_citizen(work, world.territory, address="e@example.org", first_name="Élodie")
    work.session.commit()

    found = orane.get(f"{PAGE}?name=elo").text
    assert f"/preview/{second.account_id}" in found
    assert f"/preview/{camille.account_id}" not in found
    assert "No letter goes to somebody of that name." in orane.get(f"{PAGE}?name=zzz").text
    first, last = (orane.get(f"{PAGE}/preview/{one.account_id}").text for one in (camille, second))
    assert f'/preview/{second.account_id}">The next letter' in first
    assert "The letter before" not in first
    assert f'/preview/{camille.account_id}">The letter before' in last


def test_letters_on_paper_are_counted_apart_and_name_nobody(
    work: Work, world: World, need: Need, camille: Citizen, orane: Person
) -> None:
    nadia = builders.add_account(work, address="nadia@mediatheque.example", first_name="Nadia")
    builders.add_person(work, builders.add_relay(work, world.territory, members=[nadia]), nadia)
    run_week(work, territory_id=world.territory.id, started_by=None)
    work.session.commit()

    for page in (orane.get(RUN), orane.get(PAGE)):
        assert "0 of 1 letter is sent." in page.text
        assert "On paper" in page.text
    listed = orane.get(RUN).text
    assert "somebody with a relay" in listed
    assert "Marcel" not in listed
