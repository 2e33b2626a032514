"""One person, one letter a week: with all their territories, their group's helpers and the news of their défis."""

from collections import Counter
from dataclasses import replace
from datetime import timedelta
from html import unescape

import pytest
from flask import Flask
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from matchmaker.accounts.models import Account
from matchmaker.base.letter import Letter
from matchmaker.base.outbox import MessageState, OutboxMessage
from matchmaker.base.work import Work, WorkFactory
from matchmaker.citizens import service as citizens
from matchmaker.citizens.service.profiles import give_weekly_letter
from matchmaker.digests import loading, service
from matchmaker.digests.models import DigestEdit, DigestLetter, DigestLine, DigestRun
from matchmaker.digests.rules import EditKind, Frequency, LineKind, Silence
from matchmaker.digests.service.writing import write_letters
from matchmaker.groups.rules import NeedState
from matchmaker.introductions import service as introductions
from matchmaker.introductions.rules import Action, Party
from matchmaker.post import delivery
from matchmaker.post.meanings import Bounce
from matchmaker.post.suppression import record_return
from tests import builders
from tests.builders import World
from tests.digests.weeks import add_quiet_need, plan_run, run_week
from tests.doors import signed_in, site_of, statements_of, works_of
from tests.mailbox import Mailbox

WEEK = timedelta(days=7)


@pytest.fixture
def works(app: Flask) -> WorkFactory:
    return works_of(app)


@pytest.fixture
def world(settled: None, work: Work) -> World:
    return builders.find_world(work.session)


def letters(session: Session) -> dict[str, OutboxMessage]:
    """The weekly letters by the first name of their reader."""
    session.flush()
    query = select(OutboxMessage).where(OutboxMessage.kind == "digests.weekly").order_by(OutboxMessage.id)
    found = session.scalars(query).all()
    named = {message.recipient_name: message for message in found}
    assert len(named) == len(found), "nobody has two"
    return named


def planned(work: Work, world: World) -> DigestRun:
    """This week's run, planned and not written yet."""
    run = service.request_week(work, territory_id=world.territory.id, started_by=None)
    plan_run(work, run)
    return run


def write_all(work: Work) -> None:
    """Write what is planned."""
    while write_letters(work) is not None:
        pass


def test_who_lives_in_two_territories_has_one_letter_about_both(work: Work, world: World) -> None:
    camille = builders.add_citizen(work, world.territory)
    builders.add_citizen(work, world.other_territory, commune="63113", account=camille.account)
    here = add_quiet_need(work, world.challenge)
    there = builders.add_need(
        work,
        builders.add_group(work, world.other_territory.challenges[0], name="Là-bas"),
        title="Réparer les vélos de la ville",
        commune="63113",
    )

    run_week(work, territory_id=world.other_territory.id, started_by=None)
    assert "Camille" not in letters(work.session), "hers comes with her first territory's"
    run_week(work, territory_id=world.territory.id, started_by=None)

    letter = letters(work.session)["Camille"]
    assert here.title in letter.text
    assert there.title in letter.text


def test_a_group_hears_of_the_people_who_were_told_of_its_need_and_each_of_them_once(
    work: Work, world: World
) -> None:
    need = builders.add_need(work, builders.add_group(work, world.challenge))
    builders.add_citizen(work, world.territory, first_name="Nadia")

    run_week(work, territory_id=world.territory.id, started_by=None)

    told = letters(work.session)
    assert set(told) == {"Nadia", "Lou"}
    assert told["Lou"].subject == f"Ces personnes pourraient vous aider : {need.title}"
    assert "Nadia" in told["Lou"].text
    assert f"http://localhost/needs/{need.id}/citizens" in told["Lou"].text
    assert "nadia@" not in told["Lou"].text + told["Lou"].html
    builders.add_citizen(work, world.territory, first_name="Omar", address="omar@example.org")
    run = run_week(replace(work, now=work.now + WEEK), territory_id=world.territory.id, started_by=None)
    again = work.session.scalars(
        select(OutboxMessage).where(OutboxMessage.recipient_name == "Lou").order_by(OutboxMessage.id.desc())
    ).first()
    assert again is not None
    assert "Omar" in again.text
    assert "Nadia" not in again.text
    assert run.silences == {"all_told": 1}


