"""Whom a group and an organiser can read and ask by number: those whom the need's page shows, and nobody else."""

from dataclasses import dataclass
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from matchmaker.base.work import Work, WorkFactory
from matchmaker.citizens.models import Citizen
from matchmaker.groups.models import Membership, Need
from matchmaker.groups.rules import NeedState, Role
from matchmaker.introductions import service
from matchmaker.introductions.models import Introduction
from matchmaker.introductions.rules import DeclineReason, Party, State
from matchmaker.matching import service as matching
from matchmaker.matching.models import ProfileShowing
from matchmaker.matching.rules import DismissReason
from matchmaker.matching.service.sight import IN_SIGHT
from tests import builders
from tests.doors import Person, signed_in, works_of
from tests.introductions.conftest import Pair, make_pair

NOBODY = 987_654


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """Gaspard's need, who may look for people for it, and citizens of whom some are to be seen."""

    app: Flask
    works: WorkFactory
    pair: Pair
    recruiters: dict[Party, Person]
    seen: frozenset[int]
    unseen: frozenset[int]

    def page(self, citizen_id: int) -> str:
        """Where a citizen is asked for the need."""
        return f"/needs/{self.pair.need.id}/citizens/{citizen_id}/propose"

    def showings(self) -> set[tuple[int, bool]]:
        """Who was shown, and whether to an organiser."""
        with self.works.begin() as work:
            rows = work.session.execute(select(ProfileShowing.citizen_id, ProfileShowing.to_organiser))
            return {(citizen_id, to_organiser) for citizen_id, to_organiser in rows}


def add(work: Work, pair: Pair, name: str, **answers: Any) -> Citizen:
    """One more citizen, of Gaspard's territory and able to help unless ``answers`` say otherwise."""
    territory = pair.world.territory
    if "commune" in answers:
        territory = pair.world.other_territory if answers["commune"] == "63113" else territory
    return builders.add_citizen(
        work, territory, address=f"{name}@example.org", first_name=name.title(), **answers
    )


@pytest.fixture
def stage(app: Flask) -> Stage:
    works = works_of(app)
    with works.begin() as work:
        pair = make_pair(work)
        relay = builders.add_relay(work, pair.world.territory)
        worker = builders.add_account(work, address="rachida@example.org")
        at_relay = builders.add_person(work, relay, worker, skills=["réparer des vélos"])
        hidden, refused = add(work, pair, "hidden"), add(work, pair, "refused")
        matching.hide_from_group(work, citizen_id=hidden.id, group_id=pair.group.id)
        matching.dismiss(work, need_id=pair.need.id, citizen_id=refused.id, reason=DismissReason.NOT_NOW)
        unseen = [
            hidden,
            refused,
            add(work, pair, "elsewhere", commune="63113"),
            add(work, pair, "from_home_elsewhere", commune="63113", remote=True),
            add(work, pair, "too_far", commune="26362", radius_km=5),
            add(work, pair, "cannot", skills=["cuisine"]),
        ]
        nora = builders.add_account(work, address="nora@example.org", first_name="Nora")
        pair.group.memberships.append(Membership(account_id=nora.id, role=Role.MEMBER, joined_at=work.now))
        seen = frozenset({pair.citizen.id, at_relay.id})
        not_seen = frozenset({NOBODY, *(one.id for one in unseen)})
        accounts = {Party.GROUP: nora, Party.ORGANISER: pair.organiser}
    return Stage(
        app=app,
        works=works,
        pair=pair,
        recruiters={party: signed_in(app, account) for party, account in accounts.items()},
        seen=seen,
        unseen=not_seen,
    )


