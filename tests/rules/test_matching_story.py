"""A need, the people who could help, and the reasons."""

import json
from dataclasses import replace
from datetime import date, timedelta

import pytest

from matchmaker.base.ids import ChallengeId, CitizenId, GroupId, NeedId, TerritoryId
from matchmaker.matching.rules import (
    WEIGHTS,
    ChangeKind,
    CitizenProfile,
    Cover,
    Gate,
    Importance,
    Match,
    Matcher,
    MatchIndex,
    NeedProfile,
    PartName,
    Place,
    Travel,
    Wanted,
    match_from_mapping,
    match_to_mapping,
    why_not,
)
from matchmaker.vocabulary.rules import Phrase, Resolver, Verdict, VerdictKind

ATELIER, SOMEBODY, GROUP = NeedId(1), CitizenId(1), GroupId(1)
VALENCE_ROMANS, LYON = TerritoryId(1), TerritoryId(2)
MOBILITY, FOOD = ChallengeId(1), ChallengeId(2)

ROMANS = Place(latitude=45.046, longitude=5.052)
VALENCE = Place(latitude=44.933, longitude=4.892)


def need(resolver: Resolver, **changes: object) -> NeedProfile:
    """An association that repairs bicycles."""
    asked = NeedProfile(
        id=ATELIER,
        territory_id=VALENCE_ROMANS,
        title=resolver.phrase("monter un atelier vélo", language="fr"),
        wanted=(
            Wanted(phrase=resolver.phrase("réparation de vélos", language="fr")),
            Wanted(phrase=resolver.phrase("comptabilité", language="fr")),
            Wanted(phrase=resolver.phrase("communication", language="fr"), importance=Importance.NICE),
        ),
        group_id=GROUP,
        place=ROMANS,
        hours=4,
        challenge_id=MOBILITY,
    )
    return replace(asked, **changes)  # type: ignore[arg-type]


def citizen(resolver: Resolver, *skills: str, **changes: object) -> CitizenProfile:
    """Somebody of the same territory with these skills."""
    person = CitizenProfile(
        id=SOMEBODY,
        territory_id=VALENCE_ROMANS,
        phrases=tuple(resolver.phrase(skill, language="fr") for skill in skills),
    )
    return replace(person, **changes)  # type: ignore[arg-type]


def parts(match: Match) -> dict[PartName, float]:
    return {part.name: part.points for part in match.parts}


def test_who_can_do_all_of_it_has_a_hundred(resolver: Resolver, matcher: Matcher) -> None:
    match = matcher.score(need(resolver), citizen(resolver, "mécano vélo", "compta", "communication"))
    assert match.total > 99
    assert [(reason.own, reason.how) for reason in match.reasons[:3]] == [
        ("mécano vélo", Cover.SAME),
        ("compta", Cover.SAME),
        ("communication", Cover.SAME),
    ]
    assert match.missing == ()


def test_one_of_five_is_far_from_a_hundred(resolver: Resolver, matcher: Matcher) -> None:
    asked = ["plomberie", "comptabilité", "couture", "apiculture", "parler arabe"]
    five = need(
        resolver,
        title=resolver.phrase("coup de main", language="fr"),
        wanted=tuple(Wanted(phrase=resolver.phrase(text, language="fr")) for text in asked),
    )
    assert 10 <= matcher.score(five, citizen(resolver, "plombier")).total <= 25


def test_a_must_weighs_more_than_a_nice_and_caps_when_missing(resolver: Resolver, matcher: Matcher) -> None:
    with_must = matcher.score(need(resolver), citizen(resolver, "compta"))
    with_nice = matcher.score(need(resolver), citizen(resolver, "communication"))
    assert with_must.total > with_nice.total
    no_musts = matcher.score(
        need(resolver, title=resolver.phrase("communication", language="fr")),
        citizen(resolver, "communication"),
    )
    assert no_musts.total <= 100 * (1 - WEIGHTS.missing_must)
    assert no_musts.missing == ("réparation de vélos", "comptabilité")


