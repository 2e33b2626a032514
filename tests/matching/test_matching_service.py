"""Who is proposed what, from the rows of the database."""

from dataclasses import replace

import pytest
from sqlalchemy import func, select, update

from matchmaker.base.work import Work
from matchmaker.citizens.models import Citizen, SignUp
from matchmaker.groups.models import Membership
from matchmaker.groups.rules import NeedState, Role
from matchmaker.matching import loading, service
from matchmaker.matching.rules import ChangeKind, Cover, Gate
from matchmaker.vocabulary.models import ResolvedPhrase, VocabularySource
from matchmaker.vocabulary.rules import LIMITS
from tests import builders
from tests.builders import NOW, TODAY, World
from tests.doors import statements_of


@pytest.fixture
def world(settled: None, work: Work) -> World:
    return builders.find_world(work.session)


def test_a_citizen_sees_the_needs_that_ask_for_what_they_offer_best_first(work: Work, world: World) -> None:
    group = builders.add_group(work, world.challenge)
    exact = builders.add_need(work, group, title="Un coup de main", wanted=["mécano vélo"])
    partly = builders.add_need(work, group, title="Divers", wanted=["mécano vélo", "comptabilité"])
    builders.add_need(work, group, title="La buvette", wanted=["tenir une buvette"])
    citizen = builders.add_citizen(work, world.territory, skills=["réparer des vélos"])

    matches = service.matches_for_citizen(work.session, citizen, now=NOW)

    assert [match.need_id for match in matches] == [exact.id, partly.id]
    assert matches[0].total > matches[1].total
    assert matches[0].reasons[0].own == "réparer des vélos"
    assert matches[0].reasons[0].how is Cover.SAME
    assert "comptabilité" in matches[1].missing


@pytest.mark.parametrize("state", [state for state in NeedState if state is not NeedState.OPEN])
def test_only_open_needs_are_proposed(work: Work, world: World, state: NeedState) -> None:
    need = builders.add_need(work, builders.add_group(work, world.challenge), state=state, places_taken=0)
    citizen = builders.add_citizen(work, world.territory)

    assert service.matches_for_citizen(work.session, citizen, now=NOW) == ()
    assert service.citizens_for_need(work.session, need, now=NOW) == ()


def test_a_need_is_proposed_on_its_last_day_and_not_after_it(work: Work, world: World) -> None:
    need = builders.add_need(work, builders.add_group(work, world.challenge), until=TODAY)
    citizen = builders.add_citizen(work, world.territory)
    late_evening = NOW.replace(hour=22, minute=59)
    past_midnight_in_paris = NOW.replace(hour=23, minute=1)

    assert len(service.matches_for_citizen(work.session, citizen, now=late_evening)) == 1
    assert len(service.citizens_for_need(work.session, need, now=late_evening)) == 1
    assert service.matches_for_citizen(work.session, citizen, now=past_midnight_in_paris) == ()
    assert service.citizens_for_need(work.session, need, now=past_midnight_in_paris) == ()


def test_nobody_is_proposed_the_needs_of_their_own_group(work: Work, world: World) -> None:
    citizen = builders.add_citizen(work, world.territory)
    group = builders.add_group(work, world.challenge)
    need = builders.add_need(work, group)
    assert len(service.matches_for_citizen(work.session, citizen, now=NOW)) == 1

    group.memberships.append(Membership(account_id=citizen.account_id, role=Role.MEMBER, joined_at=NOW))
    work.session.flush()

    assert service.matches_for_citizen(work.session, citizen, now=NOW) == ()
    assert service.citizens_for_need(work.session, need, now=NOW) == ()
    assert service.explain(work.session, need, citizen_id=citizen.id, now=NOW).gate is Gate.OWN_GROUP


