"""People without an account: their letter is planned as all others are, and written for a relay to print."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError

from matchmaker.accounts.models import Account
from matchmaker.assisted import loading as assisted_loading
from matchmaker.assisted import service as assisted
from matchmaker.base import db
from matchmaker.base.outbox import OutboxMessage
from matchmaker.base.work import Work
from matchmaker.citizens.models import Citizen
from matchmaker.digests import loading, queries, service
from matchmaker.digests.models import DigestLetter, DigestLine
from matchmaker.digests.rules import LineKind, ReaderId, Silence, read_code
from matchmaker.digests.service.writing import write_letters
from matchmaker.groups.models import Need
from matchmaker.groups.rules import NeedState
from matchmaker.matching.rules import Answer, AnswerChannel, match_from_mapping
from matchmaker.relays.models import Relay
from tests import builders
from tests.builders import World
from tests.digests.weeks import add_quiet_need, plan_run, run_week

WEEK = timedelta(days=7)


@pytest.fixture
def world(settled: None, work: Work) -> World:
    return builders.find_world(work.session)


@pytest.fixture
def nadia(work: Work) -> Account:
    return builders.add_account(work, address="nadia@mediatheque.example", first_name="Nadia")


@pytest.fixture
def relay(work: Work, world: World, nadia: Account) -> Relay:
    return builders.add_relay(work, world.territory, members=[nadia])


@pytest.fixture
def need(work: Work, world: World) -> Need:
    return add_quiet_need(work, world.challenge)


def desk_of(relay: Relay, nadia: Account) -> assisted.AtDesk:
    return assisted.AtDesk(relay_id=relay.id, member_id=nadia.id)


def letter_of(work: Work, person: Citizen) -> DigestLetter:
    return work.session.scalars(select(DigestLetter).where(DigestLetter.citizen_id == person.id)).one()


def test_who_has_no_account_has_a_letter_and_no_mail(
    work: Work, world: World, relay: Relay, nadia: Account, need: Need
) -> None:
    marcel = builders.add_person(work, relay, nadia)
    quiet = builders.add_person(work, relay, nadia, first_name="Odette", weekly_letter=False)

    run = run_week(work, territory_id=world.territory.id, started_by=None)

    letter = letter_of(work, marcel)
    assert (letter.account_id, letter.relay_id, letter.message_id) == (None, relay.id, None)
    assert letter.written_at == work.now
    assert work.session.scalars(select(OutboxMessage)).all() == []
    (line,) = letter.lines
    assert (line.kind, line.need_id, line.citizen_id) == (LineKind.NEED, need.id, marcel.id)
    assert read_code(line.code or "") == line.code
    assert work.session.scalars(select(DigestLetter).where(DigestLetter.citizen_id == quiet.id)).all() == []
    assert run.silences is not None
    assert run.silences["no_consent"] == 1
    stand = queries.progress(work.session, run)
    assert (stand.paper, stand.unwritten, stand.letters) == (1, 0, 1)


def test_a_letter_on_paper_keeps_its_reasons_though_the_profile_changes(
    work: Work, world: World, relay: Relay, nadia: Account, need: Need
) -> None:
    marcel = builders.add_person(work, relay, nadia)
    run_week(work, territory_id=world.territory.id, started_by=None)
    assisted.correct_skills(
        work, desk=desk_of(relay, nadia), citizen_id=marcel.id, skills=[("jardinage", None)]
    )

    (paper,) = assisted_loading.letters_of_relay(work.session, relay_id=relay.id, now=work.now)

    (line,) = paper.draft.lines
    assert line.match is not None
    assert paper.needs[0].match is not None
    assert line.match == match_from_mapping(paper.needs[0].match)
    assert {reason.own for reason in line.match.reasons if reason.own} == {"réparer des vélos"}


def test_the_next_week_tells_nothing_twice_and_counts_the_silence(
    work: Work, world: World, relay: Relay, nadia: Account, need: Need
) -> None:
    builders.add_person(work, relay, nadia)
    run_week(work, territory_id=world.territory.id, started_by=None)

    again = run_week(replace(work, now=work.now + WEEK), territory_id=world.territory.id, started_by=None)

    assert again.silences is not None
    assert again.silences["all_told"] == 1
    assert again.letters == []


def test_who_gets_an_account_in_the_same_week_gets_no_second_letter_and_no_need_again(
    work: Work, world: World, relay: Relay, nadia: Account, need: Need
) -> None:
    marcel = builders.add_person(work, relay, nadia)
    run_week(work, territory_id=world.territory.id, started_by=None)
    account = builders.add_account(work, address="marcel@example.org", first_name="Marcel")
    marcel.relay_id, marcel.own_first_name, marcel.own_locale = None, None, None
    marcel.account_id = account.id
    work.session.flush()
    work.session.expire_all()

    def silence(moment: Work) -> list[Silence]:
        week = loading.compose(moment.session, world.territory, now=moment.now, tokens=moment.tokens, seed=1)
        return [why for one, why in week.silent if one.account_id == account.id]

    assert silence(work) == [Silence.HAD_ONE]
    assert silence(replace(work, now=work.now + WEEK)) == [Silence.ALL_TOLD]
    assert assisted_loading.letters_of_relay(work.session, relay_id=relay.id, now=work.now) == []


def test_who_comes_after_somebody_who_left_has_a_letter_of_their_own(
    work: Work, world: World, relay: Relay, nadia: Account, need: Need
) -> None:
    marcel = builders.add_person(work, relay, nadia)
    run_week(work, territory_id=world.territory.id, started_by=None)
    number = marcel.id
    assisted.delete_person(work, desk=desk_of(relay, nadia), citizen_id=number)
    work.session.flush()
    work.session.expire_all()
    later = replace(work, now=work.now + timedelta(hours=1))
    odette = builders.add_person(later, relay, nadia, first_name="Odette")
    if work.session.get_bind().dialect.name == "sqlite":
        assert odette.id == number, "SQLite gives the number of somebody who has left to the next"

    plan = loading.compose(later.session, world.territory, now=later.now, tokens=work.tokens, seed=1)

    assert [letter.reader_id for letter in plan.letters] == [ReaderId(None, odette.id)]


def test_what_changed_since_the_plan_is_looked_at_once_more(
    work: Work, world: World, relay: Relay, nadia: Account, need: Need
) -> None:
    closed = builders.add_need(work, need.group, title="Vite pourvu")
    marcel = builders.add_person(work, relay, nadia)
    calm = builders.add_person(work, relay, nadia, first_name="Calme")
    run = service.request_week(work, territory_id=world.territory.id, started_by=None)
    plan_run(work, run)
    assisted.stop_letter(work, desk=desk_of(relay, nadia), citizen_id=calm.id)
    closed.state = NeedState.CLOSED
    work.session.flush()
    work.session.expire_all()

    while write_letters(work) is not None:
        pass

    assert letter_of(work, calm).left_out is Silence.NO_CONSENT
    assert [line.need_id for line in letter_of(work, marcel).lines] == [need.id]


@pytest.mark.parametrize(
    ("change", "constraint"),
    [
        ("account_id = (SELECT min(id) FROM accounts)", "ck_digest_letters_account_or_paper"),
        ("relay_id = NULL, written_at = NULL", "ck_digest_letters_account_or_paper"),
        ("citizen_id = NULL, relay_id = NULL", "ck_digest_letters_written_on_paper"),
        ("left_out = 'gone'", "ck_digest_letters_written_on_paper"),
        ("printed_at = '2020-01-01 00:00:00+00:00'", "ck_digest_letters_printed_after_written"),
    ],
)
def test_the_database_refuses_a_letter_that_is_neither_mail_nor_paper(
    work: Work, world: World, relay: Relay, nadia: Account, need: Need, change: str, constraint: str
) -> None:
    builders.add_person(work, relay, nadia)
    run_week(work, territory_id=world.territory.id, started_by=None)

    with pytest.raises(IntegrityError) as refused, work.session.begin_nested():
        work.session.execute(text(f"UPDATE digest_letters SET {change}"))  # noqa: S608

    assert db.violates(refused.value, constraint)


def test_a_letter_on_paper_is_never_mailed(
    work: Work, world: World, relay: Relay, nadia: Account, need: Need
) -> None:
    builders.add_citizen(work, world.territory)
    builders.add_person(work, relay, nadia)
    run_week(work, territory_id=world.territory.id, started_by=None)
    mailed = work.session.scalars(
        select(DigestLetter.message_id).where(DigestLetter.relay_id.is_(None))
    ).one()
    work.session.execute(text("UPDATE digest_letters SET message_id = NULL"))

    with pytest.raises(IntegrityError) as refused, work.session.begin_nested():
        work.session.execute(
            text("UPDATE digest_letters SET message_id = :id WHERE relay_id IS NOT NULL"), {"id": mailed}
        )

    assert db.violates(refused.value, "ck_digest_letters_paper_is_not_mailed")


def test_no_code_is_given_twice(work: Work, world: World, relay: Relay, nadia: Account, need: Need) -> None:
    builders.add_need(work, need.group, title="Autre vélo")
    builders.add_person(work, relay, nadia)
    run_week(work, territory_id=world.territory.id, started_by=None)
    codes = work.session.scalars(select(DigestLine.code)).all()
    assert len(set(codes)) == len(codes) == 2

    with pytest.raises(IntegrityError) as refused, work.session.begin_nested():
        work.session.execute(text("UPDATE digest_lines SET code = :code"), {"code": codes[0]})

    assert db.violates(refused.value, "uq_digest_lines_code")


def test_a_yes_is_in_the_next_letter_of_the_group_by_first_name_alone(
    work: Work, world: World, relay: Relay, nadia: Account
) -> None:
    need = builders.add_need(work, builders.add_group(work, world.challenge))
    marcel = builders.add_person(work, relay, nadia, telephone="+33475020304")
    run_week(work, territory_id=world.territory.id, started_by=None)
    assisted.record_answer(
        work,
        desk=desk_of(relay, nadia),
        line_id=letter_of(work, marcel).lines[0].id,
        answer=Answer.YES,
        channel=AnswerChannel.CALL,
    )

    later = replace(work, now=work.now + WEEK)
    run_week(later, territory_id=world.territory.id, started_by=None)

    letter = work.session.scalars(
        select(OutboxMessage).where(OutboxMessage.recipient_name == "Lou").order_by(OutboxMessage.id.desc())
    ).first()
    assert letter is not None
    assert letter.subject == f"Quelqu’un attend votre réponse : {need.title}"
    assert "Marcel" in letter.text
    assert "Marcel" in letter.html
    for hidden in (relay.name, "Nadia", "75 02 03 04", "475020304"):
        assert hidden not in letter.text + letter.html
    third = run_week(replace(work, now=work.now + 2 * WEEK), territory_id=world.territory.id, started_by=None)
    assert third.letters == [], "what waits is told once, and once for each reminder"
