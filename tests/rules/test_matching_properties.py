"""What holds for every need and every citizen."""

import os
import subprocess
import sys
from dataclasses import replace
from datetime import date

from hypothesis import given, settings
from hypothesis import strategies as st

from matchmaker.base.ids import ChallengeId, CitizenId, GroupId, NeedId, TerritoryId
from matchmaker.matching.rules import (
    WEIGHTS,
    CitizenProfile,
    Importance,
    Matcher,
    MatchIndex,
    NeedProfile,
    PartName,
    Place,
    Travel,
    Wanted,
    Weights,
    why_not,
)
from matchmaker.vocabulary.rules import Level, Phrase
from tests.extent import part_of
from tests.rules.shipped import MATCHER, RESOLVER, VOCABULARY

TODAY = date(2026, 11, 24)
TEXTS = [
    "compta", "comptabilité", "mécano vélo", "réparation de vélos électriques", "couture", "retouches",
    "animer un atelier cuisine", "cuisinier", "permis B", "permis C", "dévelopeuse web", "site internet",
    "je débute en couture", "couturière de métier", "couture, débutants bienvenus", "compta confirmée",
    "notions de comptabilité", "zythologie", "parler arabe",
    "gestion de projet", "jardinage", "taille de haies", "communication", "droit",
]  # fmt: skip
PHRASES = [RESOLVER.phrase(text, language="fr") for text in TEXTS]

phrase = st.sampled_from(PHRASES)
level = st.none() | st.sampled_from(Level)
own = st.builds(
    lambda one, barred, level: replace(one, not_for=frozenset(other.key for other in barred), level=level),
    phrase,
    st.just([]) | st.lists(phrase, max_size=3),
    level,
)
asked = st.builds(lambda one, level: replace(one, level=level), phrase, level)
ACROSS = Place(latitude=45.0, longitude=5.0)
place = (
    st.none()
    | st.just(ACROSS)
    | st.builds(Place, latitude=st.floats(44.5, 45.5), longitude=st.floats(4.5, 5.5))
)
needs = st.builds(
    NeedProfile,
    id=st.integers(1, 3).map(NeedId),
    territory_id=st.sampled_from([TerritoryId(1), TerritoryId(2), None]),
    title=phrase,
    wanted=st.lists(st.builds(Wanted, phrase=asked, importance=st.sampled_from(Importance)), max_size=5).map(
        tuple
    ),
    group_id=st.sampled_from([GroupId(1), None]),
    place=place,
    remote=st.sampled_from([True, False, None]),
    hours=st.sampled_from([None, 1.0, 3.0, 9.0]),
    challenge_id=st.sampled_from([None, ChallengeId(1), ChallengeId(2)]),
    places_left=st.sampled_from([None, 0, 2]),
    travel=st.builds(
        Travel,
        factor=st.sampled_from([1.0, 1.7]),
        to=st.sampled_from([(), ((ACROSS, 3.0),), ((ACROSS, 1.0),)]),
    ),
    languages=st.sampled_from([None, frozenset({"fr"}), frozenset({"ar"})]),
)
citizens = st.builds(
    CitizenProfile,
    id=st.integers(1, 4).map(CitizenId),
    territory_id=st.sampled_from([TerritoryId(1), TerritoryId(2), None]),
    phrases=st.lists(own, max_size=5).map(tuple),
    place=place,
    radius_km=st.sampled_from([None, 0.0, 10.0, 50.0]),
    remote=st.sampled_from([True, False, None]),
    hours=st.sampled_from([None, 0.0, 2.0, 5.0]),
    challenge_ids=st.sampled_from([None, frozenset({ChallengeId(1)})]),
    group_ids=st.sampled_from([frozenset(), frozenset({GroupId(1)})]),
    languages=st.sampled_from([None, frozenset({"fr"})]),
    refused_need_ids=st.sampled_from([frozenset(), frozenset({NeedId(1)})]),
    hidden_from_group_ids=st.sampled_from([frozenset(), frozenset({GroupId(1)})]),
)
quick = settings(max_examples=part_of(150))


@quick
@given(needs, citizens)
def test_a_score_is_bounded_and_its_reasons_add_up(need: NeedProfile, citizen: CitizenProfile) -> None:
    match = MATCHER.score(need, citizen)
    assert 0 <= match.total <= 100
    assert round(sum(part.points for part in match.parts), 2) == match.total
    skills = next(part.points for part in match.parts if part.name is PartName.SKILLS)
    assert round(sum(reason.points for reason in match.reasons), 2) == skills
    assert all(part.points <= 0 for part in match.parts if part.name is not PartName.SKILLS)
    assert all(0 <= reason.points <= reason.possible for reason in match.reasons)


@quick
@given(needs, citizens, phrase)
def test_a_skill_more_never_lowers_a_match(need: NeedProfile, citizen: CitizenProfile, more: Phrase) -> None:
    learned = replace(citizen, phrases=(*citizen.phrases, more))
    assert MATCHER.score(need, learned).total >= MATCHER.score(need, citizen).total


