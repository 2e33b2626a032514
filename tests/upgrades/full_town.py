"""A small town in which everything has happened once: each table has rows."""

from datetime import timedelta

from flask import Flask
from sqlalchemy import select

from matchmaker.accounts import service as accounts
from matchmaker.accounts.models import Account
from matchmaker.base import leases, limits, sent_forms
from matchmaker.base.ids import RelayId
from matchmaker.base.outbox import OutboxMessage
from matchmaker.base.work import Work
from matchmaker.citizens import service as citizens
from matchmaker.citizens.models import Citizen
from matchmaker.digests import service as digests
from matchmaker.digests.rules import Frequency, iso_week
from matchmaker.groups import service as groups
from matchmaker.groups.models import Need
from matchmaker.groups.rules import NeedState, Role
from matchmaker.introductions import service as introductions
from matchmaker.introductions.rules import Action, Party
from matchmaker.introductions.service import Actor
from matchmaker.invitations import service as invitations
from matchmaker.matching import service as matching
from matchmaker.matching.rules import Answer, AnswerChannel, DismissReason, ShownWhere
from matchmaker.places import service as places
from matchmaker.places.models import Territory
from matchmaker.places.rules import PageKind
from matchmaker.post import brake, suppression
from matchmaker.post.meanings import Bounce
from tests.builders import TODAY, add_citizen, add_need, make_world
from tests.digests.weeks import run_week
from tests.doors import works_of
from tests.house.town import make_town


def fill(app: Flask) -> None:
    """Put the town of ``make_town`` into an empty database, and let it live through a week."""
    works = works_of(app)
    with works.begin() as work:
        make_world(work)
    numbers = make_town(app).numbers
    with works.begin() as work:
        everything = work.session.get_one(Account, numbers["account_id"])
        need = work.session.get_one(Need, numbers["need_id"])
        add_neighbours(work, need, everything)
        agree(work, numbers["introduction_id"], everything)
        week = iso_week(work.now + timedelta(days=7), need.group.territory.time_zone)
        digests.ask_for_draft(work, territory_id=need.territory_id, week=week)
    introductions.send_notices(works)
    digests.draw_drafts(works)
    with works.begin() as work:
        send_week(work, need, everything)
        answer_at_relay(work, need, RelayId(numbers["relay_id"]), numbers["person_id"], everything)
        stop_letters(work, everything)


def add_neighbours(work: Work, need: Need, everything: Account) -> None:
    """Camille, who has défis, declines and hides; an invitation, a need without places, a sign-up on its way."""
    group = need.group
    camille = add_citizen(work, group.territory, challenges=[group.challenge])
    matches = matching.citizens_for_need(work.session, need, now=work.now)
    matching.record_showings(work, matches, day=TODAY, place=ShownWhere.PAGE)
    matching.dismiss(work, need_id=need.id, citizen_id=camille.id, reason=DismissReason.NOT_MY_SKILL)
    matching.hide_from_group(work, citizen_id=camille.id, group_id=group.id)
    invitations.invite(
        work,
        groups.INVITATION,
        subject_id=group.id,
        invited_by_id=everything.id,
        address="invited@example.org",
        role=Role.MEMBER,
    )
    full = add_need(work, group, title="Tenir la buvette", state=NeedState.FILLED, places=1, places_taken=1)
    introductions.follow(work, need_id=full.id, account_id=everything.id)
    introductions.announce_absence(
        work, first_day=TODAY, last_day=TODAY + timedelta(days=2), today=TODAY, group_id=group.id
    )
    citizens.start_sign_up(work, territory_id=group.territory_id, commune_code="26281", locale="fr")
    accounts.request_sign_in(work, address=everything.address, locale="fr")
    sent_forms.Sending(key="0" * 64).claim(work)
    limits.take(work, purpose="sign_in", subject="::1", capacity=5, period=timedelta(hours=1))


def agree(work: Work, introduction_id: int, everything: Account) -> None:
    """The group says yes to who offered help, shares an address and writes."""
    group = Actor(party=Party.GROUP, account_id=everything.id)
    introductions.act(work, introduction_id=introduction_id, action=Action.ACCEPT, by=group)
    shared = introductions.Sharing(address=True, telephone=None)
    introductions.share(work, introduction_id=introduction_id, by=group, sharing=shared)
    introductions.write_message(work, introduction_id=introduction_id, by=group, text="Bienvenue !")


def send_week(work: Work, need: Need, everything: Account) -> None:
    """Send the territory's week, after which one of its letters comes back, and skip the week in a month.

    A ferry makes the way between two of its communes long. Its team has written a page of its own.
    """
    territory = work.session.get_one(Territory, need.territory_id)
    places.set_travel(work, territory_id=territory.id, percent=300, between=("26281", "26362"))
    places.set_page(work, territory_id=territory.id, kind=PageKind.HELP, texts={"fr": "Appelez-nous."})
    run_week(work, territory_id=territory.id, started_by=everything.id)
    letter = work.session.scalars(select(OutboxMessage).order_by(OutboxMessage.id.desc())).first()
    assert letter is not None
    suppression.record_return(work, message=letter, bounce=Bounce.HARD, diagnostic="550 5.1.1")
    suppression.record_complaint(work, message=letter)
    brake.note_doubt(work, "SMTPServerDisconnected")
    leases.take(work, "introductions")
    later = iso_week(work.now + timedelta(days=28), territory.time_zone)
    digests.set_schedule(
        work,
        territory_id=territory.id,
        schedule=digests.schedule_of(territory),
        offered=[later],
        skipped=[later],
    )


def answer_at_relay(work: Work, need: Need, relay_id: RelayId, person_id: int, everything: Account) -> None:
    """Somebody without an account says yes by telephone."""
    person = work.session.get_one(Citizen, person_id)
    matching.keep_answer(
        work,
        need_id=need.id,
        citizen_id=person.id,
        answer=Answer.YES,
        channel=AnswerChannel.CALL,
        relay_id=relay_id,
        recorded_by_id=everything.id,
    )


def stop_letters(work: Work, everything: Account) -> None:
    """A letter each month, and none about introductions."""
    digests.choose_letters(
        work,
        account_id=everything.id,
        frequency=Frequency.MONTHLY,
        paused_until=None,
        about_introductions=False,
    )