def test_a_related_skill_counts_less_than_the_same(resolver: Resolver, matcher: Matcher) -> None:
    same = matcher.score(need(resolver), citizen(resolver, "réparation de vélos"))
    narrower = matcher.score(need(resolver), citizen(resolver, "réparation de vélos électriques"))
    assert 0 < narrower.reasons[0].strength < same.reasons[0].strength == 1
    assert narrower.reasons[0].how in (Cover.NARROWER, Cover.RELATED, Cover.WORDS, Cover.BROADER)


def test_unknown_words_still_meet_by_their_letters(resolver: Resolver, matcher: Matcher) -> None:
    odd = need(resolver, wanted=(Wanted(phrase=resolver.phrase("zythologie appliquée", language="fr")),))
    match = matcher.score(odd, citizen(resolver, "zythologie"))
    assert match.reasons[0].how is Cover.WORDS
    assert match.highlight_need == ("zythologie",)
    assert match.highlight_citizen == ("zythologie",)


def test_open_questions_take_nothing_away(resolver: Resolver, matcher: Matcher) -> None:
    asked, person = need(resolver), citizen(resolver, "mécano vélo", "compta")
    silent = matcher.score(asked, person)
    assert {name: p for name, p in parts(silent).items() if p} == {PartName.SKILLS: silent.total}
    fitting = replace(person, place=ROMANS, radius_km=10.0, hours=4.0, challenge_ids=frozenset({MOBILITY}))
    assert matcher.score(asked, fitting).total == silent.total


def test_place_challenge_and_time_take_their_share(resolver: Resolver, matcher: Matcher) -> None:
    person = citizen(
        resolver,
        "mécano vélo",
        place=VALENCE,
        radius_km=36.0,
        hours=2.0,
        challenge_ids=frozenset({FOOD}),
    )
    match = matcher.score(need(resolver), person)
    taken = parts(match)
    skills = taken[PartName.SKILLS] + taken[PartName.MISSING_MUST]
    km = next(part.value for part in match.parts if part.name is PartName.DISTANCE)
    assert km is not None
    assert km == pytest.approx(17.8, abs=0.5)
    assert taken[PartName.DISTANCE] == pytest.approx(-skills * WEIGHTS.distance * km / 36, abs=0.1)
    assert taken[PartName.CHALLENGE] == pytest.approx(-skills * WEIGHTS.challenge, abs=0.02)
    assert taken[PartName.TIME] == pytest.approx(-skills * WEIGHTS.time / 2, abs=0.02)


@pytest.mark.parametrize(
    ("radius", "share", "beyond"),
    [(100.0, 0.96, False), (17.8, 0.75, False), (16.2, 0.5, True), (15.0, 0.28, True)],
)
def test_a_little_farther_weighs_more_and_ends_in_nothing(
    resolver: Resolver, matcher: Matcher, radius: float, share: float, beyond: bool
) -> None:
    """Valence is 17.8 km from Romans: a fifth more than fifteen."""
    able = citizen(resolver, "mécano vélo", "compta", "communication", place=VALENCE, radius_km=radius)
    near = matcher.score(need(resolver), replace(able, place=None))
    match = matcher.score(need(resolver), able)
    assert match.total / near.total == pytest.approx(share, abs=0.06)
    assert [part.beyond for part in match.parts if part.name is PartName.DISTANCE] == [beyond]
    assert match_from_mapping(match_to_mapping(match)) == match


def test_ways_are_as_long_as_the_territory_says(resolver: Resolver, matcher: Matcher, today: date) -> None:
    able = citizen(resolver, "mécano vélo", "compta", place=VALENCE, radius_km=20.0)
    mountains = need(resolver, travel=Travel(factor=1.8))
    assert why_not(need(resolver), able, today) is None
    assert why_not(mountains, able, today) is Gate.PLACE
    assert why_not(mountains, replace(able, radius_km=50.0), today) is None
    ferry = need(resolver, travel=Travel(to=((VALENCE, 3.0), (ROMANS, 1.0))))
    assert why_not(ferry, able, today) is Gate.PLACE
    bridge = need(resolver, travel=Travel(factor=3.0, to=((VALENCE, 1.0),)))
    assert why_not(bridge, able, today) is None


