"""From "I could help" to an honest ending, through the service."""

from contextlib import nullcontext
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from matchmaker.accounts.models import Account
from matchmaker.base.work import Work
from matchmaker.citizens import service as citizens
from matchmaker.groups import service as groups
from matchmaker.groups.models import Membership, Need
from matchmaker.groups.rules import NeedAction, NeedState, Role
from matchmaker.introductions import queries, service
from matchmaker.introductions.models import Introduction, Notice, SharedContact
from matchmaker.introductions.rules import (
    IN_FORCE,
    OPEN,
    SPOKEN,
    Action,
    ClosedBecause,
    DeclineReason,
    NotAllowed,
    NoticeKind,
    Outcome,
    Party,
    State,
)
from matchmaker.introductions.service.actions import close_for_need
from tests import builders
from tests.introductions.conftest import Pair, make_pair


def told(work: Work) -> list[tuple[str, NoticeKind]]:
    """What waits to be told, by the first names of whom."""
    rows = work.session.execute(
        select(Account.first_name, Notice.kind)
        .join(Notice, Notice.account_id == Account.id)
        .where(Notice.told_at.is_(None))
    )
    return sorted((name, kind) for name, kind in rows)


def test_an_offer_is_accepted_takes_the_place_and_ends_with_help(
    work: Work, pair: Pair, offered: int
) -> None:
    assert told(work) == [("Gaspard", NoticeKind.ASKED)]
    service.share(
        work,
        introduction_id=offered,
        by=pair.as_citizen,
        sharing=service.Sharing(address=True, telephone=None),
    )
    agreed = service.act(work, introduction_id=offered, action=Action.ACCEPT, by=pair.as_group)
    assert (agreed.state, agreed.need.places_taken, agreed.need.state) == (
        State.ACCEPTED,
        1,
        NeedState.FILLED,
    )
    assert told(work) == [("Camille", NoticeKind.AGREED)]
    seen = service.contact_of(work.session, agreed, viewer=Party.GROUP)
    assert seen is not None
    assert (seen.first_name, seen.address, seen.telephone) == ("Camille", "camille@example.org", None)
    assert service.contact_of(work.session, agreed, viewer=Party.CITIZEN) is None

    service.act(work, introduction_id=offered, action=Action.MEET, by=pair.as_citizen)
    service.act(work, introduction_id=offered, action=Action.HELP, by=pair.as_group)
    service.act(work, introduction_id=offered, action=Action.HELP, by=pair.as_citizen)
    done = work.session.get_one(Introduction, offered)
    assert (done.state, done.group_outcome, done.citizen_outcome) == (
        State.HELPED,
        Outcome.HELPED,
        Outcome.HELPED,
    )
    assert [(event.action, event.by) for event in done.events] == [
        (None, Party.CITIZEN),
        (Action.ACCEPT, Party.GROUP),
        (Action.MEET, Party.CITIZEN),
        (Action.HELP, Party.GROUP),
        (Action.HELP, Party.CITIZEN),
    ]
    with pytest.raises(NotAllowed):
        service.act(work, introduction_id=offered, action=Action.NO_HELP, by=pair.as_citizen)


def test_before_both_accept_no_contact_is_read(work: Work, pair: Pair, offered: int) -> None:
    service.share(
        work,
        introduction_id=offered,
        by=pair.as_citizen,
        sharing=service.Sharing(address=True, telephone="+33612345678"),
    )
    waiting = work.session.get_one(Introduction, offered)
    for viewer in Party:
        with pytest.raises(service.NotAgreed):
            service.contact_of(work.session, waiting, viewer=viewer)


def test_what_is_shared_can_be_taken_back(work: Work, pair: Pair, offered: int) -> None:
    agreed = service.act(work, introduction_id=offered, action=Action.ACCEPT, by=pair.as_group)
    service.share(
        work, introduction_id=offered, by=pair.as_group, sharing=service.Sharing(address=True, telephone=None)
    )
    assert service.contact_of(work.session, agreed, viewer=Party.CITIZEN) is not None
    service.share(
        work,
        introduction_id=offered,
        by=pair.as_group,
        sharing=service.Sharing(address=False, telephone=None),
    )
    assert service.contact_of(work.session, agreed, viewer=Party.CITIZEN) is None
    assert work.session.scalars(select(SharedContact)).all() == []