@pytest.mark.parametrize("party", [Party.GROUP, Party.ORGANISER])
def test_who_is_not_on_the_page_of_a_need_is_not_there_by_their_number_either(
    stage: Stage, party: Party
) -> None:
    recruiter = stage.recruiters[party]
    listed = recruiter.get(f"/needs/{stage.pair.need.id}/citizens").text
    for citizen_id in stage.seen | stage.unseen:
        assert (stage.page(citizen_id) in listed) is (citizen_id in stage.seen)
    for citizen_id in stage.unseen:
        assert recruiter.get(stage.page(citizen_id)).status_code == 404
        assert recruiter.post(stage.page(citizen_id), {"action": "accept"}).status_code == 404
    with stage.works.begin() as work:
        assert work.session.scalars(select(Introduction)).all() == []
    assert stage.showings() == {(one, party is Party.ORGANISER) for one in stage.seen}


@pytest.mark.parametrize("party", [Party.GROUP, Party.ORGANISER])
def test_who_is_looked_at_by_number_alone_finds_it_in_their_journal(stage: Stage, party: Party) -> None:
    page = stage.page(stage.pair.citizen.id)
    assert stage.recruiters[party].client.head(page).status_code == 200
    assert stage.showings() == set(), "nothing was shown"
    assert "Camille" in stage.recruiters[party].get(page).text
    assert stage.showings() == {(stage.pair.citizen.id, party is Party.ORGANISER)}
    for citizen_id in stage.seen:
        assert stage.recruiters[party].post(stage.page(citizen_id), {"action": "accept"}).status_code == 302
    with stage.works.begin() as work:
        assert set(work.session.scalars(select(Introduction.citizen_id))) == stage.seen


def test_a_need_that_asks_for_everything_shows_only_the_best(stage: Stage) -> None:
    with stage.works.begin() as work:
        people = [add(work, stage.pair, f"c{number}").id for number in range(IN_SIGHT + 5)]
        need = work.session.get_one(Need, stage.pair.need.id)
        shown = {one.citizen_id for one in matching.citizens_in_sight(work.session, need, now=work.now)}
    gaspard = stage.recruiters[Party.GROUP]
    read = {one for one in people if gaspard.get(stage.page(one)).status_code == 200}
    assert read == shown & set(people)
    assert len(read) <= IN_SIGHT < len(people)


@pytest.mark.parametrize("party", [Party.GROUP, Party.ORGANISER])
def test_a_need_that_is_not_open_shows_nobody_and_says_so(stage: Stage, party: Party) -> None:
    with stage.works.begin() as work:
        work.session.get_one(Need, stage.pair.need.id).state = NeedState.CLOSED
    for citizen_id in stage.seen | stage.unseen:
        for answer in (
            stage.recruiters[party].get(stage.page(citizen_id)),
            stage.recruiters[party].post(stage.page(citizen_id), {"action": "accept"}),
        ):
            assert answer.location == f"/needs/{stage.pair.need.id}/citizens"
    assert stage.showings() == set()


def test_who_was_introduced_is_read_on_the_page_of_their_introduction(stage: Stage) -> None:
    gaspard, camille = stage.recruiters[Party.GROUP], stage.pair.citizen.id
    with stage.works.begin() as work:
        number = service.propose(
            work, need_id=stage.pair.need.id, citizen_id=camille, by=stage.pair.as_group
        ).id
    for answer in (gaspard.get(stage.page(camille)), gaspard.post(stage.page(camille), {"action": "accept"})):
        assert answer.location == f"/introductions/{number}"


def test_who_said_no_and_hides_from_the_group_is_shown_to_it_no_more(stage: Stage) -> None:
    camille = stage.pair.citizen.id
    with stage.works.begin() as work:
        begun = service.propose(work, need_id=stage.pair.need.id, citizen_id=camille, by=stage.pair.as_group)
        begun.state, begun.reason = State.DECLINED, DeclineReason.OTHER
        page = f"/introductions/{begun.id}"
    readers = stage.recruiters.values()
    assert all("réparer des vélos" in one.get(page).text for one in readers)
    with stage.works.begin() as work:
        matching.hide_from_group(work, citizen_id=camille, group_id=stage.pair.group.id)
    for one in readers:
        assert "réparer des vélos" not in one.get(page).text
        assert "ne vous est plus montré" in one.get(page).text
