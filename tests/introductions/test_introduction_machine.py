"""Both sides, an organiser, the clock, absences and farewells in any order: every promise of introductions holds."""

from contextlib import ExitStack, suppress
from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test
from sqlalchemy import select
from sqlalchemy.orm import Session

from matchmaker.accounts.models import Account
from matchmaker.base.ids import AccountId
from matchmaker.base.outbox import OutboxMessage
from matchmaker.citizens import service as citizens
from matchmaker.citizens.models import Citizen
from matchmaker.groups import service as groups
from matchmaker.groups.models import Need
from matchmaker.groups.rules import ActionNotAllowed, Importance, NeedAction, NeedState
from matchmaker.groups.service import NeedDetails, NeedRefused, WantedPhrase
from matchmaker.introductions import service
from matchmaker.introductions.models import Introduction
from matchmaker.introductions.rules import (
    BEGINNINGS,
    OPEN,
    OWING,
    SPOKEN,
    TABLE,
    Action,
    DeclineReason,
    NotAllowed,
    Party,
    State,
)
from matchmaker.introductions.service import Actor
from tests import builders
from tests.clock import MovableClock
from tests.databases import Template
from tests.doors import live_app, works_of
from tests.extent import part_of
from tests.introductions.conftest import make_pair

pytestmark = pytest.mark.slow

PEOPLE = 3
NEEDS = 2
DAY = timedelta(days=1)
REFUSALS = (
    service.NoPlaceLeft,
    service.AskedEnough,
    service.AlreadyIntroduced,
    service.GroupOwesAnswers,
    service.NeedNotOpen,
    service.NotInSight,
    service.OwnNeed,
    service.AbsenceRefused,
    NotAllowed,
    ActionNotAllowed,
    NeedRefused,
    LookupError,
)
WHO = st.integers(0, PEOPLE - 1)
WHICH = st.integers(0, NEEDS - 1)
LEAD = "lead"