def test_another_territory_is_reached_from_home_alone(work: Work, world: World) -> None:
    group = builders.add_group(work, world.challenge)
    builders.add_need(work, group, title="Sur place", wanted=["comptabilité"])
    remote = builders.add_need(
        work, group, title="À distance", wanted=["comptabilité"], remote=True, commune=None
    )
    far = builders.add_citizen(
        work,
        world.other_territory,
        skills=["compta"],
        commune="63113",
        address="far@example.org",
        remote=True,
    )
    homebody = builders.add_citizen(
        work, world.other_territory, skills=["compta"], commune="63113", address="home@example.org"
    )

    assert [m.need_id for m in service.matches_for_citizen(work.session, far, now=NOW)] == [remote.id]
    assert service.matches_for_citizen(work.session, homebody, now=NOW) == ()
    assert [m.citizen_id for m in service.citizens_for_need(work.session, remote, now=NOW)] == [far.id]


def test_both_directions_say_the_same_of_one_pair(work: Work, world: World) -> None:
    need = builders.add_need(work, builders.add_group(work, world.challenge), hours_a_week=2)
    citizen = builders.add_citizen(
        work, world.territory, hours_a_week=4, radius_km=20, commune="26362", challenges=[world.challenge]
    )

    (mine,) = service.matches_for_citizen(work.session, citizen, now=NOW)
    (theirs,) = service.citizens_for_need(work.session, need, now=NOW)

    assert mine == theirs
    assert mine == service.explain(work.session, need, citizen_id=citizen.id, now=NOW).match
    assert round(sum(part.points for part in mine.parts), 2) == mine.total


def test_the_concept_that_a_person_chose_wins_over_the_words(work: Work, world: World) -> None:
    need = builders.add_need(
        work, builders.add_group(work, world.challenge), title="Aide", wanted=["menuiserie"]
    )
    citizen = builders.add_citizen(work, world.territory, skills=["bidouille"])
    assert service.citizens_for_need(work.session, need, now=NOW) == ()

    citizen.skills[0].concept_id = "building.joinery"
    citizen.skills[0].confirmed = True
    work.session.flush()

    (match,) = service.citizens_for_need(work.session, need, now=NOW)
    assert match.reasons[0].own == "bidouille"


def test_a_phrase_that_was_never_resolved_counts_and_is_not_kept_by_reading(work: Work, world: World) -> None:
    need = builders.add_need(
        work, builders.add_group(work, world.challenge), title="Aide", wanted=["menuiserie"]
    )
    citizen = builders.add_citizen(work, world.territory, skills=["buvette"])
    citizen.skills[0].phrase = "menuisière"
    work.session.flush()
    kept = select(func.count()).select_from(ResolvedPhrase)
    before = work.session.scalar(kept)

    (match,) = service.matches_for_citizen(work.session, citizen, now=NOW)

    assert match.need_id == need.id
    assert work.session.scalar(kept) == before


def test_a_title_longer_than_a_skill_may_be_is_read_all_the_same(work: Work, world: World) -> None:
    title = (
        "Réparation de vélos pour la consigne des bouteilles de toute la Drôme et de l'Ardèche, ce printemps"
    )
    assert len(title) > LIMITS.phrase
    need = builders.add_need(work, builders.add_group(work, world.challenge), title=title, wanted=[])
    citizen = builders.add_citizen(work, world.territory, skills=["réparation de vélos"])

    found = service.explain(work.session, need, citizen_id=citizen.id, now=NOW)

    assert found.gate is None
    assert found.match.total > 0


def test_a_sign_up_is_matched_before_there_is_any_account(work: Work, world: World) -> None:
    need = builders.add_need(work, builders.add_group(work, world.challenge))
    sign_up = SignUp(
        id="x" * 43,
        territory_id=world.territory.id,
        commune_code="26362",
        skills=[("mécano vélo", None), ("bidouille", "building.joinery")],
        challenge_ids=[world.challenge.id],
        hours_a_week=None,
        radius_km=50,
        remote=False,
        created_at=NOW,
    )
    work.session.add(sign_up)
    work.session.flush()

    (match,) = service.matches_for_sign_up(work.session, sign_up, language="fr", now=NOW)

    assert match.need_id == need.id
    profile = loading.sign_up_profile(work.session, sign_up, language="fr")
    assert [phrase.resolutions[0].concept_id for phrase in profile.phrases] == [
        "repair.bicycle-repair",
        "building.joinery",
    ]