def test_the_best_change_raises_the_score_by_what_it_says(resolver: Resolver, matcher: Matcher) -> None:
    asked = need(resolver)
    match = matcher.score(asked, citizen(resolver, "mécano vélo"))
    change = match.best_change
    assert change is not None
    assert change.kind is ChangeKind.ADD_SKILL
    assert change.wanted == "comptabilité"
    better = matcher.score(asked, citizen(resolver, "mécano vélo", "comptabilité"))
    assert better.total == pytest.approx(match.total + change.gain, abs=0.02)


def test_more_distance_or_time_can_be_the_best_change(resolver: Resolver, matcher: Matcher) -> None:
    skilled = citizen(resolver, "mécano vélo", "compta", "communication")
    far = matcher.score(need(resolver), replace(skilled, place=VALENCE, radius_km=20.0))
    busy = matcher.score(need(resolver), replace(skilled, hours=2.0))
    assert far.best_change is not None
    assert busy.best_change is not None
    assert (far.best_change.kind, far.best_change.amount) == (ChangeKind.WIDEN_RADIUS, 50.0)
    assert (busy.best_change.kind, busy.best_change.amount) == (ChangeKind.MORE_HOURS, 4)


@pytest.mark.parametrize(("asked", "offered"), [(3.0, 4.0), (4.0, 4.0), (40.0, 16.0)])
def test_only_what_a_form_offers_is_advised(
    resolver: Resolver, matcher: Matcher, asked: float, offered: float
) -> None:
    skilled = citizen(resolver, "mécano vélo", "compta", "communication", hours=0.5)
    change = matcher.score(need(resolver, hours=asked), skilled).best_change
    assert change is not None
    assert change.amount == offered
    widest = replace(skilled, hours=None, place=VALENCE, radius_km=100.0)
    assert matcher.score(need(resolver), widest).best_change is None


def test_nothing_is_advised_that_is_covered_or_gains_next_to_nothing(
    resolver: Resolver, matcher: Matcher
) -> None:
    asked = need(resolver, wanted=(Wanted(phrase=resolver.phrase("cuisine", language="fr")),))
    caterer = matcher.score(asked, citizen(resolver, "traiteur"))
    assert caterer.total < 80
    assert caterer.best_change is None, "she cooks, and need not say so again"
    near = replace(citizen(resolver, "mécano vélo", "compta", "communication"), place=VALENCE, radius_km=50.0)
    gained = matcher.score(need(resolver), near)
    assert 85 < gained.total < 95
    assert gained.best_change is None


def read_with(phrase: Phrase, score: float) -> Phrase:
    """The same phrase, of which the first meaning alone was read, with this certainty."""
    return replace(phrase, resolutions=(replace(phrase.resolutions[0], score=score),))


def test_a_relation_is_near_enough_whatever_the_doubt_about_the_words(
    resolver: Resolver, matcher: Matcher
) -> None:
    asked = need(resolver, wanted=(Wanted(phrase=resolver.phrase("cuisine", language="fr")),))
    for certainty, missing in ((0.7, ()), (0.4, ("cuisine",))):
        caterer = citizen(
            resolver, phrases=(read_with(resolver.phrase("traiteur", language="fr"), certainty),)
        )
        match = matcher.score(asked, caterer)
        assert match.reasons[0].strength < WEIGHTS.covered_from
        assert match.missing == missing


def test_a_title_hides_no_doubt_about_the_skill_that_it_names(resolver: Resolver, matcher: Matcher) -> None:
    bees = resolver.phrase("apiculture", language="fr")
    asked = need(resolver, title=bees, wanted=(Wanted(phrase=bees),))
    harvest = replace(read_with(bees, 0.67), text="récolter")
    doubtful = citizen(resolver, phrases=(harvest,))
    assert 67 <= matcher.score(asked, doubtful).total < 85