def test_who_shared_for_the_group_and_has_left_it_is_shown_no_more(
    work: Work, pair: Pair, offered: int
) -> None:
    nora = builders.add_account(work, address="nora@example.org", first_name="Nora")
    work.session.add(
        Membership(group_id=pair.group.id, account_id=nora.id, role=Role.LEAD, joined_at=work.now)
    )
    work.session.flush()
    agreed = service.act(work, introduction_id=offered, action=Action.ACCEPT, by=pair.as_group)
    service.share(
        work,
        introduction_id=offered,
        by=pair.as_group,
        sharing=service.Sharing(address=True, telephone="+33612345678"),
    )
    shown = service.contact_of(work.session, agreed, viewer=Party.CITIZEN)
    assert shown is not None
    assert (shown.first_name, shown.address) == ("Gaspard", "gaspard@example.org")
    groups.leave_group(work, group_id=pair.group.id, account_id=pair.lead.id)
    assert service.contact_of(work.session, agreed, viewer=Party.CITIZEN) is None
    by_nora = service.Actor(party=Party.GROUP, account_id=nora.id)
    service.share(
        work, introduction_id=offered, by=by_nora, sharing=service.Sharing(address=True, telephone=None)
    )
    shown = service.contact_of(work.session, agreed, viewer=Party.CITIZEN)
    assert shown is not None
    assert (shown.first_name, shown.address, shown.telephone) == ("Nora", "nora@example.org", None)


def test_withdrawing_frees_the_place_and_shows_no_address_any_more(
    work: Work, pair: Pair, offered: int
) -> None:
    service.share(
        work,
        introduction_id=offered,
        by=pair.as_citizen,
        sharing=service.Sharing(address=True, telephone=None),
    )
    service.act(work, introduction_id=offered, action=Action.ACCEPT, by=pair.as_group)
    over = service.act(work, introduction_id=offered, action=Action.WITHDRAW, by=pair.as_citizen)
    assert (over.state, over.need.state, over.need.places_taken) == (State.WITHDRAWN, NeedState.OPEN, 0)
    with pytest.raises(service.NotAgreed):
        service.contact_of(work.session, over, viewer=Party.GROUP)
    again = service.offer(work, need_id=pair.need.id, citizen_id=pair.citizen.id, by=pair.as_citizen)
    assert (again.id, again.state) == (offered, State.OFFERED)


def test_who_says_no_says_why(work: Work, pair: Pair, offered: int) -> None:
    with pytest.raises(service.ReasonMissing):
        service.act(work, introduction_id=offered, action=Action.DECLINE, by=pair.as_group)
    declined = service.act(
        work,
        introduction_id=offered,
        action=Action.DECLINE,
        by=pair.as_group,
        reason=DeclineReason.TOO_FAR,
    )
    assert (declined.state, declined.reason) == (State.DECLINED, DeclineReason.TOO_FAR)
    with pytest.raises(service.AlreadyIntroduced):
        service.offer(work, need_id=pair.need.id, citizen_id=pair.citizen.id, by=pair.as_citizen)


def test_an_organiser_brings_two_together_and_each_of_them_says_yes(work: Work, pair: Pair) -> None:
    begun = service.propose(work, need_id=pair.need.id, citizen_id=pair.citizen.id, by=pair.as_organiser)
    assert told(work) == [("Camille", NoticeKind.ASKED), ("Gaspard", NoticeKind.ASKED)]
    service.act(work, introduction_id=begun.id, action=Action.ACCEPT, by=pair.as_group)
    assert told(work) == [("Camille", NoticeKind.ASKED)]
    offered = service.offer(work, need_id=pair.need.id, citizen_id=pair.citizen.id, by=pair.as_citizen)
    assert (offered.id, offered.state) == (begun.id, State.ACCEPTED)