def test_a_member_with_skills_reads_both_in_the_same_letter(work: Work, world: World) -> None:
    own = builders.add_need(work, builders.add_group(work, world.challenge))
    lou = work.session.scalars(select(Account).where(Account.first_name == "Lou")).one()
    builders.add_citizen(work, world.territory, account=lou, skills=["couture"])
    ana = builders.add_account(work, address="ana@example.org", first_name="Ana")
    other = builders.add_need(
        work,
        builders.add_group(work, world.challenge, name="Le fil", lead=ana),
        title="Coudre des sacs",
        wanted=["couture"],
    )
    builders.add_citizen(work, world.territory, first_name="Nadia")

    run_week(work, territory_id=world.territory.id, started_by=None)

    text = letters(work.session)["Lou"].text
    assert other.title in text
    assert own.title in text
    assert "Nadia" in text


def test_a_new_group_is_news_for_those_who_chose_its_defi(work: Work, world: World) -> None:
    camille = builders.add_citizen(work, world.territory, skills=["menuiserie"])
    camille.challenges = [world.challenge]
    builders.add_citizen(
        work, world.territory, first_name="Nadia", address="n@example.org", skills=["menuiserie"]
    )
    builders.add_group(work, world.challenge, name="La Fabrique à chaussures")

    run = run_week(work, territory_id=world.territory.id, started_by=None)

    told = letters(work.session)
    assert set(told) == {"Camille"}
    assert told["Camille"].subject == "Du nouveau pour vos défis : La Fabrique à chaussures"
    assert run.silences == {"nothing_fits": 2}
    (line,) = work.session.scalars(select(DigestLine))
    assert (line.kind, line.need_id) == (LineKind.NEWS, None)


def test_each_need_reaches_its_share_and_the_run_says_which_do_not(work: Work, world: World) -> None:
    need = add_quiet_need(work, world.challenge)
    lonely = builders.add_need(work, need.group, title="Cultiver", wanted=["jardinage"])
    for number in range(4):
        builders.add_citizen(
            work, world.territory, first_name=f"Voisine{number}", address=f"v{number}@example.org"
        )

    run = run_week(work, territory_id=world.territory.id, started_by=None)

    assert run.unreached is not None
    assert [tuple(one)[:2] for one in run.unreached] == [(lonely.id, 0)]


def test_planning_again_with_the_seed_of_the_run_says_the_same(work: Work, world: World) -> None:
    first = add_quiet_need(work, world.challenge)
    for number in range(8):
        builders.add_need(work, first.group, title=f"Vélo {number}")
    builders.add_citizen(work, world.territory)
    seed = service.seed_of(world.territory, "2026-W49")

    def plan(seed: int) -> list[str]:
        found = loading.compose(work.session, world.territory, now=work.now, tokens=work.tokens, seed=seed)
        return [line.subject for letter in found.letters for line in letter.lines]

    run = planned(work, world)
    assert run.seed == seed
    kept = work.session.scalars(select(DigestLine.subject).order_by(DigestLine.position)).all()
    work.session.execute(delete(DigestLine))
    work.session.execute(delete(DigestLetter))
    work.session.expire_all()
    assert len(kept) == 5
    assert plan(seed) == kept
    assert service.seed_of(world.territory, "2026-W50") != seed
    assert {tuple(sorted(plan(one))) for one in range(12)} != {tuple(sorted(kept))}, "near-equal needs rotate"


@pytest.mark.parametrize("kind", [EditKind.HOLD, EditKind.PIN])
def test_an_organiser_holds_and_pins_lines(work: Work, world: World, kind: EditKind) -> None:
    need = add_quiet_need(work, world.challenge)
    for number in range(6):
        builders.add_need(work, need.group, title=f"Vélo {number}")
    weak = builders.add_need(work, need.group, title="Autre", wanted=["réparation de vélos", "couture"])
    camille = builders.add_citizen(work, world.territory)
    chosen = weak if kind is EditKind.PIN else need
    work.session.add(
        DigestEdit(
            territory_id=world.territory.id,
            iso_week="2026-W48",
            kind=kind,
            account_id=camille.account_id,
            need_id=chosen.id,
            made_at=work.now,
        )
    )
    work.session.flush()

    run_week(work, territory_id=world.territory.id, started_by=None)

    told = set(work.session.scalars(select(DigestLine.need_id)))
    assert len(told) == 5
    assert (chosen.id in told) is (kind is EditKind.PIN)