def test_advice_names_the_radius_that_would_reach_a_need_out_of_reach(work: Work, world: World) -> None:
    builders.add_need(work, builders.add_group(work, world.challenge), commune="26362")
    citizen = builders.add_citizen(work, world.territory, commune="26281", radius_km=5)
    assert service.matches_for_citizen(work.session, citizen, now=NOW) == ()

    profile = loading.citizen_profile(work.session, citizen.id)
    (change,) = service.advice(work.session, profile, world.territory, now=NOW)

    assert (change.kind, change.amount) == (ChangeKind.WIDEN_RADIUS, 20)
    wider = replace(profile, radius_km=change.amount)
    assert service.advice(work.session, wider, world.territory, now=NOW) == ()


def test_advice_names_the_skill_or_the_hours_that_open_needs_ask_for(work: Work, world: World) -> None:
    group = builders.add_group(work, world.challenge)
    builders.add_need(work, group, title="Le bar", wanted=["tenir une buvette"])
    builders.add_need(work, group, title="Vélos", wanted=["mécano vélo"], hours_a_week=16)
    citizen = builders.add_citizen(work, world.territory, skills=["réparer des vélos"], hours_a_week=1)

    changes = service.advice(
        work.session, loading.citizen_profile(work.session, citizen.id), world.territory, now=NOW
    )

    assert {(change.kind, change.wanted or change.amount) for change in changes} == {
        (ChangeKind.ADD_SKILL, "tenir une buvette"),
        (ChangeKind.MORE_HOURS, 16),
    }


def test_no_advice_is_given_where_no_answer_of_the_citizen_would_help(work: Work, world: World) -> None:
    citizen = builders.add_citizen(work, world.territory, commune="26281", radius_km=5)
    own = builders.add_group(work, world.challenge, lead=citizen.account)
    builders.add_need(work, own, title="Le nôtre", wanted=["couture"])
    group = builders.add_group(work, world.challenge, name="Loin")
    builders.add_need(work, group, title="Trop loin pour tous", commune="63113")
    builders.add_need(work, group, title="Loin et autre chose", wanted=["couture"], commune="26362")

    profile = loading.citizen_profile(work.session, citizen.id)

    assert service.advice(work.session, profile, world.territory, now=NOW) == ()


def test_needs_that_fit_nobody_are_found(work: Work, world: World) -> None:
    group = builders.add_group(work, world.challenge)
    builders.add_need(work, group, title="Vélos")
    lonely = builders.add_need(work, group, title="Le bar", wanted=["tenir une buvette"])
    builders.add_citizen(work, world.territory)

    assert service.needs_without_match(work.session, world.territory, now=NOW) == (lonely.id,)


def test_the_judge_is_built_once_for_a_vocabulary_and_anew_for_another(work: Work, world: World) -> None:
    first = service.matcher(work.session, world.territory.id)
    assert service.matcher(work.session, world.territory.id) is first

    work.session.execute(update(VocabularySource).values(version="another"))

    assert service.matcher(work.session, world.territory.id) is not first


def test_what_does_not_exist_is_a_lookup_error(work: Work, world: World) -> None:
    with pytest.raises(LookupError):
        loading.citizen_profile(work.session, 999_999)
    need = builders.add_need(work, builders.add_group(work, world.challenge))
    with pytest.raises(LookupError):
        service.explain(work.session, need, citizen_id=999_999, now=NOW)


def test_the_number_of_queries_does_not_grow_with_the_citizens(work: Work, world: World) -> None:
    builders.add_need(work, builders.add_group(work, world.challenge))

    def queries() -> int:
        with statements_of(work.session) as statements:
            matches = service.territory_matches(work.session, world.territory, now=NOW)
            assert [*matches.ranked(work.session, work.session.scalars(select(Citizen.id)), limit=20)]
        return len(statements)

    builders.add_citizen(work, world.territory)
    queries()
    few = queries()
    for number in range(40):
        builders.add_citizen(
            work,
            world.territory,
            address=f"c{number}@example.org",
            skills=[f"savoir {number}", "couture"],
            challenges=[world.challenge],
        )

    assert queries() <= few + 2, "new phrases are looked up together"
    assert queries() == few
