"""What several people say of a word is asked of those who run the desk, who decide it and can take it back."""

import re
from dataclasses import replace
from itertools import count
from pathlib import Path

import pytest
from click.testing import CliRunner
from flask import Flask
from sqlalchemy import Engine

from matchmaker.accounts.service import delete_account
from matchmaker.base.db import make_session_factory
from matchmaker.base.work import Work
from matchmaker.citizens.models import Citizen
from matchmaker.cli.catalogue_words import catalogue
from matchmaker.cli.vocabulary_files import read_folder, read_packaged
from matchmaker.groups.models import Need
from matchmaker.introductions.models import Introduction
from matchmaker.introductions.rules import DeclineReason, Party, State
from matchmaker.matching import service as matching
from matchmaker.matching.rules import Cover, DismissReason, SkillReason, match_to_mapping
from matchmaker.organisers.loading import word_proposals
from matchmaker.organisers.rules import Clue, Evidence, Proposal, proposals_from
from matchmaker.places.models import Territory
from matchmaker.vocabulary import service as vocabulary
from matchmaker.vocabulary.rules import VerdictKind
from tests import builders
from tests.builders import NOW, World
from tests.doors import Person, make_app, signed_in, works_of
from tests.organisers.test_words import PAGE, add_organiser

BIKES = "repair.bicycle-repair"


@pytest.fixture
def orane(app: Flask, world: World) -> Person:
    """Somebody who runs the desk and reads English."""
    return signed_in(app, add_organiser(app, world.territory))


def clue(citizen_id: int, evidence: Evidence = Evidence.CHOSEN, phrase: str = "bicloune") -> Clue:
    return Clue(phrase=phrase, concept_id=BIKES, citizen_id=citizen_id, evidence=evidence)


def proposed(*clues: Clue, worth: bool = True) -> list[Proposal]:
    return proposals_from(clues, worth=lambda *_: worth)


def test_three_people_make_a_proposal_and_two_do_not_however_often_they_say_it() -> None:
    assert proposed(clue(1), clue(2), clue(1, Evidence.HELPED), clue(2, Evidence.HELPED)) == []
    assert proposed(clue(1), clue(2), clue(3), worth=False) == []
    (found,) = proposed(clue(1), clue(2, phrase="Biclouné !"), clue(2), clue(3), clue(3, Evidence.HELPED))
    assert found == Proposal(
        phrase="bicloune",
        concept_id=BIKES,
        kind=VerdictKind.SAME,
        people=3,
        evidence={Evidence.CHOSEN: 3, Evidence.HELPED: 1},
    )


def test_people_who_say_the_opposite_are_weighed_and_a_tie_asks_nothing() -> None:
    against = [clue(number, Evidence.DISMISSED) for number in (4, 5)] + [clue(6, Evidence.DECLINED)]
    assert [one.kind for one in proposed(*against, clue(1))] == [VerdictKind.NEVER]
    assert proposed(*against, clue(1), clue(2), clue(3)) == []


_number = count(1)


def choose(work: Work, territory: Territory, phrase: str, concept_id: str) -> Citizen:
    """Somebody who chose a skill for words of theirs when they were asked what they mean."""
    address = f"chose-{next(_number)}@secret.example"
    citizen = builders.add_citizen(work, territory, skills=[phrase], address=address)
    citizen.skills[0].concept_id, citizen.skills[0].confirmed = concept_id, True
    return citizen


def questions(page: str) -> list[str]:
    return re.findall(r"Does “[^”]+” mean: [^<]+\?", page.replace("&#34;", '"'))


def press(person: Person, kind: str) -> None:
    """Answer the only question of the page by one of its two buttons."""
    form = {"phrase": "bicloune", "kind": kind, "other": BIKES}
    page = person.get(PAGE).text
    for name, value in form.items():
        assert f'name="{name}" value="{value}"' in page
    assert person.post(PAGE, form, page=PAGE).status_code == 302


@pytest.mark.parametrize("kind", ["same", "never"])
def test_what_three_people_chose_is_asked_decided_on_record_and_taken_back(
    app: Flask, world: World, orane: Person, kind: str
) -> None:
    with works_of(app).begin() as work:
        territory = work.session.merge(world.territory)
        choose(work, territory, "bicloune", BIKES)
        choose(work, territory, "Bicloune", BIKES)
        choose(work, work.session.merge(world.other_territory), "bicloune", BIKES)
    assert questions(orane.get(PAGE).text) == []
    with works_of(app).begin() as work:
        choose(work, work.session.merge(world.territory), "bicloune", BIKES)

    page = orane.get(PAGE).text
    assert questions(page) == ["Does “bicloune” mean: bicycle repair?"]
    assert "3 people chose it" in page
    press(orane, kind)

    page = orane.get(PAGE).text
    assert questions(page) == []
    assert {"same": "means the same as", "never": "is never the same as"}[kind] in page.split("<tbody>")[1]
    with works_of(app).begin() as work:
        resolver = vocabulary.territory_resolver(work.session, territory_id=world.territory.id)
        meant = {one.concept_id for one in resolver.resolve("bicloune")}
        assert (BIKES in meant) is (kind == "same")
    (button,) = re.findall(rf'action="({PAGE}/\d+/withdraw)"', page)
    orane.post(button, page=PAGE)
    assert len(questions(orane.get(PAGE).text)) == 1