def test_what_changed_between_plan_and_letter_is_looked_at_once_more(work: Work, world: World) -> None:
    need = add_quiet_need(work, world.challenge)
    closed = builders.add_need(work, need.group, title="Vite pourvu")
    gone = builders.add_citizen(work, world.territory, first_name="Partie", address="p@example.org")
    calm = builders.add_citizen(work, world.territory, first_name="Calme", address="c@example.org")
    rest = builders.add_citizen(work, world.territory, first_name="Repos", address="r@example.org")
    builders.add_citizen(work, world.territory)
    planned(work, world)

    citizens.delete_profile(work, citizen_id=gone.id)
    citizens.withdraw_weekly_letter(work, citizen_id=calm.id)
    assert rest.account_id is not None
    service.choose_letters(
        work,
        account_id=rest.account_id,
        frequency=Frequency.WEEKLY,
        paused_until=work.now.date() + WEEK,
        about_introductions=True,
    )
    closed.state = NeedState.CLOSED
    work.session.flush()
    work.session.expire_all()
    write_all(work)

    told = letters(work.session)
    assert set(told) == {"Camille"}
    assert "Vite pourvu" not in told["Camille"].text
    left_out = work.session.scalars(select(DigestLetter.left_out).order_by(DigestLetter.id)).all()
    assert left_out == [Silence.GONE, Silence.NO_CONSENT, Silence.PAUSED, None]
    assert [line.need_id for line in work.session.scalars(select(DigestLine))] == [need.id], (
        "what was not told may come another week"
    )


def test_a_paused_run_lets_no_letter_leave_until_it_goes_on(
    app: Flask, works: WorkFactory, work: Work, world: World, smtp_server: Mailbox
) -> None:
    add_quiet_need(work, world.challenge)
    for number in range(3):
        builders.add_citizen(work, world.territory, first_name=f"V{number}", address=f"v{number}@example.org")
    run = planned(work, world)
    assert write_letters(work, at_most=2) == 2
    work.session.commit()
    settings = site_of(app).settings.model_copy(
        update={"mail_host": smtp_server.host, "mail_port": smtp_server.port}
    )
    with works.begin() as claiming:
        (claimed,) = delivery.claim(claiming, at_most=1)

    with works.begin() as pausing:
        assert service.pause_run(pausing, run_id=run.id)
        assert not service.pause_run(pausing, run_id=run.id)
    with works.begin() as sending:
        assert not delivery.begin_sending(sending, claimed), "what was claimed does not leave either"
    assert service.advance(works) == 0
    assert delivery.deliver(works, settings).sent == 0
    assert smtp_server.received == []

    with works.begin() as resuming:
        assert service.resume_run(resuming, run_id=run.id)
        assert not service.resume_run(resuming, run_id=run.id)
    assert service.advance(works) == 1
    assert delivery.deliver(works, settings).sent == 3
    assert len(smtp_server.received) == 3


def test_stopping_the_letters_takes_back_one_that_is_held(
    works: WorkFactory, work: Work, world: World
) -> None:
    add_quiet_need(work, world.challenge)
    camille = builders.add_citizen(work, world.territory)
    run = run_week(work, territory_id=world.territory.id, started_by=None)
    service.pause_run(work, run_id=run.id)
    assert camille.account_id is not None
    service.stop_letters(work, account_id=camille.account_id)
    service.resume_run(work, run_id=run.id)

    assert letters(work.session)["Camille"].state is MessageState.SKIPPED


def test_asking_again_after_stopping_brings_the_letters_back(work: Work, world: World) -> None:
    add_quiet_need(work, world.challenge)
    camille = builders.add_citizen(work, world.territory)
    assert camille.account_id is not None
    service.stop_letters(work, account_id=camille.account_id)
    stopped = run_week(work, territory_id=world.territory.id, started_by=None)
    assert stopped.silences == {"no_consent": 1, "off": 1}

    give_weekly_letter(work, citizen_id=camille.id, shown_text="Oui", locale="fr")
    run_week(replace(work, now=work.now + WEEK), territory_id=world.territory.id, started_by=None)

    assert set(letters(work.session)) == {"Camille"}


def test_erased_and_back_in_the_same_week_is_no_second_letter(work: Work, world: World) -> None:
    add_quiet_need(work, world.challenge)
    camille = builders.add_citizen(work, world.territory)
    run_week(work, territory_id=world.territory.id, started_by=None)
    citizens.delete_profile(work, citizen_id=camille.id)
    work.session.flush()
    work.session.expire_all()
    builders.add_citizen(work, world.other_territory, commune="63113")
    builders.add_need(
        work, builders.add_group(work, world.other_territory.challenges[0], name="B"), commune="63113"
    )

    run = run_week(work, territory_id=world.other_territory.id, started_by=None)

    assert run.silences == {"had_one": 1, "nothing_fits": 1}
    (first,) = letters(work.session).values()
    assert (first.state, first.text) == (MessageState.SKIPPED, "")


