"""What becomes of a need: places are taken, it is closed, opened again, or its last day passes."""

from datetime import UTC, date, datetime, timedelta

import pytest

from matchmaker.base.work import Work, WorkFactory
from matchmaker.groups import service
from matchmaker.groups.models import Need, StartupGroup
from matchmaker.groups.rules import (
    ActionNotAllowed,
    Importance,
    NeedAction,
    NeedKind,
    NeedProblem,
    NeedState,
)
from matchmaker.groups.service import NeedDetails, WantedPhrase
from matchmaker.places import service as places
from matchmaker.vocabulary.rules import LimitExceededError
from tests.builders import NOW, TODAY, add_challenge, add_group, add_need
from tests.clock import MovableClock
from tests.doors import Person
from tests.groups.conftest import Cast
from tests.groups.pages import error_beside, words

YESTERDAY = TODAY - timedelta(days=1)


def need_of(works: WorkFactory, cast: Cast, **details: object) -> int:
    """A need of the group; its id."""
    with works.begin() as work:
        group = work.session.get_one(StartupGroup, cast.group.id)
        return add_need(work, group, **details).id  # type: ignore[arg-type]


def kept(works: WorkFactory, need_id: int) -> tuple[NeedState, int]:
    """The state of a need and the places that are taken."""
    with works.sessions() as session:
        need = session.get_one(Need, need_id)
        return need.state, need.places_taken


def act(person: Person, need_id: int, action: str) -> str:
    """Press a button of the need's page; what the next page says."""
    answer = person.post(f"/needs/{need_id}/state", {"action": action})
    assert answer.status_code == 302
    return words(person.get(answer.location).text)


def details(**changed: object) -> NeedDetails:
    """What a group says of a need."""
    said: dict[str, object] = {
        "title": "Réparer",
        "description": "",
        "kind": NeedKind.SKILL,
        "wanted": (WantedPhrase(phrase="couture", importance=Importance.MUST),),
        "places": 2,
        "hours_a_week": None,
        "commune_code": "26281",
        "remote": False,
        "until": None,
        **changed,
    }
    return NeedDetails(**said)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ((NeedState.FILLED, 2), (NeedState.OPEN, 1)),
        ((NeedState.OPEN, 1), (NeedState.OPEN, 0)),
        ((NeedState.CLOSED, 2), (NeedState.CLOSED, 1)),
        ((NeedState.EXPIRED, 1), (NeedState.EXPIRED, 0)),
    ],
)
def test_a_place_given_back_opens_what_was_full_and_nothing_else(
    works: WorkFactory, cast: Cast, before: tuple[NeedState, int], after: tuple[NeedState, int]
) -> None:
    state, taken = before
    number = need_of(works, cast, state=state, places=2, places_taken=taken, places_by_hand=0)
    with works.begin() as work:
        service.free_place(work, need_id=number, held=after[1])
    assert kept(works, number) == after


def test_place_after_place_is_taken_until_the_need_is_filled(
    member: Person, person: Person, cast: Cast, works: WorkFactory
) -> None:
    number = need_of(works, cast, places=2)
    assert "Saved." in act(member, number, "fill_place")
    assert kept(works, number) == (NeedState.OPEN, 1)
    act(member, number, "fill_place")
    assert kept(works, number) == (NeedState.FILLED, 2)
    assert "Réparer nos vélos" not in person.get(f"/groups/{cast.group.id}").text
    assert "has changed meanwhile" in act(member, number, "fill_place")
    assert kept(works, number) == (NeedState.FILLED, 2)


def test_a_filled_need_opened_again_has_a_place(
    member: Person, person: Person, cast: Cast, works: WorkFactory
) -> None:
    number = need_of(works, cast, state=NeedState.FILLED, places=2, places_taken=2)
    act(member, number, "reopen")
    assert kept(works, number) == (NeedState.OPEN, 1)
    assert "Réparer nos vélos" in person.get(f"/groups/{cast.group.id}").text


