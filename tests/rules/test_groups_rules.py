"""How a need goes from one state to the next, and what stands against it."""

from datetime import date

import pytest

from matchmaker.groups.rules import (
    ActionNotAllowed,
    LastLead,
    NeedAction,
    NeedKind,
    NeedProblem,
    NeedState,
    Role,
    actions_in,
    after,
    check_still_led,
    problems_of,
    state_on,
)

TODAY = date(2026, 11, 24)
YESTERDAY = date(2026, 11, 23)


def test_an_open_need_is_still_open_on_its_last_day_and_expired_on_the_next() -> None:
    assert state_on(NeedState.OPEN, TODAY, TODAY) is NeedState.OPEN
    assert state_on(NeedState.OPEN, YESTERDAY, TODAY) is NeedState.EXPIRED
    assert state_on(NeedState.OPEN, None, TODAY) is NeedState.OPEN


@pytest.mark.parametrize("state", [state for state in NeedState if state is not NeedState.OPEN])
def test_only_an_open_need_expires_by_itself(state: NeedState) -> None:
    assert state_on(state, YESTERDAY, TODAY) is state


@pytest.mark.parametrize(
    ("state", "actions"),
    [
        (NeedState.DRAFT, {NeedAction.OPEN, NeedAction.CLOSE}),
        (NeedState.OPEN, {NeedAction.FILL_PLACE, NeedAction.CLOSE}),
        (NeedState.FILLED, {NeedAction.REOPEN, NeedAction.CLOSE}),
        (NeedState.CLOSED, {NeedAction.REOPEN}),
        (NeedState.EXPIRED, {NeedAction.REOPEN, NeedAction.CLOSE}),
    ],
)
def test_each_state_has_its_actions_and_refuses_the_others(
    state: NeedState, actions: set[NeedAction]
) -> None:
    assert set(actions_in(state)) == actions
    for action in set(NeedAction) - actions:
        with pytest.raises(ActionNotAllowed):
            after(action, state=state, places=2, places_taken=0)


def test_the_last_place_taken_fills_the_need() -> None:
    fill = NeedAction.FILL_PLACE
    assert after(fill, state=NeedState.OPEN, places=2, places_taken=0) == (NeedState.OPEN, 1)
    assert after(fill, state=NeedState.OPEN, places=2, places_taken=1) == (NeedState.FILLED, 2)
    assert after(fill, state=NeedState.OPEN, places=1, places_taken=0) == (NeedState.FILLED, 1)


def test_a_need_opened_again_has_a_free_place() -> None:
    reopen = NeedAction.REOPEN
    assert after(reopen, state=NeedState.FILLED, places=3, places_taken=3) == (NeedState.OPEN, 2)
    assert after(reopen, state=NeedState.CLOSED, places=3, places_taken=1) == (NeedState.OPEN, 1)
    assert after(reopen, state=NeedState.CLOSED, places=1, places_taken=0) == (NeedState.OPEN, 0)


def test_closing_and_publishing_leave_the_places_as_they_are() -> None:
    assert after(NeedAction.CLOSE, state=NeedState.OPEN, places=3, places_taken=2) == (NeedState.CLOSED, 2)
    assert after(NeedAction.OPEN, state=NeedState.DRAFT, places=3, places_taken=0) == (NeedState.OPEN, 0)


@pytest.mark.parametrize(
    ("kind", "wanted", "until", "public", "problems"),
    [
        (NeedKind.SKILL, 1, TODAY, True, ()),
        (NeedKind.SKILL, 1, None, True, ()),
        (NeedKind.SKILL, 1, YESTERDAY, True, (NeedProblem.ENDS_IN_THE_PAST,)),
        (NeedKind.SKILL, 0, None, True, (NeedProblem.NOTHING_WANTED,)),
        (NeedKind.SKILL, 0, YESTERDAY, True, (NeedProblem.ENDS_IN_THE_PAST, NeedProblem.NOTHING_WANTED)),
        (NeedKind.PREMISES, 0, None, True, ()),
        (NeedKind.SKILL, 0, None, False, ()),
        (NeedKind.SKILL, 0, YESTERDAY, False, (NeedProblem.ENDS_IN_THE_PAST,)),
    ],
)
def test_what_stands_against_a_need(
    kind: NeedKind, wanted: int, until: date | None, public: bool, problems: tuple[NeedProblem, ...]
) -> None:
    assert problems_of(kind=kind, wanted=wanted, until=until, today=TODAY, public=public) == problems


def test_what_is_not_public_may_keep_the_past_day_that_it_has() -> None:
    def problems(*, public: bool) -> tuple[NeedProblem, ...]:
        return problems_of(
            kind=NeedKind.CONTACT,
            wanted=0,
            until=YESTERDAY,
            today=TODAY,
            public=public,
            kept_until=YESTERDAY,
        )

    assert problems(public=False) == ()
    assert problems(public=True) == (NeedProblem.ENDS_IN_THE_PAST,)


LEAD, MEMBER = Role.LEAD, Role.MEMBER


@pytest.mark.parametrize(
    ("roles", "stays"),
    [
        ({1: LEAD, 2: LEAD}, None),
        ({1: MEMBER, 2: LEAD}, None),
        ({1: MEMBER, 2: MEMBER}, None),
        ({1: MEMBER}, None),
        ({1: LEAD, 2: MEMBER}, "the others have no lead"),
        ({1: LEAD}, "alone"),
    ],
)
def test_the_last_lead_stays_and_nobody_else(roles: dict[int, Role], stays: str | None) -> None:
    if stays is None:
        check_still_led(roles, without=1)
    else:
        with pytest.raises(LastLead) as refused:
            check_still_led(roles, without=1)
        assert refused.value.alone is (stays == "alone")