def test_who_cannot_be_reached_is_planned_no_letter_and_is_told_nothing(work: Work, world: World) -> None:
    add_quiet_need(work, world.challenge)
    camille = builders.add_citizen(work, world.territory)
    earlier = work.post(
        Letter(
            kind="digests.test",
            recipient=builders.account_of(camille).address,
            recipient_name="Camille",
            locale="fr",
            subject="Bonjour",
            text="Bonjour",
            html="Bonjour",
        )
    )
    record_return(work, message=earlier, bounce=Bounce.HARD, diagnostic="5.1.1 unknown")

    run = run_week(work, territory_id=world.territory.id, started_by=None)

    assert run.silences == {"came_back": 1, "off": 1}
    assert work.session.scalars(select(DigestLine)).all() == []
    assert letters(work.session) == {}


def test_the_letter_and_the_page_tell_how_fast_a_group_answers(app: Flask, work: Work, world: World) -> None:
    lead = builders.add_account(work, address="gaspard@example.org", first_name="Gaspard")
    group = builders.add_group(work, world.challenge, lead=lead)
    asked = builders.add_need(work, group, wanted=("couture",), places=9)
    long_ago = replace(work, now=work.now - 20 * timedelta(days=1))
    later = replace(work, now=long_ago.now + timedelta(days=2))
    for number in range(5):
        helper = builders.add_citizen(
            work, world.territory, address=f"aide-{number}@example.org", first_name=f"Aide {number}"
        )
        actor = introductions.Actor(party=Party.CITIZEN, account_id=helper.account_id)
        begun = introductions.offer(long_ago, need_id=asked.id, citizen_id=helper.id, by=actor)
        answer = introductions.Actor(party=Party.GROUP, account_id=lead.id)
        introductions.act(later, introduction_id=begun.id, action=Action.ACCEPT, by=answer)
    camille = builders.add_citizen(work, world.territory)
    need = builders.add_need(work, group, title="Réparer les vélos", wanted=("réparer des vélos",))
    run_week(work, territory_id=world.territory.id, started_by=None)
    letter = letters(work.session)["Camille"]
    work.session.commit()

    said = "Ce groupe répond à 100 % des personnes qui proposent leur aide."
    assert need.title in letter.text
    assert f"/needs/{need.id}/offer" in letter.text
    for text in (letter.text, letter.html, signed_in(app, camille.account).get("/home").text):
        assert said in " ".join(unescape(text).split())


def test_a_member_who_lives_elsewhere_hears_of_the_helpers_of_their_group(work: Work, world: World) -> None:
    gaspard = builders.add_account(work, address="gaspard@example.org", first_name="Gaspard")
    builders.add_citizen(work, world.other_territory, commune="63113", account=gaspard, skills=["couture"])
    group = builders.add_group(work, world.challenge, lead=gaspard)
    need = builders.add_need(work, group, title="Réparer les vélos", wanted=("réparer des vélos",))
    builders.add_citizen(work, world.territory)

    run_week(work, territory_id=world.territory.id, started_by=None)
    assert set(letters(work.session)) == {"Camille"}
    run_week(work, territory_id=world.other_territory.id, started_by=None)
    letter = letters(work.session)["Gaspard"]
    assert need.title in letter.text
    assert "Camille" in letter.text

    later = replace(work, now=work.now + WEEK)
    run_week(later, territory_id=world.other_territory.id, started_by=None)
    assert len(letters(work.session)) == 2, "nobody hears of a helper twice"


def test_a_hundred_letters_are_written_with_few_statements(work: Work, world: World) -> None:
    add_quiet_need(work, world.challenge)
    for number in range(100):
        builders.add_citizen(work, world.territory, address=f"v{number}@example.org")
    planned(work, world)
    work.session.commit()
    with statements_of(work.session) as given:
        while write_letters(work) is not None:
            work.session.commit()
    asked = Counter(
        one.split("(")[0] for one in given if not one.startswith(("BEGIN", "SAVEPOINT", "RELEASE"))
    )
    if work.session.get_bind().dialect.name == "sqlite":
        # It is given each letter by itself, and is in the same process.
        del asked["INSERT INTO outbox_messages "]
    assert asked.total() <= 120
