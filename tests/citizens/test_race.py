"""Two people, or one with two fingers, confirm at the same moment: one citizen comes of it."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from matchmaker.accounts.models import Account
from matchmaker.accounts.service import LinkUnusable
from matchmaker.base.outbox import OutboxMessage
from matchmaker.base.work import Work, WorkFactory
from matchmaker.citizens import service
from matchmaker.citizens.models import Citizen, Consent
from matchmaker.citizens.service.profiles import give_weekly_letter
from tests.builders import World, add_account, add_citizen, make_world
from tests.citizens.steps import link_in
from tests.cli.processes import PATIENCE


def mailed_token(work: Work, world: World) -> str:
    """The token of a sign-up that waits for its confirmation."""
    sign_up_id = service.start_sign_up(
        work, territory_id=world.territory.id, commune_code="26281", locale="fr"
    )
    service.answer_skills(work, sign_up_id=sign_up_id, skills=[("couture", None)], locale="fr")
    service.finish_sign_up(
        work,
        sign_up_id=sign_up_id,
        first_name="Amina",
        address="amina@example.org",
        locale="fr",
        consent_locale="en",
    )
    work.session.flush()
    newest = work.session.scalars(select(OutboxMessage).order_by(OutboxMessage.id.desc()).limit(1)).one()
    return link_in(newest).rpartition("/")[2]


def confirm_at_once(works: WorkFactory, tokens: list[str]) -> list[service.Confirmed | LinkUnusable]:
    """Confirm each token in its own thread and connection, all let go together."""
    start = Barrier(len(tokens))

    def confirm(token: str) -> service.Confirmed | LinkUnusable:
        start.wait(timeout=PATIENCE)
        try:
            with works.begin() as work:
                return service.confirm(work, token=token)
        except LinkUnusable as error:
            return error

    with ThreadPoolExecutor(len(tokens)) as pool:
        return list(pool.map(confirm, tokens))


class Interrupted(Exception):
    """What went wrong after the confirmation."""


def confirm_and_fall(work: Work, token: str) -> None:
    service.confirm(work, token=token)
    raise Interrupted


def all_of(session: Session) -> tuple[int, int, int]:
    return (
        len(session.scalars(select(Account)).all()),
        len(session.scalars(select(Citizen)).all()),
        len(session.scalars(select(Consent)).all()),
    )


def test_one_link_confirmed_twice_at_once_makes_one_citizen(live_works: WorkFactory) -> None:
    with live_works.begin() as work:
        world = make_world(work)
        token = mailed_token(work, world)
    answers = confirm_at_once(live_works, [token] * 4)
    assert sum(isinstance(answer, service.Confirmed) for answer in answers) == 1
    with live_works.sessions() as session:
        assert all_of(session) == (1, 1, 1)


def test_two_sign_ups_of_one_address_confirmed_at_once_make_one_citizen(live_works: WorkFactory) -> None:
    with live_works.begin() as work:
        world = make_world(work)
        tokens = [mailed_token(work, world) for _ in range(4)]
    answers = confirm_at_once(live_works, tokens)
    made = [answer.created for answer in answers if isinstance(answer, service.Confirmed)]
    assert sorted(made) == [False, False, False, True]
    with live_works.sessions() as session:
        assert all_of(session) == (1, 1, 1)


def test_two_sign_ups_of_an_account_without_a_profile_make_one_citizen(live_works: WorkFactory) -> None:
    with live_works.begin() as work:
        world = make_world(work)
        tokens = [mailed_token(work, world) for _ in range(4)]
        add_account(work, address="amina@example.org")
    answers = confirm_at_once(live_works, tokens)
    made = [answer.created for answer in answers if isinstance(answer, service.Confirmed)]
    assert sorted(made) == [False, False, False, True]
    with live_works.sessions() as session:
        assert all_of(session) == (1, 1, 1)


def test_one_consent_given_twice_at_once_is_recorded_once(live_works: WorkFactory) -> None:
    with live_works.begin() as work:
        citizen = add_citizen(work, make_world(work).territory, consents=False)
    start = Barrier(4)

    def give(number: int) -> None:
        start.wait(timeout=PATIENCE)
        with live_works.begin() as work:
            give_weekly_letter(work, citizen_id=citizen.id, shown_text=str(number), locale="fr")

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(give, range(4)))
    with live_works.sessions() as session:
        assert all_of(session) == (1, 1, 1)


def test_a_block_that_raises_after_confirming_leaves_the_link_usable(live_works: WorkFactory) -> None:
    with live_works.begin() as work:
        token = mailed_token(work, make_world(work))
    with pytest.raises(Interrupted), live_works.begin() as work:
        confirm_and_fall(work, token)
    with live_works.begin() as work:
        assert service.confirm(work, token=token).created