@quick
@given(needs, citizens, phrase)
def test_what_somebody_says_they_cannot_do_counts_for_nothing_and_raises_nothing(
    need: NeedProfile, citizen: CitizenProfile, barred: Phrase
) -> None:
    taught = replace(
        citizen, phrases=tuple(replace(one, not_for=one.not_for | {barred.key}) for one in citizen.phrases)
    )
    before, after = MATCHER.score(need, citizen), MATCHER.score(need, taught)
    assert after.total <= before.total
    barred_texts = {wanted.phrase.text for wanted in need.wanted if wanted.phrase.key == barred.key}
    assert all(
        reason.own is None for reason in after.reasons if reason.importance and reason.wanted in barred_texts
    )


@quick
@given(needs, citizens, st.randoms(use_true_random=False))
def test_the_order_of_skills_is_irrelevant(
    need: NeedProfile, citizen: CitizenProfile, random: object
) -> None:
    wanted, own = list(need.wanted), list(citizen.phrases)
    random.shuffle(wanted)  # type: ignore[attr-defined]
    random.shuffle(own)  # type: ignore[attr-defined]
    turned = MATCHER.score(replace(need, wanted=tuple(wanted)), replace(citizen, phrases=tuple(own)))
    assert turned.total == MATCHER.score(need, citizen).total


@quick
@given(
    st.lists(needs, max_size=3, unique_by=lambda need: need.id),
    st.lists(citizens, max_size=4, unique_by=lambda citizen: citizen.id),
)
def test_a_run_says_what_one_pair_at_a_time_says(
    asked: list[NeedProfile], people: list[CitizenProfile]
) -> None:
    expected = {
        (need.id, citizen.id): total
        for need in asked
        for citizen in people
        if why_not(need, citizen, TODAY) is None and (total := MATCHER.score(need, citizen).total) > 0
    }
    index = MatchIndex(MATCHER, needs=asked, citizens=people)
    run = index.run(today=TODAY)
    for rankings in (run.by_need, run.by_citizen):
        found = {(one.need_id, one.citizen_id): one.total for ranked in rankings.values() for one in ranked}
        assert found == expected
    backwards = MatchIndex(MATCHER, needs=asked[::-1], citizens=people[::-1]).run(today=TODAY)
    assert dict(backwards.by_need) == dict(run.by_need)
    assert dict(backwards.by_citizen) == dict(run.by_citizen)
    for need in asked:
        live = index.citizens_for(need, today=TODAY)
        assert [(one.citizen_id, one.total) for one in live] == [
            (one.citizen_id, one.total) for one in run.by_need[need.id]
        ]


@quick
@given(
    st.lists(needs, max_size=6),
    st.lists(citizens, min_size=12, max_size=40),
    st.integers(1, 3),
)
def test_a_short_ranking_is_the_beginning_of_the_whole_one(
    asked: list[NeedProfile], people: list[CitizenProfile], limit: int
) -> None:
    asked = [replace(need, id=NeedId(number)) for number, need in enumerate(asked)]
    people = [replace(citizen, id=CitizenId(number)) for number, citizen in enumerate(people)]
    index = MatchIndex(MATCHER, needs=asked, citizens=people)
    whole, short = index.run(today=TODAY, limit=100), index.run(today=TODAY, limit=limit)
    assert dict(short.by_need) == {one: ranked[:limit] for one, ranked in whole.by_need.items()}
    assert dict(short.by_citizen) == {one: ranked[:limit] for one, ranked in whole.by_citizen.items()}
    for need in asked:
        assert index.rank_citizens(need, today=TODAY, limit=limit) == short.by_need[need.id]


@quick
@given(needs, citizens, st.floats(0, 9), st.floats(0, 1))
def test_no_weights_open_a_gate(
    need: NeedProfile, citizen: CitizenProfile, must: float, words: float
) -> None:
    odd = Matcher(
        VOCABULARY, weights=Weights(version="odd", must=must, words=words, distance=0, missing_must=0)
    )
    shown = MatchIndex(odd, needs=[need], citizens=[citizen]).run(today=TODAY).by_need[need.id]
    assert not shown or why_not(need, citizen, TODAY) is None


@quick
@given(st.text(max_size=64), st.text(max_size=64))
def test_any_text_is_read_and_likeness_is_symmetric(one: str, other: str) -> None:
    there = RESOLVER.alike(one, other, language="fr")
    assert 0 <= there <= 1
    assert there == RESOLVER.alike(other, one, language="fr")
    for found in RESOLVER.resolve(one):
        assert 0 < found.score <= 1


def said() -> str:
    """Scores with all their reasons, and what they were made with."""
    wanted = tuple(Wanted(phrase=phrase) for phrase in PHRASES[:6])
    need = NeedProfile(id=NeedId(1), territory_id=None, title=PHRASES[2], wanted=wanted)
    people = [
        CitizenProfile(id=CitizenId(one), territory_id=None, phrases=tuple(PHRASES[one : one + 3]))
        for one in range(16)
    ]
    return repr([[MATCHER.score(need, one) for one in people], VOCABULARY.version])


def test_another_process_with_another_hash_seed_says_the_same() -> None:
    elsewhere = subprocess.run(
        [sys.executable, "-c", f"from {__name__} import said; print(said())"],
        env={**os.environ, "PYTHONHASHSEED": "1"},
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert elsewhere.strip() == said()
    assert WEIGHTS.version in elsewhere