def test_a_citizen_is_asked_twice_a_month_and_once_for_a_need(work: Work, pair: Pair) -> None:
    needs = [pair.need] + [
        builders.add_need(work, pair.group, title=f"Besoin {number}", wanted=("réparer des vélos",))
        for number in range(2)
    ]
    for need in needs[:2]:
        service.propose(work, need_id=need.id, citizen_id=pair.citizen.id, by=pair.as_group)
    with pytest.raises(service.AskedEnough):
        service.propose(work, need_id=needs[2].id, citizen_id=pair.citizen.id, by=pair.as_group)
    with pytest.raises(service.AlreadyIntroduced):
        service.propose(work, need_id=needs[0].id, citizen_id=pair.citizen.id, by=pair.as_group)
    december = replace(work, now=work.now + timedelta(days=7))
    service.propose(december, need_id=needs[2].id, citizen_id=pair.citizen.id, by=pair.as_group)


def test_a_month_is_that_of_the_territory(work: Work, pair: Pair) -> None:
    for number in range(2):
        need = builders.add_need(work, pair.group, title=f"Besoin {number}", wanted=("réparer des vélos",))
        service.propose(work, need_id=need.id, citizen_id=pair.citizen.id, by=pair.as_group)
    last_evening = replace(work, now=datetime(2026, 11, 30, 22, 59, tzinfo=UTC))
    with pytest.raises(service.AskedEnough):
        service.propose(last_evening, need_id=pair.need.id, citizen_id=pair.citizen.id, by=pair.as_group)
    first_night = replace(work, now=datetime(2026, 11, 30, 23, 0, tzinfo=UTC))
    begun = service.propose(first_night, need_id=pair.need.id, citizen_id=pair.citizen.id, by=pair.as_group)
    assert begun.asked_month == "2026-12", "in France it is December"


def test_a_group_that_owes_three_answers_meets_nobody_new_until_it_answers(work: Work) -> None:
    pair = make_pair(work, places=5)
    people = [
        builders.add_citizen(work, pair.world.territory, address=f"aide-{number}@example.org")
        for number in range(4)
    ]
    begun = [
        service.offer(
            work,
            need_id=pair.need.id,
            citizen_id=one.id,
            by=service.Actor(party=Party.CITIZEN, account_id=one.account_id),
        )
        for one in people[:3]
    ]
    last = service.Actor(party=Party.CITIZEN, account_id=people[3].account_id)
    with pytest.raises(service.GroupOwesAnswers):
        service.offer(work, need_id=pair.need.id, citizen_id=people[3].id, by=last)
    with pytest.raises(service.GroupOwesAnswers):
        service.propose(work, need_id=pair.need.id, citizen_id=people[3].id, by=pair.as_group)
    service.act(work, introduction_id=begun[0].id, action=Action.ACCEPT, by=pair.as_group)
    service.offer(work, need_id=pair.need.id, citizen_id=people[3].id, by=last)


def test_the_last_place_frees_those_who_were_still_asked(work: Work, pair: Pair, offered: int) -> None:
    other = builders.add_citizen(work, pair.world.territory, address="anais@example.org", first_name="Anaïs")
    waiting = service.propose(work, need_id=pair.need.id, citizen_id=other.id, by=pair.as_group)
    service.act(work, introduction_id=offered, action=Action.ACCEPT, by=pair.as_group)
    assert (waiting.state, waiting.closed_because) == (State.CLOSED, ClosedBecause.NEED_FILLED)
    assert told(work) == [("Anaïs", NoticeKind.ENDED), ("Camille", NoticeKind.AGREED)]
    anais = service.Actor(party=Party.CITIZEN, account_id=other.account_id)
    with pytest.raises(service.NoPlaceLeft):
        service.act(work, introduction_id=waiting.id, action=Action.OFFER_AGAIN, by=anais)
    with pytest.raises(service.NeedNotOpen):
        service.offer(work, need_id=pair.need.id, citizen_id=other.id, by=anais)


def test_a_need_that_its_group_closed_ends_what_was_asked_for_it_at_the_next_beat(
    work: Work, pair: Pair, offered: int
) -> None:
    groups.act_on_need(work, need_id=pair.need.id, action=NeedAction.CLOSE)
    assert close_for_need(work, need_id=pair.need.id) == 1
    closed = work.session.get_one(Introduction, offered)
    assert (closed.state, closed.closed_because) == (State.CLOSED, ClosedBecause.NEED_CLOSED)
    assert close_for_need(work, need_id=pair.need.id) == 0