class Introductions(RuleBasedStateMachine):
    """A group with two needs, three citizens, an organiser, and a calendar."""

    town: Template

    def __init__(self) -> None:
        """Nobody knows anybody yet."""
        super().__init__()
        self.closing = ExitStack()
        url = self.town.copy()
        self.closing.callback(self.town.drop, url)
        self.clock = MovableClock()
        self.works = works_of(self.closing.enter_context(live_app(url, clock=self.clock)))
        with self.works.begin() as work:
            pair = make_pair(work, places=1)
            other = builders.add_need(
                work, pair.group, title="Encore", wanted=("réparer des vélos",), places=2
            )
            people = [pair.citizen] + [
                builders.add_citizen(
                    work,
                    pair.world.territory,
                    address=f"aide-{number}@example.org",
                    first_name=f"Aide {number}",
                )
                for number in range(1, PEOPLE)
            ]
            self.needs = [pair.need.id, other.id]
            self.people = [one.id for one in people]
            self.accounts: dict[str, AccountId] = {
                str(number): builders.account_of(one).id for number, one in enumerate(people)
            } | {LEAD: pair.lead.id}
            self.group_id = pair.group.id
            self.actors = {Party.GROUP: pair.as_group, Party.ORGANISER: pair.as_organiser}
        self.refused: set[int] = set()
        self.away: dict[int, set[date]] = {}
        self.group_away: set[date] = set()
        self.waited: dict[tuple[int, State, object], int] = {}

    def teardown(self) -> None:
        """The town is no more."""
        self.closing.close()

    def citizen(self, who: int) -> Actor:
        """One of the citizens."""
        return Actor(party=Party.CITIZEN, account_id=self.accounts[str(who)])

    @rule(who=WHO, which=WHICH)
    def offer(self, who: int, which: int) -> None:
        """A citizen says that they could help."""
        with suppress(*REFUSALS), self.works.begin() as work:
            service.offer(work, need_id=self.needs[which], citizen_id=self.people[who], by=self.citizen(who))

    @rule(who=WHO, which=WHICH, party=st.sampled_from([Party.GROUP, Party.ORGANISER]))
    def propose(self, who: int, which: int, party: Party) -> None:
        """The group or an organiser asks."""
        with suppress(*REFUSALS), self.works.begin() as work:
            service.propose(
                work, need_id=self.needs[which], citizen_id=self.people[who], by=self.actors[party]
            )

    @rule(
        who=WHO,
        which=WHICH,
        action=st.sampled_from([*[Action.ACCEPT] * 4, *set(Action) - {Action.CLOSE}]),
        party=st.sampled_from([Party.CITIZEN, Party.GROUP]),
    )
    def act(self, who: int, which: int, action: Action, party: Party) -> None:
        """A side does something, whether it may or not."""
        actor = self.citizen(who) if party is Party.CITIZEN else self.actors[party]
        reason = DeclineReason.OTHER if action is Action.DECLINE else None
        with suppress(*REFUSALS), self.works.begin() as work:
            found = self.between(work.session, who, which)
            service.act(work, introduction_id=found, action=action, by=actor, reason=reason)

    @rule(who=WHO, which=WHICH, party=st.sampled_from([Party.CITIZEN, Party.GROUP]), address=st.booleans())
    def share(self, who: int, which: int, party: Party, address: bool) -> None:
        """A side shares its address, or takes it back."""
        actor = self.citizen(who) if party is Party.CITIZEN else self.actors[party]
        with suppress(*REFUSALS), self.works.begin() as work:
            found = self.between(work.session, who, which)
            service.share(
                work,
                introduction_id=found,
                by=actor,
                sharing=service.Sharing(address=address, telephone=None),
            )

    @rule(days=st.sampled_from([1, 3, 9, 20, 46]))
    def wait(self, days: int) -> None:
        """Days pass, one by one, and each time the scheduler beats."""
        for _ in range(days):
            self.clock.advance(DAY)
            self.count_the_day()
            self.beat()

    @rule()
    def beat(self) -> None:
        """The scheduler beats; whatever it writes is looked at."""
        before = self.letters()
        service.advance(self.works)
        service.send_notices(self.works)
        today = self.clock.now.date()
        with self.works.begin() as work:
            known = dict(work.session.execute(select(Account.address, Account.id)).all())
        for recipient, _ in self.letters()[len(before) :]:
            account_id = known[recipient]
            assert account_id not in self.refused
            assert today not in self.away.get(account_id, ())
            assert account_id != self.accounts[LEAD] or today not in self.group_away

    @rule(who=st.sampled_from(["0", "1", LEAD, "group"]), days=st.integers(0, 50))
    def go_away(self, who: str, days: int) -> None:
        """Somebody, or the group, is away from today on."""
        today = self.clock.now.date()
        account_id = None if who == "group" else self.accounts[who]
        with suppress(*REFUSALS), self.works.begin() as work:
            if account_id is not None and work.session.get(Account, account_id) is None:
                return
            service.announce_absence(
                work,
                first_day=today,
                last_day=today + days * DAY,
                today=today,
                account_id=account_id,
                group_id=self.group_id if who == "group" else None,
            )
            gone = {today + number * DAY for number in range(days + 1)}
            if account_id is None:
                self.group_away = {day for day in self.group_away if day < today} | gone
            else:
                past = {day for day in self.away.get(account_id, ()) if day < today}
                self.away[account_id] = past | gone

    @rule(who=st.sampled_from(["1", LEAD]), wanted=st.booleans())
    def choose_letters(self, who: str, wanted: bool) -> None:
        """Somebody wants no letters about introductions, or wants them again."""
        account_id = self.accounts[who]
        with self.works.begin() as work:
            if work.session.get(Account, account_id) is None:
                return
            if wanted:
                service.resume_notices(work, account_id=account_id)
                self.refused.discard(account_id)
            else:
                service.stop_notices(work, account_id=account_id)
                self.refused.add(account_id)

    @rule()
    def erase(self) -> None:
        """The last citizen leaves."""
        with self.works.begin() as work:
            if work.session.get(Citizen, self.people[-1]) is not None:
                citizens.delete_profile(work, citizen_id=self.people[-1])

    @rule(which=WHICH, action=st.sampled_from(NeedAction))
    def move_need(self, which: int, action: NeedAction) -> None:
        """The group closes a need, opens it again, or says that it found somebody elsewhere."""
        with suppress(*REFUSALS), self.works.begin() as work:
            groups.act_on_need(work, need_id=self.needs[which], action=action)

    @rule(which=WHICH, places=st.integers(1, PEOPLE))
    def change_places(self, which: int, places: int) -> None:
        """The group asks for more people, or for fewer."""
        with suppress(*REFUSALS), self.works.begin() as work:
            need = work.session.get_one(Need, self.needs[which])
            wanted = WantedPhrase(phrase="réparer des vélos", importance=Importance.MUST)
            details = NeedDetails(
                title=need.title,
                description="",
                kind=need.kind,
                wanted=(wanted,),
                places=places,
                hours_a_week=None,
                commune_code=need.commune_code,
                remote=need.remote,
                until=None,
            )
            groups.change_need(work, need_id=need.id, details=details)

    @invariant()
    def no_address_is_seen_without_two_yeses_in_force(self) -> None:
        """By the record of who said what, not by the state."""
        with self.works.begin() as work:
            for one in work.session.scalars(select(Introduction)):
                for viewer in Party:
                    with suppress(service.NotAgreed):
                        seen = service.contact_of(work.session, one, viewer=viewer)
                        assert seen is None or yeses(one) == {Party.CITIZEN, Party.GROUP}

    @invariant()
    def nothing_is_open_after_45_days_of_silence(self) -> None:
        """Days on which somebody who owes the answer is away do not count; a day is lost or won at either end."""
        with self.works.begin() as work:
            for one in work.session.scalars(select(Introduction)):
                days = self.waited.get((one.id, one.state, one.since), 0)
                assert one.state not in OPEN or days <= 46

    @invariant()
    def each_place_that_is_taken_is_somebody_s(self) -> None:
        """The need and its introductions count the same, and what is open has a place."""
        with self.works.begin() as work:
            for need in work.session.scalars(select(Need)):
                held = work.session.scalars(
                    select(Introduction.id).where(Introduction.need_id == need.id, Introduction.holds_place)
                ).all()
                assert len(held) + need.places_by_hand == need.places_taken <= need.places
                full = need.places_taken == need.places
                assert need.state not in {NeedState.OPEN, NeedState.FILLED} or full == (
                    need.state is NeedState.FILLED
                )

    @invariant()
    def what_happened_is_a_way_through_the_machine(self) -> None:
        """Each recorded step may follow the one before."""
        with self.works.begin() as work:
            for one in work.session.scalars(select(Introduction)):
                first, *steps = one.events
                state = first.state
                assert (first.action, state) == (None, BEGINNINGS[first.by])
                for step in steps:
                    assert step.action is not None
                    if state in SPOKEN and step.state is state:
                        continue
                    assert TABLE[state, step.action][step.by] is step.state
                    state = step.state
                assert state is one.state

    @invariant()
    def nobody_is_asked_or_written_to_too_often(self) -> None:
        """Twice a month are they asked, and once a day written to."""
        with self.works.begin() as work:
            asked = work.session.execute(
                select(Introduction.citizen_id, Introduction.asked_month).where(
                    Introduction.asked_month.is_not(None), Introduction.citizen_id.is_not(None)
                )
            ).all()
        assert all(asked.count(one) <= 2 for one in asked)
        letters = self.letters()
        assert len(set(letters)) == len(letters)

    def between(self, session: Session, who: int, which: int) -> int:
        """The introduction of a citizen and a need; raises LookupError."""
        found = session.scalars(
            select(Introduction.id).where(
                Introduction.citizen_id == self.people[who], Introduction.need_id == self.needs[which]
            )
        ).first()
        if found is None:
            raise LookupError
        return int(found)

    def letters(self) -> list[tuple[str, date]]:
        """The letters so far, by recipient and day."""
        with self.works.begin() as work:
            rows = work.session.execute(
                select(OutboxMessage.recipient, OutboxMessage.created_at).order_by(OutboxMessage.id)
            )
            return [(recipient, at.date()) for recipient, at in rows]

    def count_the_day(self) -> None:
        """Count a day of waiting for whatever is owed by somebody who was there."""
        yesterday = self.clock.now.date() - DAY
        with self.works.begin() as work:
            for one in work.session.scalars(select(Introduction)):
                if one.state not in OPEN or one.citizen is None:
                    continue
                owing = OWING[one.state]
                away = Party.GROUP in owing and yesterday in self.group_away
                away |= Party.CITIZEN in owing and yesterday in self.away.get(one.citizen.account_id or 0, ())
                key = (one.id, one.state, one.since)
                self.waited[key] = self.waited.get(key, 0) + (not away)


def yeses(one: Introduction) -> set[Party]:
    """Which sides have said yes and not taken it back, by the record."""
    found: set[Party] = set()
    for event in one.events:
        if event.action in {None, Action.OFFER_AGAIN}:
            found = {event.by} - {Party.ORGANISER}
        elif event.action is Action.ACCEPT:
            found.add(event.by)
        elif event.action in {Action.WITHDRAW, Action.DECLINE, Action.CLOSE, Action.NOT_REACHED}:
            found = set()
    return found


def test_whatever_happens_in_whatever_order_the_promises_hold(settled_template: Template) -> None:
    machine = type("IntroductionsOfThisTown", (Introductions,), {"town": settled_template})
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=part_of(12),
            stateful_step_count=25,
            derandomize=True,
            database=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
