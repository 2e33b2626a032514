"""Whom a letter tells a group of is decided as for the page of its need, and on record for them, whoever reads it."""

from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from sqlalchemy import delete, select

from matchmaker.base.outbox import OutboxMessage
from matchmaker.base.work import Work
from matchmaker.citizens.models import Citizen
from matchmaker.digests import service
from matchmaker.digests.models import DigestLetter
from matchmaker.digests.service.writing import write_letters
from matchmaker.groups.models import Need
from matchmaker.matching import service as matching
from matchmaker.matching.models import ProfileShowing
from matchmaker.matching.rules import DismissReason, ShownWhere
from tests import builders
from tests.digests.weeks import plan_run, run_week
from tests.doors import signed_in, works_of

WEEK_PAGE = "/t/valence-romans/week"


@pytest.fixture
def work(settled: None, app: Flask) -> Iterator[Work]:
    with works_of(app).begin() as opened:
        yield opened


@pytest.fixture
def need(work: Work) -> Need:
    """What Gaspard's group asks for."""
    world = builders.find_world(work.session)
    lead = builders.add_account(work, address="gaspard@example.org", first_name="Gaspard")
    return builders.add_need(work, builders.add_group(work, world.challenge, lead=lead))


@pytest.fixture
def camille(work: Work, need: Need) -> Citizen:
    return builders.add_citizen(work, need.group.territory)


def hide(work: Work, need: Need, camille: Citizen) -> None:
    matching.hide_from_group(work, citizen_id=camille.id, group_id=need.group_id)


def dismiss(work: Work, need: Need, camille: Citizen) -> None:
    matching.dismiss(work, need_id=need.id, citizen_id=camille.id, reason=DismissReason.NOT_NOW)


def go_elsewhere(work: Work, need: Need, camille: Citizen) -> None:
    camille.commune_code, camille.radius_km = "26362", 5


@pytest.mark.parametrize("act", [hide, dismiss, go_elsewhere])
def test_who_is_not_to_be_seen_any_more_when_letters_are_written_is_not_told_of(
    work: Work, need: Need, camille: Citizen, act: Callable[[Work, Need, Citizen], None]
) -> None:
    run = service.request_week(work, territory_id=need.territory_id, started_by=None)
    plan_run(work, run)
    act(work, need, camille)
    work.session.flush()
    while write_letters(work) is not None:
        pass
    assert work.session.scalars(select(OutboxMessage)).all() == []
    assert work.session.scalars(select(ProfileShowing)).all() == []


def test_an_organiser_who_reads_of_somebody_in_a_group_s_letter_is_in_their_journal(
    app: Flask, work: Work, need: Need, camille: Citizen
) -> None:
    organiser = builders.add_organiser(work, need.group.territory)
    gaspard = need.group.memberships[0].account_id
    work.session.commit()
    orane = signed_in(app, organiser)

    def shown_by(*paths: str) -> None:
        for path in paths:
            work.session.execute(delete(ProfileShowing))
            work.session.commit()
            assert orane.get(path).status_code == 200
            showing = work.session.scalars(select(ProfileShowing)).one()
            assert (showing.citizen_id, showing.place) == (camille.id, ShownWhere.PAGE)
            assert showing.to_organiser

    shown_by(WEEK_PAGE, f"{WEEK_PAGE}/preview/{gaspard}", f"{WEEK_PAGE}/preview/{gaspard}/letter")
    run_week(work, territory_id=need.territory_id, started_by=None)
    work.session.commit()
    letter = work.session.scalars(select(DigestLetter).where(DigestLetter.account_id == gaspard)).one()
    page = f"{WEEK_PAGE}/{letter.iso_week}/letters/{letter.id}"
    shown_by(page, f"{page}/letter")