def test_whoever_leaves_takes_along_what_they_taught(app: Flask, world: World, orane: Person) -> None:
    with works_of(app).begin() as work:
        people = [choose(work, work.session.merge(world.territory), "bicloune", BIKES) for _ in range(3)]
        accounts = [builders.account_of(one).id for one in people]
    assert len(questions(orane.get(PAGE).text)) == 1
    with works_of(app).begin() as work:
        delete_account(work, account_id=accounts[0])
    assert questions(orane.get(PAGE).text) == []


def test_what_is_understood_already_and_what_holds_an_address_is_not_asked(app: Flask, world: World) -> None:
    with works_of(app).begin() as work:
        for _ in range(3):
            territory = work.session.merge(world.territory)
            choose(work, territory, "réparer des vélos", BIKES)
            choose(work, territory, "a@b.example", BIKES)
            choose(work, territory, "bicloune", "repair.bicycle-repair")
        found = word_proposals(work.session, territory_id=world.territory.id)
    assert [one.phrase for one in found] == ["bicloune"]


def end(work: Work, need: Need, citizen: Citizen, state: State) -> None:
    """Let an introduction end that was begun as the citizen's words may mean what is asked for."""
    match = matching.explain(work.session, need, citizen_id=citizen.id, now=NOW).match
    reason = SkillReason(
        wanted=need.wanted[0].phrase,
        importance=need.wanted[0].importance,
        own=citizen.skills[0].phrase,
        how=Cover.WORDS,
        strength=0.4,
        points=40,
        possible=100,
        concept_id=None,
    )
    work.session.add(
        Introduction(
            need_id=need.id,
            citizen_id=citizen.id,
            group_id=need.group_id,
            territory_id=need.territory_id,
            begun_by=Party.CITIZEN,
            begun_at=work.now,
            since=work.now,
            state=state,
            reason=DeclineReason.NOT_MY_SKILL if state is State.DECLINED else None,
            score=40,
            match=match_to_mapping(replace(match, reasons=(reason,))),
        )
    )


def test_dismissals_and_outcomes_tell_what_words_mean(app: Flask, world: World) -> None:
    with works_of(app).begin() as work:
        territory = work.session.merge(world.territory)
        group = builders.add_group(work, work.session.merge(world.challenge))
        need = builders.add_need(work, group, wanted=["réparation de vélos"], places=30)
        for number in range(9):
            phrase = ("réparasion de vélos", "bicloune", "reparation de vellos")[number % 3]
            address = f"taught-{number}@secret.example"
            citizen = builders.add_citizen(work, territory, skills=[phrase], address=address)
            if number % 3 == 0:
                reason = DismissReason.NOT_MY_SKILL
                matching.dismiss(work, need_id=need.id, citizen_id=citizen.id, reason=reason)
            else:
                end(work, need, citizen, State.HELPED if number % 3 == 1 else State.DECLINED)
        work.session.flush()
        found = word_proposals(work.session, territory_id=territory.id)
    assert {(one.phrase, one.kind, *one.evidence.items()) for one in found} == {
        ("réparasion de vélos", VerdictKind.NEVER, (Evidence.DISMISSED, 3)),
        ("bicloune", VerdictKind.SAME, (Evidence.HELPED, 3)),
        ("reparation de vellos", VerdictKind.NEVER, (Evidence.DECLINED, 3)),
    }


def test_what_was_decided_is_written_as_rows_that_the_vocabulary_takes(
    named_engine: Engine, tmp_path: Path
) -> None:
    app = make_app(make_session_factory(named_engine))
    with works_of(app).begin() as work:
        territory = builders.make_world(work).territory
        organiser = builders.add_organiser(work, territory)
        for phrase, other, kind in (
            ("bicloune", BIKES, VerdictKind.SAME),
            ("coudre des rideaux|=x", "couture", VerdictKind.SAME),
            ("zwirbel", "quonfli", VerdictKind.SAME),
            ("jardinage", "cuisine", VerdictKind.NEVER),
            ("réparasion de vélos", BIKES, VerdictKind.NEVER),
        ):
            vocabulary.declare_verdict(
                work,
                territory_id=territory.id,
                account_id=organiser.id,
                phrase=phrase,
                other=other,
                kind=kind,
            )
        for _ in range(3):
            choose(work, territory, "compta de base", "finance.accounting")

    command = ["propose", "--territory", "valence-romans", "--output", str(tmp_path / "new")]
    done = CliRunner().invoke(catalogue, command)

    assert done.exit_code == 0, done.output
    told = done.stdout.splitlines()
    assert "proposed 'compta de base' is finance.accounting: chosen 3" in told
    assert f"decided  'bicloune' is {BIKES}" in told
    assert told[-1] == "1 proposed, 3 decided"
    ships, written = read_packaged(), read_folder(tmp_path / "new")
    assert {(label.concept_id, label.text) for label in set(written.labels) - set(ships.labels)} == {
        (BIKES, "bicloune"),
        ("textile.sewing", "coudre des rideaux"),
        ("textile.sewing", "=x"),
    }
    assert set(written.concepts) == set(ships.concepts)
    (friend,) = set(written.verdicts) - set(ships.verdicts)
    assert {friend.phrase, friend.other} == {"reparasion de velos", "reparation de velos"}
    assert "secret.example" not in done.output
    nowhere = CliRunner().invoke(catalogue, ["propose", "--territory", "nowhere"])
    assert nowhere.exit_code == 1