@pytest.mark.parametrize(
    ("wanted", "own", "marked"),
    [
        ("montage de meubles et rangement", "rangement", ("rangement",)),
        ("réparation de vélos", "réparer des vélos", ("réparation", "vélos")),
        ("réparation de vélos", "mécano bicyclette", ("réparation", "vélos")),
        ("tenir une buvette", "tenir le bar", ("tenir", "buvette")),
    ],
)
def test_the_words_that_met_are_marked(
    resolver: Resolver, matcher: Matcher, wanted: str, own: str, marked: tuple[str, ...]
) -> None:
    asked = need(
        resolver,
        title=resolver.phrase("coup de main", language="fr"),
        wanted=(Wanted(phrase=resolver.phrase(wanted, language="fr")),),
    )
    assert matcher.score(asked, citizen(resolver, own)).highlight_need == marked


def test_a_stem_alone_is_no_word_that_met(resolver: Resolver, matcher: Matcher) -> None:
    one, other = (resolver.phrase(text, language="fr") for text in ("amis", "amiante"))
    assert matcher.wording.shared_words(one, other) == []
    assert matcher.wording.shared_words(one, resolver.phrase("ami", language="fr")) == ["amis"]


@pytest.mark.parametrize(
    ("one", "other"), [("idées", "IDE"), ("cafés", "CAF"), ("foie", "une fois"), ("ramer", "RAM")]
)
def test_a_reader_sees_no_word_of_three_letters_in_a_longer_one(
    resolver: Resolver, matcher: Matcher, one: str, other: str
) -> None:
    mine, theirs = (resolver.phrase(text, language="fr") for text in (one, other))
    assert matcher.wording.likeness(mine, theirs) > 0, "they are one stem"
    assert matcher.wording.shared_words(mine, theirs) == matcher.wording.shared_words(theirs, mine) == []


def test_decided_pairs_hold_both_ways(resolver: Resolver, matcher: Matcher) -> None:
    never = Matcher(
        resolver.vocabulary, verdicts=[Verdict(kind=VerdictKind.NEVER, phrase="compta", other="comptabilité")]
    )
    same = Matcher(resolver.vocabulary, verdicts=[Verdict(kind=VerdictKind.SAME, phrase="zyx", other="qwv")])
    compta = resolver.phrase("compta", language="fr")
    full = resolver.phrase("comptabilité", language="fr")
    odd, other = (resolver.phrase(text, language="fr") for text in ("zyx", "qwv"))
    assert matcher.likeness(compta, full) is not None
    assert never.likeness(compta, full) is never.likeness(full, compta) is None
    for pair in ((odd, other), (other, odd)):
        assert matcher.likeness(*pair) is None
        found = same.likeness(*pair)
        assert found is not None
        assert found.strength == 1


def test_a_match_survives_storage(resolver: Resolver, matcher: Matcher) -> None:
    for person in (
        citizen(resolver, "mécano vélo"),
        citizen(resolver, "mécano vélo", "compta", "communication"),
    ):
        match = matcher.score(need(resolver), person)
        assert match_from_mapping(match_to_mapping(match)) == match
        assert match.weights_version == WEIGHTS.version
        assert match.vocabulary_version == resolver.vocabulary.version


