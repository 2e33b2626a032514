"""What a territory decided about words holds in every list of it, and in no list of another."""

from collections.abc import Sequence

import pytest
from sqlalchemy import select

from matchmaker.base.ids import CitizenId, NeedId
from matchmaker.base.work import Work
from matchmaker.citizens.models import Citizen, SignUp
from matchmaker.digests import loading as digests
from matchmaker.groups.models import Need
from matchmaker.matching import loading, service
from matchmaker.places.models import Territory
from matchmaker.vocabulary import service as vocabulary
from matchmaker.vocabulary.models import ResolvedPhrase
from matchmaker.vocabulary.rules import VerdictKind
from tests import builders
from tests.builders import NOW, World


@pytest.fixture
def world(settled: None, work: Work) -> World:
    return builders.find_world(work.session)


def declare(work: Work, territory: Territory, phrase: str, other: str, kind: VerdictKind) -> int:
    """A verdict of an organiser; its id."""
    address = f"o{territory.id}-{phrase}-{other}-{kind}@example.org".lower().replace(" ", "-")
    account = builders.add_account(work, address=address)
    verdict = vocabulary.declare_verdict(
        work, territory_id=territory.id, account_id=account.id, phrase=phrase, other=other, kind=kind
    )
    return verdict.id


def add_need(work: Work, world: World, wanted: str, **details: object) -> Need:
    """A need that only its wanted skill speaks for."""
    group = builders.add_group(work, world.challenge, name=f"Le groupe {wanted}")
    return builders.add_need(work, group, title="Aide", wanted=[wanted], **details)  # type: ignore[arg-type]


def residents(work: Work, territory: Territory) -> Sequence[CitizenId]:
    """The citizens of a territory."""
    return work.session.scalars(select(Citizen.id).where(Citizen.territory_id == territory.id)).all()


def proposed(work: Work, need: Need) -> list[CitizenId]:
    """The citizens of a need's list, which must be in agreement with the plan of the letter and with the desk."""
    found = [match.citizen_id for match in service.citizens_for_need(work.session, need, now=NOW)]
    matches = service.territory_matches(work.session, need.group.territory, now=NOW)
    ranked = dict(matches.ranked(work.session, residents(work, need.group.territory), limit=20))
    told = [one for one, needs in ranked.items() if need.id in {line.need_id for line in needs}]
    lonely = service.needs_without_match(work.session, need.group.territory, now=NOW)
    assert sorted(told) == sorted(found)
    assert (need.id in lonely) is (not found)
    return found


def test_a_declared_meaning_shows_at_once_in_every_list_and_goes_with_the_verdict(
    work: Work, world: World
) -> None:
    need = add_need(work, world, "réparation de vélos")
    citizen = builders.add_citizen(work, world.territory, skills=["bicloune"])
    sign_up = SignUp(
        id="s" * 43,
        territory_id=world.territory.id,
        commune_code="26281",
        skills=[("bicloune", None)],
        challenge_ids=[],
        hours_a_week=None,
        radius_km=None,
        remote=False,
        created_at=NOW,
    )
    work.session.add(sign_up)
    work.session.flush()

    def seen() -> tuple[list[CitizenId], int, int, float]:
        return (
            proposed(work, need),
            len(service.matches_for_citizen(work.session, citizen, now=NOW)),
            len(service.matches_for_sign_up(work.session, sign_up, language="fr", now=NOW)),
            service.explain(work.session, need, citizen_id=citizen.id, now=NOW).match.total,
        )

    before = seen()
    assert before[:3] == ([], 0, 0)

    number = declare(work, world.territory, "Bicloune", "bike repair", VerdictKind.SAME)
    people, needs, preview, total = seen()
    assert (people, needs, preview) == ([citizen.id], 1, 1)
    assert total > service.LEAST_TOTAL

    vocabulary.withdraw_verdict(work, territory_id=world.territory.id, verdict_id=number)
    assert seen() == before


