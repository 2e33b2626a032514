"""What is forgotten by itself: old letters, letters to people who never came, phrases that nobody uses."""

from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, insert, select

from matchmaker import retention, scheduler
from matchmaker.accounts import service as accounts
from matchmaker.base.db import Base
from matchmaker.base.leases import Lease
from matchmaker.base.outbox import LETTERS_KEPT, MessageState, OutboxMessage
from matchmaker.citizens import service as citizens
from matchmaker.citizens.service.profiles import delete_profile
from matchmaker.digests.models import DigestLetter, DigestLine
from matchmaker.groups import service as groups
from matchmaker.groups.rules import NeedState, Role
from matchmaker.introductions.models import Notice, NoticeDay
from matchmaker.introductions.rules import NoticeKind
from matchmaker.invitations import service as invitations
from matchmaker.matching.models import ProfileShowing
from matchmaker.matching.rules import ShownWhere
from matchmaker.vocabulary.models import ResolvedPhrase
from tests import builders
from tests.builders import World
from tests.clock import MovableClock
from tests.digests.weeks import add_quiet_need, run_week
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


STAYS = {
    "accounts", "organisers", "letter_preferences", "notice_refusals", "absence_periods",
    "citizens", "citizen_skills", "citizen_challenges", "citizen_telephones", "consents",
    "startup_groups", "memberships", "needs", "wanted_skills", "need_answers", "need_followers", "dismissals",
    "lowered_pairs", "hidden_from_groups",
    "introductions", "introduction_events", "introduction_messages", "shared_contacts",
    "relays", "relay_members", "relay_acts",
    "territories", "territory_communes", "territory_pages", "challenges", "communes", "postal_codes", "detours",
    "concepts", "concept_labels", "concept_relations", "false_friends", "skill_families", "verdicts",
    "vocabulary_sources",
}  # fmt: skip
"""What somebody entered, and what ships: it goes with whoever it is of."""

AS_MANY_AS_SOMETHING_ELSE = {
    "digest_runs", "skipped_weeks", "digest_edits", "heartbeats", "mail_brakes", "suppressed_addresses",
    "resolved_phrases",
}  # fmt: skip
"""A row a week, an organiser's change, a process, an address, a phrase in use."""


def test_every_table_has_a_period_or_a_reason_to_stay() -> None:
    forgotten = {table for kept in retention.KEPT for table in kept.tables}
    assert not forgotten & (STAYS | AS_MANY_AS_SOMETHING_ELSE)
    assert set(Base.metadata.tables) == forgotten | STAYS | AS_MANY_AS_SOMETHING_ELSE


def test_the_page_tells_how_long_things_are_kept() -> None:
    page = (Path(__file__).parents[2] / "docs/running.md").read_text(encoding="utf-8")
    _, _, table = page.partition("| what | how long |\n| --- | --- |\n")
    rows = [f"| {kept.what} | {retention.period(kept.lasts)} |" for kept in retention.KEPT]
    assert table.splitlines()[: len(rows) + 1] == [*rows, ""]


def test_what_is_old_goes_in_parts(app: Flask) -> None:
    works = works_of(app)
    number = retention.PART + 5
    with works.begin() as work:
        ended = work.now - timedelta(days=2)
        rows = [{"name": f"work {row}", "token": "token", "until": ended} for row in range(number)]
        work.session.execute(insert(Lease), rows)
    (leases,) = (kept for kept in retention.KEPT if "leases" in kept.tables)
    assert leases.forget is not None
    for part in (retention.PART, 5, 0):
        with works.begin() as work:
            assert leases.forget(work) == part


def test_a_scheduler_that_is_to_end_forgets_no_more(app: Flask) -> None:
    works = works_of(app)
    with works.begin() as work:
        work.session.add(Lease(name="work", token="token", until=work.now - timedelta(days=2)))
    assert retention.forget_old(works, going_on=lambda: False) == 0
    assert retention.forget_old(works) == 1


def _counts(app: Flask) -> dict[str, int]:
    tables = (DigestLine, DigestLetter, OutboxMessage, ProfileShowing, Notice, NoticeDay)
    with works_of(app).begin() as work:
        return {
            table.__tablename__: work.session.scalar(select(func.count()).select_from(table)) or 0
            for table in tables
        }


@pytest.mark.parametrize("still_open", [True, False])
def test_a_week_is_forgotten_bit_by_bit_but_for_what_still_counts_as_told(
    app: Flask, clock: MovableClock, world: World, still_open: bool
) -> None:
    with works_of(app).begin() as work:
        citizen = builders.add_citizen(work, world.territory)
        need = add_quiet_need(work, world.challenge)
        run_week(work, territory_id=world.territory.id, started_by=None)
        work.session.add_all(
            [
                ProfileShowing(
                    citizen_id=citizen.id,
                    need_id=need.id,
                    place=ShownWhere.PAGE,
                    to_organiser=False,
                    day=work.now.date(),
                    shown_at=work.now,
                    match=work.session.scalars(select(DigestLine.match)).one(),
                ),
                NoticeDay(account_id=citizen.account_id, day=work.now.date()),
                Notice(
                    account_id=citizen.account_id,
                    kind=NoticeKind.REOPENED,
                    need_id=need.id,
                    happened_at=work.now,
                    told_at=work.now,
                ),
            ]
        )
        message = work.session.scalars(select(OutboxMessage)).one()
        message.state, message.settled_at = MessageState.SENT, work.now
        if not still_open:
            need.state = NeedState.CLOSED
    whole = dict.fromkeys(_counts(app), 1)
    after_months = {**whole, "notices": 0, "notice_days": 0}
    told = int(still_open)
    after_half_a_year = {**after_months, "profile_showings": 0, "digest_lines": told}
    after_a_year = {**after_half_a_year, "digest_letters": told, "outbox_messages": told}
    for days, expected in ((55, whole), (57, after_months), (183, after_half_a_year), (366, after_a_year)):
        clock.now = builders.NOW + timedelta(days=days)
        retention.forget_old(works_of(app))
        assert _counts(app) == expected