@pytest.mark.parametrize(
    ("of_need", "of_citizen", "gate"),
    [
        ({}, {}, None),
        ({"open": False}, {}, Gate.CLOSED),
        ({"until": date(2026, 11, 23)}, {}, Gate.EXPIRED),
        ({"until": date(2026, 11, 24)}, {}, None),
        ({"places_left": 0}, {}, Gate.FULL),
        ({}, {"group_ids": frozenset({GROUP})}, Gate.OWN_GROUP),
        ({}, {"refused_need_ids": frozenset({ATELIER})}, Gate.REFUSED),
        ({"refused_citizen_ids": frozenset({SOMEBODY})}, {}, Gate.REFUSED),
        ({}, {"territory_id": LYON}, Gate.TERRITORY),
        ({"remote": True}, {"territory_id": LYON}, Gate.TERRITORY),
        ({"remote": True}, {"territory_id": LYON, "remote": True}, None),
        ({"territory_id": None}, {"territory_id": LYON}, None),
        ({}, {"place": VALENCE, "radius_km": 10.0}, Gate.PLACE),
        ({}, {"place": VALENCE, "radius_km": 30.0}, None),
        ({"remote": True}, {"place": VALENCE, "radius_km": 10.0}, None),
        ({"remote": True}, {"place": VALENCE, "radius_km": 10.0, "remote": False}, Gate.PLACE),
        ({"languages": frozenset({"ar"})}, {"languages": frozenset({"fr"})}, Gate.LANGUAGE),
        ({"languages": frozenset({"ar", "fr"})}, {"languages": frozenset({"fr"})}, None),
        ({"hours": 8.0}, {"hours": 1.0}, Gate.TIME),
        ({"hours": 8.0}, {"hours": 2.0}, None),
    ],
)
def test_gates_exclude_alone_and_in_rankings(
    resolver: Resolver,
    matcher: Matcher,
    today: date,
    of_need: dict[str, object],
    of_citizen: dict[str, object],
    gate: Gate | None,
) -> None:
    asked, person = need(resolver, **of_need), citizen(resolver, "mécano vélo", "compta", **of_citizen)
    assert why_not(asked, person, today) is gate
    index = MatchIndex(matcher, needs=[asked], citizens=[person])
    run = index.run(today=today)
    shown = [
        bool(index.citizens_for(ATELIER, today=today)),
        bool(index.needs_for(person, today=today)),
        bool(run.by_need[ATELIER]),
        bool(run.by_citizen[SOMEBODY]),
    ]
    assert shown == [gate is None] * 4


def test_ties_go_by_id_and_strangers_are_ranked_live(
    resolver: Resolver, matcher: Matcher, today: date
) -> None:
    people = [citizen(resolver, "compta", id=CitizenId(number)) for number in (10, 1, 9)]
    index = MatchIndex(matcher, needs=[need(resolver), need(resolver, id=NeedId(11))], citizens=people)
    assert [match.citizen_id for match in index.citizens_for(ATELIER, today=today, limit=2)] == [
        SOMEBODY,
        CitizenId(9),
    ]
    stranger = citizen(resolver, "compta", id=CitizenId(99))
    assert [match.need_id for match in index.needs_for(stranger, today=today)] == [ATELIER, NeedId(11)]
    unseen = need(resolver, id=NeedId(99), until=today + timedelta(days=9))
    assert len(index.citizens_for(unseen, today=today)) == 3
    with pytest.raises(KeyError):
        index.citizens_for(NeedId(98), today=today)
    assert index.run(today=today).by_need[ATELIER][0].citizen_id == SOMEBODY


def test_many_who_cannot_come_do_not_hide_the_one_who_can(
    resolver: Resolver, matcher: Matcher, today: date
) -> None:
    able = ("mécano vélo", "compta", "communication")
    far = [
        citizen(resolver, *able, id=CitizenId(number), place=VALENCE, radius_km=5.0) for number in range(500)
    ]
    near = citizen(resolver, "mécano vélo", id=CitizenId(500), place=ROMANS, radius_km=5.0)
    index = MatchIndex(matcher, needs=[need(resolver)], citizens=[*far, near])
    assert [one.citizen_id for one in index.rank_citizens(need(resolver), today=today, limit=1)] == [
        CitizenId(500)
    ]
    assert [one.citizen_id for one in index.run(today=today, limit=1).by_need[ATELIER]] == [CitizenId(500)]


def test_a_match_that_an_earlier_release_kept_is_read(resolver: Resolver, matcher: Matcher) -> None:
    """Release 0.1.0 kept the numbers of need and citizen as texts."""
    match = matcher.score(need(resolver), citizen(resolver, "compta"))
    kept = match_to_mapping(match)
    assert (kept["need_id"], kept["citizen_id"]) == (1, 1)
    for reason in kept["reasons"]:
        del reason["certainty"]
    earlier = json.loads(json.dumps({**kept, "need_id": "1", "citizen_id": "1"}))
    assert match_from_mapping(earlier) == match_from_mapping(kept)
    assert [reason.sure for reason in match_from_mapping(earlier).reasons] == [
        reason.sure for reason in match.reasons
    ]