def test_the_own_group_is_not_offered_help_by_its_members(work: Work, pair: Pair) -> None:
    member = builders.add_citizen(work, pair.world.territory, account=pair.lead)
    with pytest.raises(service.OwnNeed):
        service.offer(
            work,
            need_id=pair.need.id,
            citizen_id=member.id,
            by=service.Actor(party=Party.CITIZEN, account_id=pair.lead.id),
        )


def test_who_is_who_is_asked_of_the_rows_as_they_are_now(work: Work, pair: Pair, offered: int) -> None:
    begun = work.session.get_one(Introduction, offered)
    assert service.actor_in(work.session, begun, account_id=pair.citizen.account_id) == pair.as_citizen
    assert service.actor_in(work.session, begun, account_id=pair.lead.id) == pair.as_group
    assert service.actor_in(work.session, begun, account_id=pair.organiser.id) == pair.as_organiser
    work.session.delete(pair.group.memberships[0])
    work.session.flush()
    for account_id in (pair.lead.id, None):
        with pytest.raises(service.Stranger):
            service.actor_in(work.session, begun, account_id=account_id)


def test_a_group_shows_how_fast_it_answers_from_five_cases_on(work: Work) -> None:
    pair = make_pair(work, places=9)
    later = replace(work, now=work.now + timedelta(days=2))
    for number in range(5):
        assert queries.speeds_of_groups(work.session, group_ids=[pair.group.id], now=later.now) == {}
        one = builders.add_citizen(work, pair.world.territory, address=f"aide-{number}@example.org")
        actor = service.Actor(party=Party.CITIZEN, account_id=one.account_id)
        begun = service.offer(work, need_id=pair.need.id, citizen_id=one.id, by=actor)
        service.act(later, introduction_id=begun.id, action=Action.ACCEPT, by=pair.as_group)
    speed = queries.speeds_of_groups(work.session, group_ids=[pair.group.id], now=later.now)[pair.group.id]
    assert (speed.share, speed.days) == (1, 2)


def test_what_is_shared_goes_with_a_yes_alone(work: Work, pair: Pair, offered: int) -> None:
    said = service.take_action(
        work,
        introduction_id=offered,
        action=Action.DECLINE,
        by=pair.as_group,
        reason=DeclineReason.OTHER,
        sharing=service.Sharing(address=True, telephone=None),
    )
    assert said.state is State.DECLINED
    assert work.session.scalars(select(SharedContact)).all() == []


@pytest.mark.parametrize("state", list(State))
def test_who_may_still_answer_or_be_thanked_is_written_to_and_nobody_else(
    work: Work, offered: int, pair: Pair, state: State
) -> None:
    introduction = work.session.get_one(Introduction, offered)
    introduction.holds_place = state in IN_FORCE
    introduction.state = state
    introduction.reason = DeclineReason.OTHER if state is State.DECLINED else None
    introduction.closed_because = ClosedBecause.NO_ANSWER if state is State.CLOSED else None
    work.session.flush()
    for write, allowed in ((service.write_message, OPEN | SPOKEN), (service.thank, SPOKEN)):
        with nullcontext() if state in allowed else pytest.raises(NotAllowed):
            write(work, introduction_id=offered, by=pair.as_citizen, text="Bonjour")


def test_nobody_writes_to_who_has_left(work: Work, pair: Pair, offered: int) -> None:
    service.act(work, introduction_id=offered, action=Action.ACCEPT, by=pair.as_group)
    citizens.delete_profile(work, citizen_id=pair.citizen.id)
    work.session.expire_all()
    with pytest.raises(NotAllowed):
        service.write_message(work, introduction_id=offered, by=pair.as_group, text="Bonjour")


def test_a_need_is_found_as_it_was(work: Work, pair: Pair) -> None:
    assert service.offer(
        work, need_id=pair.need.id, citizen_id=pair.citizen.id, by=pair.as_citizen
    ) is service.offer(work, need_id=pair.need.id, citizen_id=pair.citizen.id, by=pair.as_citizen)
    assert work.session.scalars(select(Introduction)).one().score > 20
    with pytest.raises(LookupError):
        service.offer(work, need_id=999_999, citizen_id=pair.citizen.id, by=pair.as_citizen)
    assert work.session.get_one(Need, pair.need.id).places_taken == 0