def test_a_need_is_closed_and_opened_again(member: Person, cast: Cast, works: WorkFactory) -> None:
    number = need_of(works, cast)
    act(member, number, "close")
    assert kept(works, number) == (NeedState.CLOSED, 0)
    act(member, number, "reopen")
    assert kept(works, number) == (NeedState.OPEN, 0)


def test_a_draft_is_published_by_its_button(member: Person, cast: Cast, works: WorkFactory) -> None:
    number = need_of(works, cast, state=NeedState.DRAFT)
    act(member, number, "open")
    assert kept(works, number) == (NeedState.OPEN, 0)


def test_a_draft_without_skills_is_not_published_but_led_to_its_form(
    member: Person, cast: Cast, works: WorkFactory
) -> None:
    number = need_of(works, cast, state=NeedState.DRAFT, wanted=())
    answer = member.post(f"/needs/{number}/state", {"action": "open"})
    assert answer.location == f"/needs/{number}/edit"
    assert "Say at least one skill" in words(member.get(answer.location).text)
    assert kept(works, number) == (NeedState.DRAFT, 0)


def test_an_unknown_action_is_refused(member: Person, cast: Cast, works: WorkFactory) -> None:
    number = need_of(works, cast)
    for sent in ({"action": "explode"}, {"action": ""}, {}):
        assert member.post(f"/needs/{number}/state", sent).status_code == 422
    assert kept(works, number) == (NeedState.OPEN, 0)


@pytest.mark.parametrize("told", [True, False], ids=["marked", "not marked yet"])
def test_a_need_whose_last_day_has_passed_wants_a_later_one_to_open_again(
    member: Person, cast: Cast, works: WorkFactory, told: bool
) -> None:
    number = need_of(works, cast, until=YESTERDAY)
    if told:
        with works.begin() as work:
            assert service.expire_needs(work) == 1
    edit = f"/needs/{number}/edit"
    answer = member.post(f"/needs/{number}/state", {"action": "reopen"})
    assert answer.location == edit
    page = words(member.get(edit).text)
    assert "This day has passed." in page
    assert "Give it a later one, and it is open again." in page
    assert "has changed meanwhile" in act(member, number, "fill_place")
    sent = {
        "title": "Encore",
        "kind": "skill",
        "places": "2",
        "commune": "Valence",
        "wanted-0-phrase": "couture",
        "wanted-0-importance": "must",
    }
    wrong = member.fill_in(edit, {**sent, "until": (TODAY - timedelta(days=2)).isoformat()})
    assert wrong.status_code == 422
    assert "This day has passed." in error_beside(wrong.text, "until")
    answer = member.fill_in(edit, {**sent, "until": TODAY.isoformat()})
    assert answer.status_code == 302
    assert "Your need is published." in words(member.get(answer.location).text)
    assert kept(works, number) == (NeedState.OPEN, 0)


def test_an_expired_need_can_be_corrected_and_stays_expired(
    member: Person, cast: Cast, works: WorkFactory
) -> None:
    number = need_of(works, cast, until=YESTERDAY)
    with works.begin() as work:
        service.change_need(work, need_id=number, details=details(until=YESTERDAY, wanted=()))
    assert kept(works, number) == (NeedState.EXPIRED, 0)


def test_an_expired_need_that_asks_for_nothing_does_not_open_with_a_later_day(
    cast: Cast, works: WorkFactory
) -> None:
    number = need_of(works, cast, until=YESTERDAY)
    with works.begin() as work, pytest.raises(service.NeedRefused) as refused:
        service.change_need(work, need_id=number, details=details(wanted=()))
    assert refused.value.problems == (NeedProblem.NOTHING_WANTED,)


def test_fewer_places_than_the_group_said_were_taken_fill_the_need_and_more_open_it(
    cast: Cast, works: WorkFactory
) -> None:
    number = need_of(works, cast, places=5, places_taken=3)
    with works.begin() as work:
        service.change_need(work, need_id=number, details=details(places=2))
    assert kept(works, number) == (NeedState.FILLED, 2)
    with works.begin() as work:
        service.change_need(work, need_id=number, details=details(places=9))
    assert kept(works, number) == (NeedState.OPEN, 2)


