"""What people decided about phrases: in both directions, for every inclusive form, over what ships."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matchmaker.base.ids import CitizenId, NeedId
from matchmaker.matching.rules import CitizenProfile, Matcher, MatchIndex, NeedProfile, Wanted
from matchmaker.vocabulary.rules import Decisions, Resolver, Verdict, VerdictKind
from tests.extent import part_of
from tests.rules.shipped import RESOLVER, VOCABULARY

NEVER, SAME = VerdictKind.NEVER, VerdictKind.SAME
TEXTS = [
    "compta", "comptabilité", "jardinage", "gardiennage", "gardien·ne", "gardien", "gardienne", "Jardinier(ère)",
    "mécano vélo", "bicloune", "Bicloune agile", "zythologie", "couture", "repair.bicycle-repair", "!?",
]  # fmt: skip
text = st.sampled_from(TEXTS)
verdicts = st.lists(
    st.builds(Verdict, kind=st.sampled_from(VerdictKind), phrase=text, other=text), max_size=5
)
quick = settings(max_examples=part_of(60))


def verdict(kind: VerdictKind, phrase: str, other: str) -> Verdict:
    return Verdict(kind=kind, phrase=phrase, other=other)


def judged(declared: Sequence[Verdict]) -> tuple[Resolver, Matcher]:
    """What reads and judges for a territory that declared these."""
    return RESOLVER.with_verdicts(declared), Matcher(VOCABULARY, verdicts=declared)


def said(declared: Sequence[Verdict]) -> list[object]:
    """All that is read and judged of all texts, whatever label is told beside it."""
    resolver, matcher = judged(declared)
    phrases = [resolver.phrase(one, language="fr") for one in TEXTS]
    phrases = [
        replace(one, resolutions=tuple(replace(found, label="") for found in one.resolutions))
        for one in phrases
    ]
    everyone = range(len(phrases))
    return [
        phrases,
        [[resolver.alike(one, other, language="fr") for other in TEXTS[:8]] for one in TEXTS[:8]],
        [[matcher.likeness(phrases[one], phrases[other]) for other in everyone] for one in everyone],
    ]


@settings(max_examples=part_of(15))
@given(verdicts, st.randoms(use_true_random=False))
def test_which_phrase_comes_first_and_which_verdict_is_all_one(
    declared: list[Verdict], random: object
) -> None:
    turned = [verdict(one.kind, one.other, one.phrase) for one in declared]
    random.shuffle(turned)  # type: ignore[attr-defined]
    assert said(turned) == said(declared)


@quick
@given(verdicts, text, text)
def test_a_decision_is_the_same_in_both_directions(declared: list[Verdict], one: str, other: str) -> None:
    decisions = Decisions(VOCABULARY.verdicts, declared)
    assert decisions.between(one, other) is decisions.between(other, one)


@quick
@given(verdicts, st.lists(text, min_size=1, max_size=4), st.lists(text, min_size=1, max_size=4))
def test_a_run_says_what_one_pair_at_a_time_says(
    declared: list[Verdict], wanted: list[str], own: list[str]
) -> None:
    resolver, matcher = judged(declared)
    phrases = {one: resolver.phrase(one, language="fr") for one in TEXTS}
    need = NeedProfile(
        id=NeedId(1),
        territory_id=None,
        title=phrases["zythologie"],
        wanted=tuple(Wanted(phrase=phrases[one]) for one in wanted),
    )
    people = [
        CitizenProfile(id=CitizenId(number), territory_id=None, phrases=(phrases[one],))
        for number, one in enumerate(own)
    ]

    run = MatchIndex(matcher, needs=[need], citizens=people).run(today=date(2026, 11, 24))

    expected = {one.id: total for one in people if (total := matcher.score(need, one).total) > 0}
    assert {one.citizen_id: one.total for one in run.by_need[NeedId(1)]} == expected


def test_what_a_territory_declares_wins_over_what_ships_everywhere() -> None:
    shipped = verdict(NEVER, "gardiennage", "jardinage")
    assert {shipped.phrase, shipped.other} in [{one.phrase, one.other} for one in VOCABULARY.verdicts]
    resolver, matcher = judged([verdict(SAME, "jardinage", "gardiennage")])
    plain = [RESOLVER.phrase(one, language="fr") for one in ("jardinage", "gardiennage")]

    assert RESOLVER.alike("jardinage", "gardiennage") == 0
    assert resolver.alike("jardinage", "gardiennage") == resolver.alike("gardiennage", "jardinage") == 1
    assert Matcher(VOCABULARY).likeness(*plain) is None
    found = matcher.likeness(*plain)
    assert found is not None
    assert found.strength == 1
    assert {one.concept_id for one in resolver.resolve("jardinage")} == {
        one.concept_id for phrase in plain for one in phrase.resolutions
    }


def test_what_ships_holds_where_a_territory_decided_something_else() -> None:
    resolver, matcher = judged([verdict(SAME, "bicloune", "couture")])
    plain = [RESOLVER.phrase(one, language="fr") for one in ("jardinage", "gardiennage")]

    assert resolver.alike("jardinage", "gardiennage") == 0
    assert matcher.likeness(*plain) is None


def test_a_declared_concept_wins_over_a_shipped_false_friend_of_its_words() -> None:
    (guarding,) = RESOLVER.resolve("gardiennage")

    resolver, _ = judged([verdict(SAME, "jardinage", guarding.concept_id)])

    assert guarding.concept_id in {one.concept_id for one in resolver.resolve("jardinage")}


@pytest.mark.parametrize("said", ["plein de choses", "pas de permis"])
def test_what_names_no_skill_names_none_when_something_is_never_meant_by_it(said: str) -> None:
    resolver, _ = judged([verdict(NEVER, said, "couture")])
    assert resolver.resolve(said) == ()
    resolver, _ = judged([verdict(NEVER, said, "couture"), verdict(SAME, said, "cuisine")])
    assert [one.concept_id for one in resolver.resolve(said)] == ["food.cooking"]


@pytest.mark.parametrize("typed", ["gardien", "Gardienne", "gardien·ne", "gardien(ne)", "GARDIEN/NE"])
def test_a_verdict_holds_for_every_inclusive_form(typed: str) -> None:
    resolver, matcher = judged([verdict(NEVER, "gardien·ne", "veilleur·euse de nuit")])
    one, other = (resolver.phrase(text, language="fr") for text in (typed, "veilleuse de nuit"))

    assert resolver.alike(one.text, other.text) == 0
    assert matcher.likeness(one, other) is matcher.likeness(other, one) is None
    assert resolver.decisions.is_declared(typed)
    assert not RESOLVER.decisions.is_declared(typed)


@pytest.mark.parametrize("order", [1, -1])
def test_of_two_that_contradict_each_other_by_a_form_never_wins(order: int) -> None:
    declared = [verdict(SAME, "gardien·ne", "bicloune"), verdict(NEVER, "gardienne", "bicloune")][::order]

    decisions = Decisions((), declared)

    assert decisions.between("gardien", "bicloune") is SAME
    assert decisions.between("gardienne", "bicloune") is NEVER
    assert decisions.between("gardien·ne", "bicloune") is NEVER


def test_a_phrase_is_always_itself() -> None:
    resolver, matcher = judged([verdict(NEVER, "gardien", "gardienne")])
    phrase = resolver.phrase("gardien·ne", language="fr")

    assert resolver.alike("gardien·ne", "gardien·ne") == 1
    found = matcher.likeness(phrase, phrase)
    assert found is not None
    assert found.strength == 1


def test_the_verdicts_of_one_territory_do_not_reach_another() -> None:
    here = RESOLVER.with_verdicts([verdict(SAME, "bicloune", "couture")])
    there = here.with_verdicts([])

    assert here.resolve("bicloune")
    assert RESOLVER.resolve("bicloune") == there.resolve("bicloune") == ()
