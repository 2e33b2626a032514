"""Several do the same at one moment, over connections of their own: all but one are answered as if they came second."""

from collections.abc import Callable
from dataclasses import dataclass

import pytest
from flask import Flask
from sqlalchemy import func, select

from matchmaker.accounts import service as accounts
from matchmaker.accounts.models import Account
from matchmaker.base.db import Base
from matchmaker.base.work import Work, WorkFactory
from matchmaker.citizens.models import Consent
from matchmaker.citizens.service import profiles
from matchmaker.digests import service as digests
from matchmaker.digests.models import LetterPreference
from matchmaker.digests.rules import Frequency
from matchmaker.groups import service as groups
from matchmaker.groups.models import StartupGroup
from matchmaker.groups.rules import Stage
from matchmaker.introductions import service as introductions
from matchmaker.introductions.models import Introduction, NoticeRefusal
from matchmaker.introductions.rules import Party, State
from matchmaker.introductions.service import Actor
from matchmaker.places import service as places
from matchmaker.places.models import Challenge, Organiser
from matchmaker.relays import service as relays
from matchmaker.relays.models import Relay
from matchmaker.relays.rules import RelayKind
from tests import builders
from tests.builders import account_of, find_world
from tests.doors import works_of
from tests.races import at_once

NAMES = ("L'Épicerie", "l'épicerie", "L’Epicerie", "L’ÉPICERIE !")


@dataclass(frozen=True, slots=True, kw_only=True)
class Cast:
    """A citizen with their account, a territory, and a need for which they were asked."""

    account_id: int
    citizen_id: int
    territory_id: int
    challenge_id: int
    need_id: int


@pytest.fixture
def works(settled: None, live_app: Flask) -> WorkFactory:
    """Units of work with a connection each, over the small world."""
    return works_of(live_app)


@pytest.fixture
def cast(works: WorkFactory) -> Cast:
    """Really committed."""
    with works.begin() as work:
        world = find_world(work.session)
        lead = builders.add_account(work, address="lead@example.org")
        need = builders.add_need(work, builders.add_group(work, world.challenge, lead=lead))
        citizen = builders.add_citizen(work, world.territory, consents=False)
        by = Actor(party=Party.GROUP, account_id=lead.id)
        introductions.propose(work, need_id=need.id, citizen_id=citizen.id, by=by)
        return Cast(
            account_id=account_of(citizen).id,
            citizen_id=citizen.id,
            territory_id=world.territory.id,
            challenge_id=world.challenge.id,
            need_id=need.id,
        )


def open_an_account(work: Work, cast: Cast) -> int:
    return accounts.open_account(work, address="zoe@example.org", first_name="Zoé", locale="fr").id


def agree_to_letters(work: Work, cast: Cast) -> None:
    profiles.give_weekly_letter(work, citizen_id=cast.citizen_id, shown_text="Oui.", locale="fr")


def choose_letters(work: Work, cast: Cast) -> None:
    digests.choose_letters(
        work,
        account_id=cast.account_id,
        frequency=Frequency.MONTHLY,
        paused_until=None,
        about_introductions=True,
    )


def name_an_organiser(work: Work, cast: Cast) -> None:
    places.name_organiser(work, territory_id=cast.territory_id, account_id=cast.account_id)


def stop_notices(work: Work, cast: Cast) -> None:
    introductions.stop_notices(work, account_id=cast.account_id)


@pytest.mark.parametrize(
    ("verb", "table"),
    [
        (open_an_account, Account),
        (agree_to_letters, Consent),
        (choose_letters, LetterPreference),
        (name_an_organiser, Organiser),
        (stop_notices, NoticeRefusal),
    ],
)
def test_what_is_done_by_several_at_once_is_done_once_and_refused_to_nobody(
    works: WorkFactory, cast: Cast, verb: Callable[[Work, Cast], object], table: type[Base]
) -> None:
    before = _number(works, table)
    answers = at_once(works, [lambda work: verb(work, cast)] * 4)
    assert len(set(answers)) == 1
    assert _number(works, table) - before == 1


def test_who_was_asked_and_says_yes_several_times_at_once_has_said_yes(
    works: WorkFactory, cast: Cast
) -> None:
    def offer(work: Work) -> State:
        by = Actor(party=Party.CITIZEN, account_id=cast.account_id)
        return introductions.offer(work, need_id=cast.need_id, citizen_id=cast.citizen_id, by=by).state

    assert at_once(works, [offer] * 4) == [State.ACCEPTED] * 4
    with works.begin() as work:
        assert work.session.scalars(select(Introduction)).one().state is State.ACCEPTED


def found(name: str, cast: Cast) -> Callable[[Work], str]:
    """A group of that name is founded."""

    def do(work: Work) -> str:
        return groups.found_group(
            work,
            challenge=work.session.get_one(Challenge, cast.challenge_id),
            founder_id=cast.account_id,
            name=name,
            pitch="Des légumes d’ici.",
            description="",
            stage=Stage.IDEA,
            locale="fr",
        ).name

    return do


def name_relay(name: str, cast: Cast) -> Callable[[Work], str]:
    """A relay of that name is made."""

    def do(work: Work) -> str:
        return relays.name_relay(
            work, territory_id=cast.territory_id, name=name, kind=RelayKind.LIBRARY, commune_code="26281"
        ).name

    return do


@pytest.mark.parametrize(
    ("make", "refusal", "table"),
    [(found, groups.NameTaken, StartupGroup), (name_relay, relays.RelayNameTaken, Relay)],
)
def test_names_that_people_take_for_one_are_one_name_in_a_territory(
    works: WorkFactory,
    cast: Cast,
    make: Callable[[str, Cast], Callable[[Work], str]],
    refusal: type[Exception],
    table: type[Base],
) -> None:
    before = _number(works, table)
    answers = at_once(works, [make(name, cast) for name in NAMES], refusal)
    assert sum(isinstance(answer, refusal) for answer in answers) == 3
    with works.begin() as work, pytest.raises(refusal):
        make("l epicerie", cast)(work)
    assert _number(works, table) - before == 1


def test_a_group_keeps_its_name_written_in_another_way(works: WorkFactory, cast: Cast) -> None:
    with works.begin() as work:
        found("L'Épicerie", cast)(work)
        group = work.session.scalars(select(StartupGroup).where(StartupGroup.name == "L'Épicerie")).one()
        for name in ("L’épicerie", "Les Épiceries"):
            groups.change_group(
                work,
                group,
                challenge=group.challenge,
                name=name,
                pitch=group.pitch,
                description="",
                stage=Stage.IDEA,
            )
        assert group.name == "Les Épiceries"
        # The name is free again.
        found("l'Épicerie", cast)(work)


def _number(works: WorkFactory, table: type[Base]) -> int:
    with works.begin() as work:
        return work.session.scalar(select(func.count()).select_from(table)) or 0