def test_a_closed_need_is_corrected_and_stays_closed(cast: Cast, works: WorkFactory) -> None:
    number = need_of(works, cast, state=NeedState.CLOSED)
    with works.begin() as work:
        service.change_need(work, need_id=number, details=details(), publish=True)
    assert kept(works, number) == (NeedState.CLOSED, 0)


def test_the_service_keeps_the_limits_itself(cast: Cast, works: WorkFactory) -> None:
    too_many = tuple(
        WantedPhrase(phrase=f"savoir {number}", importance=Importance.NICE) for number in range(31)
    )
    too_long = (WantedPhrase(phrase="x" * 65, importance=Importance.MUST),)
    for wrong in ({"wanted": too_many}, {"wanted": too_long}, {"description": "x" * 5001}):
        with works.begin() as work:
            group = work.session.get_one(StartupGroup, cast.group.id)
            with pytest.raises(LimitExceededError):
                service.post_need(work, group, details=details(**wrong), publish=False)


def test_what_is_not_allowed_is_refused_by_the_service(cast: Cast, works: WorkFactory) -> None:
    number = need_of(works, cast, state=NeedState.CLOSED)
    with works.begin() as work:
        for action in (NeedAction.OPEN, NeedAction.FILL_PLACE, NeedAction.CLOSE):
            with pytest.raises(ActionNotAllowed):
                service.act_on_need(work, need_id=number, action=action)
    assert kept(works, number) == (NeedState.CLOSED, 0)


def far_group(work: Work, cast: Cast) -> StartupGroup:
    """A group in Nouméa, eleven hours east of Greenwich."""
    territory = places.found_territory(
        work,
        slug="noumea",
        name="Nouméa",
        summary_fr="",
        summary_en="",
        communes=["26281"],
        time_zone="Pacific/Noumea",
    )
    challenge = add_challenge(work, territory, slug="lagon", title_fr="Le lagon", title_en="The lagoon")
    return add_group(work, challenge, name="Lagon", lead=work.session.merge(cast.lead))


def test_needs_expire_when_their_last_day_is_over_where_they_are(
    cast: Cast, works: WorkFactory, clock: MovableClock
) -> None:
    day = date(2026, 11, 24)
    here = need_of(works, cast, until=day)
    endless = need_of(works, cast)
    draft = need_of(works, cast, until=day, state=NeedState.DRAFT)
    closed = need_of(works, cast, until=day, state=NeedState.CLOSED)
    with works.begin() as work:
        there = add_need(work, far_group(work, cast), until=day).id

    def expired_at(hour: int, *, days: int = 0) -> int:
        clock.now = datetime(2026, 11, 24, hour, 30, tzinfo=UTC) + timedelta(days=days)
        with works.begin() as work:
            return service.expire_needs(work)

    assert expired_at(12) == 0, "23:30 in Nouméa"
    assert expired_at(13) == 1, "half past midnight in Nouméa"
    assert kept(works, there) == (NeedState.EXPIRED, 0)
    assert kept(works, here) == (NeedState.OPEN, 0)
    assert expired_at(22) == 0, "23:30 in Paris"
    assert expired_at(23) == 1, "half past midnight in Paris"
    assert expired_at(23, days=30) == 0
    states = [kept(works, number)[0] for number in (here, endless, draft, closed)]
    assert states == [NeedState.EXPIRED, NeedState.OPEN, NeedState.DRAFT, NeedState.CLOSED]


def test_an_expired_need_counts_as_expired_before_anybody_marked_it(
    member: Person, person: Person, cast: Cast, works: WorkFactory, clock: MovableClock
) -> None:
    number = need_of(works, cast, until=TODAY)
    assert "Réparer nos vélos" in person.get(f"/groups/{cast.group.id}").text
    clock.now = NOW + timedelta(days=1)
    assert "Réparer nos vélos" not in person.get(f"/groups/{cast.group.id}").text
    page = words(member.get(f"/groups/{cast.group.id}").text)
    assert "Réparer nos vélos" in page
    assert "Expired" in page
    assert kept(works, number) == (NeedState.OPEN, 0)
