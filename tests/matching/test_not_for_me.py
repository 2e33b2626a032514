"""What is not for somebody is hidden and teaches, and all of it can be undone; and who was shown whom is on record."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from html import unescape

import pytest
from flask import Flask
from sqlalchemy import select

from matchmaker.base.ids import CitizenId, NeedId
from matchmaker.base.work import Work, WorkFactory
from matchmaker.citizens.models import Citizen
from matchmaker.groups.models import Need
from matchmaker.matching import queries, service
from matchmaker.matching.models import Dismissal, HiddenFromGroup, ProfileShowing
from matchmaker.matching.rules import DismissReason, Gate, PartName, ShownWhere
from tests import builders
from tests.builders import NOW, World
from tests.doors import Person, signed_in, works_of
from tests.races import at_once

VALENCE_KM = 17
"""From Valence to Romans-sur-Isère, as the crow flies, a little less."""


@pytest.fixture
def works(app: Flask) -> WorkFactory:
    return works_of(app)


@pytest.fixture
def world(settled: None, work: Work) -> World:
    return builders.find_world(work.session)


@pytest.fixture
def need(work: Work, world: World) -> Need:
    """Bicycles to repair in Valence."""
    group = builders.add_group(work, world.challenge)
    return builders.add_need(work, group, wanted=["réparation de vélos"], commune="26362")


@pytest.fixture
def camille(work: Work, world: World) -> Citizen:
    """Somebody in Romans who repairs bicycles and bakes, and goes as far as 50 km."""
    return builders.add_citizen(work, world.territory, skills=["réparer des vélos", "cuisine"], radius_km=50)


def proposed(work: Work, camille: Citizen) -> list[int]:
    """The needs that she is proposed."""
    return [int(one.need_id) for one in service.matches_for_citizen(work.session, camille, now=NOW)]


def ranked(work: Work, need: Need) -> list[int]:
    """Who is proposed to the group."""
    return [one.citizen_id for one in service.citizens_for_need(work.session, need, now=NOW)]


def batch(work: Work, world: World) -> set[tuple[CitizenId, NeedId]]:
    """The pairs of a whole run."""
    matches = service.territory_matches(work.session, world.territory, now=NOW)
    people = set(work.session.scalars(select(Citizen.id)))
    found = matches.ranked(work.session, people, limit=20)
    return {(citizen_id, one.need_id) for citizen_id, some in found for one in some}


@pytest.mark.parametrize("reason", list(DismissReason))
def test_a_need_that_is_not_for_somebody_is_hidden_from_both_and_comes_back(
    work: Work, world: World, need: Need, camille: Citizen, reason: DismissReason
) -> None:
    pair = (camille.id, need.id)
    assert (proposed(work, camille), ranked(work, need)) == ([need.id], [camille.id])
    assert pair in batch(work, world)
    first = service.dismiss(work, need_id=need.id, citizen_id=camille.id, reason=reason)
    assert service.dismiss(work, need_id=need.id, citizen_id=camille.id, reason=reason) is first
    assert (proposed(work, camille), ranked(work, need)) == ([], [])
    assert pair not in batch(work, world)
    assert service.explain(work.session, need, citizen_id=camille.id, now=NOW).gate is Gate.REFUSED
    for _ in range(2):
        service.take_back(work, need_id=need.id, citizen_id=camille.id)
    assert (proposed(work, camille), ranked(work, need)) == ([need.id], [camille.id])
    assert camille.radius_km == 50


def test_too_far_hides_one_need_and_changes_no_profile(work: Work, need: Need, camille: Citizen) -> None:
    """One click on a need at two kilometres left a citizen with one match of three."""
    other = builders.add_need(work, need.group, title="Encore", wanted=["vélo"], commune="26362")
    service.dismiss(work, need_id=need.id, citizen_id=camille.id, reason=DismissReason.TOO_FAR)
    assert camille.radius_km == 50
    assert proposed(work, camille) == [other.id]


def test_what_a_smaller_radius_would_cost_is_counted(work: Work, need: Need, camille: Citizen) -> None:
    for title, values in (
        ("Loin", {"commune": "26362"}),
        ("À distance", {"commune": "26362", "remote": True}),
        ("Ici", {}),
    ):
        builders.add_need(work, need.group, title=title, wanted=["réparation de vélos"], **values)
    assert service.needs_beyond(work.session, camille, radius=10, besides=need.id, now=NOW) == 1
    assert service.needs_beyond(work.session, camille, radius=20, besides=need.id, now=NOW) == 0


def test_too_far_brings_the_radius_below_the_distance_for_whatever_comes_if_that_is_wanted(
    work: Work, need: Need, camille: Citizen
) -> None:
    match = service.explain(work.session, need, citizen_id=camille.id, now=NOW).match
    assert service.radius_below(need, camille, match) == 10
    service.dismiss(work, need_id=need.id, citizen_id=camille.id, reason=DismissReason.TOO_FAR, nearer=True)
    assert camille.radius_km == 10 < VALENCE_KM
    other = builders.add_need(work, need.group, title="Encore", wanted=["vélo"], commune="26362")
    near = builders.add_need(work, need.group, title="Ici", wanted=["réparation de vélos"])
    assert proposed(work, camille) == [near.id]
    assert service.explain(work.session, other, citizen_id=camille.id, now=NOW).gate is Gate.PLACE


@pytest.mark.parametrize(
    ("away", "radius"),
    [(0.4, None), (1.2, None), (1.21, 1), (2.4, 1), (2.41, 2), (10.0, 5), (60.0, 20), (60.1, None)],
)
def test_too_far_sets_the_next_radius_below_the_distance_where_one_would_help(
    work: Work, need: Need, camille: Citizen, away: float, radius: int | None
) -> None:
    match = service.explain(work.session, need, citizen_id=camille.id, now=NOW).match
    parts = tuple(
        replace(part, value=away) if part.name is PartName.DISTANCE else part for part in match.parts
    )
    assert service.radius_below(need, camille, replace(match, parts=parts)) == radius


def test_a_radius_chosen_since_stays_when_too_far_is_taken_back(
    work: Work, need: Need, camille: Citizen
) -> None:
    service.dismiss(work, need_id=need.id, citizen_id=camille.id, reason=DismissReason.TOO_FAR, nearer=True)
    camille.radius_km = 5
    service.take_back(work, need_id=need.id, citizen_id=camille.id)
    assert camille.radius_km == 5


def test_not_my_skill_lowers_that_pair_everywhere_and_for_nobody_else(
    work: Work, world: World, need: Need, camille: Citizen
) -> None:
    other = builders.add_need(work, need.group, title="Atelier du samedi", wanted=["mécano vélo"])
    somebody = builders.add_citizen(
        work, world.territory, skills=["réparer des vélos"], address="paul@example.org"
    )
    before = service.explain(work.session, other, citizen_id=camille.id, now=NOW).match.total
    kept = service.dismiss(work, need_id=need.id, citizen_id=camille.id, reason=DismissReason.NOT_MY_SKILL)
    assert {pair.own_text for pair in kept.lowered} == {"réparer des vélos"}
    after = service.explain(work.session, other, citizen_id=camille.id, now=NOW).match
    assert after.total < 20 < before
    assert all(reason.own != "réparer des vélos" for reason in after.reasons if reason.importance)
    assert ranked(work, other) == [somebody.id]
    service.take_back(work, need_id=need.id, citizen_id=camille.id)
    assert service.explain(work.session, other, citizen_id=camille.id, now=NOW).match.total == before


def test_not_now_hides_a_need_for_four_weeks(work: Work, need: Need, camille: Citizen) -> None:
    kept = service.dismiss(work, need_id=need.id, citizen_id=camille.id, reason=DismissReason.NOT_NOW)
    assert kept.until == date(2026, 12, 21)
    assert service.forget_pauses(replace(work, now=NOW + timedelta(days=27))) == 0
    assert proposed(work, camille) == []
    assert service.forget_pauses(replace(work, now=NOW + timedelta(days=28))) == 1
    assert proposed(work, camille) == [need.id]


def test_another_reason_takes_the_place_of_the_first(work: Work, need: Need, camille: Citizen) -> None:
    service.dismiss(work, need_id=need.id, citizen_id=camille.id, reason=DismissReason.TOO_FAR)
    service.dismiss(work, need_id=need.id, citizen_id=camille.id, reason=DismissReason.OTHER)
    assert [one.reason for one in work.session.scalars(select(Dismissal))] == [DismissReason.OTHER]
    assert camille.radius_km == 50


def test_what_is_not_there_is_dismissed_by_nobody(work: Work, need: Need, camille: Citizen) -> None:
    for need_id, citizen_id in ((987654, camille.id), (need.id, 987654)):
        with pytest.raises(LookupError):
            service.dismiss(work, need_id=need_id, citizen_id=citizen_id, reason=DismissReason.OTHER)


def test_hiding_from_a_group_shuts_both_ways(work: Work, world: World, need: Need, camille: Citizen) -> None:
    for _ in range(2):
        service.hide_from_group(work, citizen_id=camille.id, group_id=need.group_id)
    assert (proposed(work, camille), ranked(work, need)) == ([], [])
    assert (camille.id, need.id) not in batch(work, world)
    assert service.explain(work.session, need, citizen_id=camille.id, now=NOW).gate is Gate.HIDDEN
    service.show_to_group(work, citizen_id=camille.id, group_id=need.group_id)
    assert (proposed(work, camille), ranked(work, need)) == ([need.id], [camille.id])


def test_whoever_is_shown_to_a_group_finds_it_in_their_journal_once_a_day(
    app: Flask, work: Work, need: Need, camille: Citizen
) -> None:
    lead = signed_in(app, need.group.memberships[0].account)
    for _ in range(3):
        lead.get(f"/needs/{need.id}/citizens")
    shown = queries.showings_of(work.session, citizen_id=camille.id, limit=9)
    assert [(one.need_id, one.place, one.to_organiser) for one in shown] == [
        (need.id, ShownWhere.PAGE, False)
    ]
    page = unescape(signed_in(app, camille.account).get("/journal").text)
    assert need.group.name in page
    assert "réparer des vélos" in page


@pytest.fixture
def reader(app: Flask, work: Work, camille: Citizen, need: Need) -> Person:
    """Camille at her browser."""
    return signed_in(app, camille.account)


def test_each_reason_says_what_it_changes_before_it_does(reader: Person, need: Need) -> None:
    assert "Pas pour moi" in reader.get(f"/needs/{need.id}").text
    page = reader.get(f"/needs/{need.id}/not-for-me").text
    assert "à 10 km au plus" in page
    assert "Aucun autre besoin qui vous correspond ne serait perdu." in page
    assert "réparer des vélos" in page
    assert reader.fill_in(f"/needs/{need.id}/not-for-me", {}).status_code == 422
    assert (
        reader.fill_in(f"/needs/{need.id}/not-for-me", {"reason": "too_far", "nearer": "y"}).location
        == "/home"
    )
    journal = reader.get("/journal").text
    assert need.title in journal
    assert "10 km" in journal
    assert "Vous cachez ce besoin" in reader.get(f"/needs/{need.id}").text
    reader.post(f"/needs/{need.id}/for-me")
    assert need.title not in reader.get("/journal").text


def test_hiding_is_done_and_undone_in_the_journal(app: Flask, work: Work, reader: Person, need: Need) -> None:
    signed_in(app, need.group.memberships[0].account).get(f"/needs/{need.id}/citizens")
    assert reader.post(f"/groups/{need.group_id}/hide").location == "/journal"
    assert "Vous vous cachez de ce groupe" in reader.get("/journal").text
    reader.post(f"/groups/{need.group_id}/unhide")
    assert "Vous vous cachez de ce groupe" not in reader.get("/journal").text
    assert reader.post("/groups/987654/hide").status_code == 404
    assert reader.post("/needs/987654/for-me").status_code == 404


def test_what_was_taught_goes_with_the_citizen(work: Work, need: Need, camille: Citizen) -> None:
    service.dismiss(work, need_id=need.id, citizen_id=camille.id, reason=DismissReason.NOT_MY_SKILL)
    service.hide_from_group(work, citizen_id=camille.id, group_id=need.group_id)
    match = service.explain(work.session, need, citizen_id=camille.id, now=NOW).match
    service.record_showings(work, [match], day=NOW.date(), place=ShownWhere.LETTER)
    work.session.delete(camille)
    work.session.flush()
    for table in (Dismissal, HiddenFromGroup, ProfileShowing):
        assert work.session.scalars(select(table)).all() == []


def test_saying_it_twice_at_once_is_saying_it_once(live_works: WorkFactory) -> None:
    with live_works.begin() as work:
        world = builders.make_world(work)
        need = builders.add_need(work, builders.add_group(work, world.challenge), wanted=["vélo"])
        camille = builders.add_citizen(work, world.territory, radius_km=50)

    def say(reason: DismissReason) -> Callable[[Work], DismissReason]:
        def do(work: Work) -> DismissReason:
            return service.dismiss(work, need_id=need.id, citizen_id=camille.id, reason=reason).reason

        return do

    at_once(live_works, [say(DismissReason.OTHER), say(DismissReason.OTHER), say(DismissReason.NOT_NOW)])
    with live_works.begin() as work:
        assert len(work.session.scalars(select(Dismissal)).all()) == 1