def test_the_letter_of_the_week_follows_the_verdicts(work: Work, world: World) -> None:
    need = add_need(work, world, "réparation de vélos")
    builders.add_citizen(work, world.territory, skills=["bicloune"])
    declare(work, world.territory, "bicloune", "réparation de vélos", VerdictKind.SAME)

    plan = digests.compose(work.session, world.territory, now=NOW, tokens=work.tokens, seed=1)
    draft = next(
        draft
        for draft in digests.drafts(work.session, plan.people, plan.letters, now=NOW)
        if draft.recipient.first_name == "Camille"
    )

    (line,) = draft.lines
    assert line.need is need
    assert line.match is not None
    assert line.match.reasons[0].own == "bicloune"


@pytest.mark.parametrize("kind", VerdictKind)
def test_two_phrases_that_nobody_knows_are_the_same_or_never_where_that_was_decided(
    work: Work, world: World, kind: VerdictKind
) -> None:
    same = kind is VerdictKind.SAME
    need = add_need(work, world, "zwirbel" if same else "zwirbel agile")
    builders.add_citizen(work, world.territory, skills=["quonfli" if same else "agile zwirbel"])
    assert bool(proposed(work, need)) is (not same)

    declare(work, world.territory, need.wanted[0].phrase, "quonfli" if same else "Agile zwirbel", kind)

    assert bool(proposed(work, need)) is same


def test_never_holds_for_the_inclusive_forms_and_between_concepts_that_people_chose(
    work: Work, world: World
) -> None:
    need = add_need(work, world, "menuiserie")
    citizen = builders.add_citizen(work, world.territory, skills=["menuisier·ère"])
    citizen.skills[0].concept_id = "building.joinery"
    citizen.skills[0].confirmed = True
    work.session.flush()
    assert proposed(work, need)

    declare(work, world.territory, "menuisière", "menuiserie", VerdictKind.NEVER)

    assert proposed(work, need) == []


def test_a_confirmed_concept_stays_what_the_person_chose(work: Work, world: World) -> None:
    need = add_need(work, world, "menuiserie")
    citizen = builders.add_citizen(work, world.territory, skills=["bidouille"])
    citizen.skills[0].concept_id = "building.joinery"
    citizen.skills[0].confirmed = True
    work.session.flush()

    declare(work, world.territory, "bidouille", "couture", VerdictKind.SAME)

    profile = loading.citizen_profile(work.session, citizen.id)
    assert [one.concept_id for one in profile.phrases[0].resolutions] == ["building.joinery"]
    assert proposed(work, need) == [citizen.id]


def test_a_territory_brings_a_shipped_false_friend_back(work: Work, world: World) -> None:
    need = add_need(work, world, "gardiennage")
    citizen = builders.add_citizen(work, world.territory, skills=["jardinage"])
    assert proposed(work, need) == []

    declare(work, world.territory, "jardinage", "gardiennage", VerdictKind.SAME)

    assert proposed(work, need) == [citizen.id]
    assert service.explain(work.session, need, citizen_id=citizen.id, now=NOW).match.reasons[0].strength == 1


@pytest.mark.parametrize(
    ("kind", "offered", "wanted", "first"),
    [
        (VerdictKind.SAME, "bicloune", "réparation de vélos", False),
        (VerdictKind.NEVER, "réparer des vélos", "réparation de vélos", True),
    ],
)
def test_a_verdict_changes_nothing_in_another_territory_nor_what_is_kept_for_all(
    work: Work, world: World, kind: VerdictKind, offered: str, wanted: str, first: bool
) -> None:
    builders.add_citizen(
        work, world.other_territory, skills=[offered], commune="63113", address="volcan@example.org"
    )
    challenge = world.other_territory.challenges[0]
    need = builders.add_need(
        work, builders.add_group(work, challenge), title="Aide", wanted=[wanted], commune="63113"
    )
    before = proposed(work, need)
    assert bool(before) is first
    kept = select(ResolvedPhrase.phrase, ResolvedPhrase.language, ResolvedPhrase.resolutions).order_by(
        ResolvedPhrase.id
    )
    rows = work.session.execute(kept).all()

    declare(work, world.territory, offered, wanted, kind)
    here = add_need(work, world, wanted)
    citizen = builders.add_citizen(work, world.territory, skills=[offered])
    assert bool(proposed(work, here)) is not first
    service.matches_for_citizen(work.session, citizen, now=NOW)

    assert proposed(work, need) == before
    assert work.session.execute(kept).all() == rows


