"""What is forgotten by itself: old letters, letters to people who never came, phrases that nobody uses."""

from datetime import timedelta

from flask import Flask
from sqlalchemy import func, select

from matchmaker import scheduler
from matchmaker.accounts import service as accounts
from matchmaker.base.outbox import LETTERS_KEPT, MessageState, OutboxMessage
from matchmaker.citizens import service as citizens
from matchmaker.citizens.service.profiles import delete_profile
from matchmaker.groups import service as groups
from matchmaker.groups.rules import Role
from matchmaker.invitations import service as invitations
from matchmaker.vocabulary.models import ResolvedPhrase
from tests import builders
from tests.builders import World
from tests.clock import MovableClock
from tests.doors import site_of, works_of
from tests.house.leavers import traces
from tests.kernel.letters import letter


def test_what_was_sent_is_kept_for_eight_weeks(app: Flask, clock: MovableClock) -> None:
    works = works_of(app)
    with works.begin() as work:
        builders.add_account(work, address="amina@example.org", first_name="Amina")
        for state in MessageState:
            message = work.post(letter("amina@example.org", kind=f"test.{state}"))
            message.state, message.settled_at = state, work.now
            message.lease_token, message.lease_until = "token", work.now
    for later, kept in ((LETTERS_KEPT - timedelta(seconds=1), 8), (timedelta(seconds=1), 4)):
        clock.advance(later)
        scheduler.beat_housekeeping(site_of(app))
        with works.begin() as work:
            known = select(func.count()).where(OutboxMessage.recipient != "", OutboxMessage.text != "")
            assert work.session.scalar(known) == kept
    with works.begin() as work:
        gone = select(OutboxMessage.state).where(OutboxMessage.recipient == "")
        assert set(work.session.scalars(gone)) == {
            MessageState.SENT,
            MessageState.FAILED,
            MessageState.UNKNOWN,
            MessageState.SKIPPED,
        }


def test_phrases_that_nobody_uses_are_not_kept(app: Flask, world: World) -> None:
    works = works_of(app)
    with works.begin() as work:
        group = builders.add_group(work, world.challenge)
        builders.add_need(work, group, wanted=("zwirbel",))
        citizen = builders.add_citizen(work, world.territory, skills=["Zwirbel", "zwarbel"])
        other = builders.add_citizen(
            work, world.territory, address="other@example.org", skills=["zworbel", "zwurbel"]
        )
        del other.skills[1]
    scheduler.beat_housekeeping(site_of(app))
    assert {"zwirbel", "zwarbel", "zworbel"} == _resolved(app)
    with works.begin() as work:
        delete_profile(work, citizen_id=citizen.id)
    assert {"zwirbel", "zworbel"} == _resolved(app)


def _resolved(app: Flask) -> set[str]:
    with works_of(app).begin() as work:
        query = select(ResolvedPhrase.phrase).where(ResolvedPhrase.phrase.like("zw_rbel"))
        return set(work.session.scalars(query))


def test_letters_to_people_who_never_came_go_with_what_they_were_about(
    app: Flask, clock: MovableClock, world: World
) -> None:
    """A sign-up that nobody confirmed, an invitation that nobody accepted, a sign-in without an account."""
    works = works_of(app)
    with works.begin() as work:
        lead = builders.add_account(work, address="lead@example.org", first_name="Gaspard")
        group = builders.add_group(work, world.challenge, lead=lead)
        number = citizens.start_sign_up(
            work, territory_id=world.territory.id, commune_code="26281", locale="fr"
        )
        citizens.finish_sign_up(
            work,
            sign_up_id=number,
            first_name="Signadelzq",
            address="sign-up@nadelzq.example",
            locale="fr",
            consent_locale="fr",
        )
        accounts.request_sign_in(work, address="stranger@nadelzq.example", locale="fr")
        accounts.request_account(work, first_name="Nadelzq", address="account@nadelzq.example", locale="fr")
        invitations.invite(
            work,
            groups.INVITATION,
            subject_id=group.id,
            invited_by_id=lead.id,
            address="invited@nadelzq.example",
            role=Role.MEMBER,
        )
        accounts.request_sign_in(work, address=lead.address, locale="fr")
        for message in work.session.scalars(select(OutboxMessage)):
            message.state, message.settled_at = MessageState.SENT, work.now
    known = {}
    for days in (1, 6, 7, 13, 14):
        clock.now = builders.NOW + timedelta(days=days)
        scheduler.beat_housekeeping(site_of(app))
        with works.begin() as work:
            columns = {column for column, _ in traces(work.session)}
            query = select(OutboxMessage.recipient).where(OutboxMessage.recipient != "")
            left = {address.partition("@")[0] for address in work.session.scalars(query)}
        known[days] = (left, columns)
    assert known[1][0] == {"sign-up", "stranger", "invited", "lead"}
    assert known[6][0] == {"sign-up", "stranger", "invited", "lead"}
    assert known[7][0] == {"invited", "lead"}
    assert known[13][0] == {"invited", "lead"}
    assert known[14] == ({"lead"}, set())