def test_for_a_need_met_from_home_the_verdicts_of_its_own_territory_count(work: Work, world: World) -> None:
    here = add_need(work, world, "réparation de vélos", remote=True, commune=None)
    group = builders.add_group(work, world.other_territory.challenges[0])
    there = builders.add_need(
        work, group, title="Aide", wanted=["réparation de vélos"], remote=True, commune=None
    )
    citizens = [
        builders.add_citizen(
            work,
            territory,
            skills=["bicloune"],
            commune=commune,
            address=f"{territory.slug}@example.org",
            remote=True,
        )
        for territory, commune in ((world.territory, "26281"), (world.other_territory, "63113"))
    ]

    declare(work, world.territory, "bicloune", "réparation de vélos", VerdictKind.SAME)

    for citizen in citizens:
        found = service.matches_for_citizen(work.session, citizen, now=NOW)
        assert [match.need_id for match in found] == [here.id]
        assert found[0] == service.explain(work.session, here, citizen_id=citizen.id, now=NOW).match
        told = service.territory_matches(work.session, citizen.territory, now=NOW)
        ((_, ranked),) = told.ranked(work.session, [citizen.id], limit=5)
        assert [(one.need_id, one.total) for one in ranked] == [(here.id, found[0].total)]
        known = service.matches_of(work.session, [(here.id, citizen.id)], now=NOW)
        assert known == {(here.id, citizen.id): found[0]}
    assert {match.citizen_id for match in service.citizens_for_need(work.session, here, now=NOW)} == {
        citizen.id for citizen in citizens
    }
    assert service.citizens_for_need(work.session, there, now=NOW) == ()


def test_lists_over_several_territories_are_one_list_best_first(work: Work, world: World) -> None:
    partly = builders.add_need(
        work,
        builders.add_group(work, world.challenge),
        title="Aide",
        wanted=["réparation de vélos", "couture"],
        remote=True,
        commune=None,
    )
    wholly = builders.add_need(
        work,
        builders.add_group(work, world.other_territory.challenges[0], name="Là-bas"),
        title="Aide",
        wanted=["réparation de vélos"],
        remote=True,
        commune=None,
    )
    declare(work, world.other_territory, "bicloune", "réparation de vélos", VerdictKind.SAME)
    citizen = builders.add_citizen(work, world.territory, remote=True)

    def found(limit: int) -> list[NeedId]:
        listed = service.matches_for_citizen(work.session, citizen, now=NOW, limit=limit)
        told = service.territory_matches(work.session, world.territory, now=NOW)
        ((_, ranked),) = told.ranked(work.session, [citizen.id], limit=limit)
        assert [match.need_id for match in listed] == [one.need_id for one in ranked]
        return [match.need_id for match in listed]

    assert found(5) == [wholly.id, partly.id]
    assert found(1) == [wholly.id]


def test_advice_knows_what_was_decided(work: Work, world: World) -> None:
    add_need(work, world, "réparation de vélos")
    citizen = builders.add_citizen(work, world.territory, skills=["couture"], hours_a_week=None)

    def advised() -> list[str | None]:
        profile = loading.citizen_profile(work.session, citizen.id)
        return [one.wanted for one in service.advice(work.session, profile, world.territory, now=NOW)]

    assert advised() == ["réparation de vélos"]
    declare(work, world.territory, "couture", "réparation de vélos", VerdictKind.SAME)
    assert advised() == []


def test_a_process_keeps_the_judges_of_few_states(work: Work, world: World) -> None:
    plain = service.matcher(work.session, world.territory.id)
    assert service.matcher(work.session, world.other_territory.id) is plain, "both decided nothing"
    first = declare(work, world.territory, "zwirbel 0", "quonfli", VerdictKind.SAME)
    assert service.matcher(work.session, world.territory.id) is not plain
    vocabulary.withdraw_verdict(work, territory_id=world.territory.id, verdict_id=first)
    assert service.matcher(work.session, world.territory.id) is plain, "decided nothing once more"

    for number in range(1, 30):
        declare(
            work, world.territory, f"zwirbel {number}", "quonfli", VerdictKind(["same", "never"][number % 2])
        )
        service.matcher(work.session, world.territory.id)

    assert service.matcher(work.session, world.other_territory.id) is not plain
