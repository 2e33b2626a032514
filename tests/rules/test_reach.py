"""Who fits a need and is kept from it, and by what."""

from dataclasses import replace
from datetime import date

import pytest

from matchmaker.base.ids import CitizenId, GroupId, NeedId, TerritoryId
from matchmaker.matching.rules import (
    CitizenProfile,
    Gate,
    Matcher,
    NeedProfile,
    Place,
    Reach,
    Wanted,
    reaches,
)
from matchmaker.vocabulary.rules import Resolver

TANNERY, LEATHER = NeedId(1), GroupId(1)
VALENCE_ROMANS, LYON = TerritoryId(1), TerritoryId(2)
NEAR, FAR, FAR_TOO, BUSY, SAID_NO, COOKS, COOKS_FAR, FOUNDER, SPEAKS = (
    CitizenId(number) for number in range(1, 10)
)

ROMANS = Place(latitude=45.046, longitude=5.052)
VALENCE = Place(latitude=44.933, longitude=4.892)


@pytest.fixture
def tannery(resolver: Resolver) -> NeedProfile:
    """Somebody who works leather, in Romans, eight hours a week."""
    return NeedProfile(
        id=TANNERY,
        territory_id=VALENCE_ROMANS,
        title=resolver.phrase("relancer la tannerie", language="fr"),
        wanted=(Wanted(phrase=resolver.phrase("maroquinerie", language="fr")),),
        group_id=LEATHER,
        place=ROMANS,
        hours=8,
    )


@pytest.fixture
def crowd(resolver: Resolver) -> list[CitizenProfile]:
    """Four who work leather, of whom one can come; and one who cooks, to whom no gate is shut either."""
    near = CitizenProfile(
        id=NEAR,
        territory_id=VALENCE_ROMANS,
        phrases=(resolver.phrase("maroquinerie", language="fr"),),
        place=ROMANS,
        radius_km=10,
        hours=8,
    )
    return [
        near,
        replace(near, id=FAR, place=VALENCE, radius_km=5),
        replace(near, id=FAR_TOO, place=VALENCE, radius_km=5),
        replace(near, id=BUSY, hours=1),
        replace(near, id=SAID_NO, refused_need_ids=frozenset({TANNERY})),
        replace(near, id=COOKS, phrases=(resolver.phrase("cuisinier", language="fr"),)),
        replace(near, id=COOKS_FAR, phrases=(resolver.phrase("cuisinier", language="fr"),), place=VALENCE),
    ]


def test_a_reach_counts_who_fits_by_the_first_gate_that_is_shut(
    matcher: Matcher, tannery: NeedProfile, crowd: list[CitizenProfile], today: date
) -> None:
    (found,) = reaches(matcher, [tannery], crowd, least=20, today=today)

    assert found == Reach(
        need_id=TANNERY, eligible=1, excluded={Gate.REFUSED: 1, Gate.PLACE: 2, Gate.TIME: 1}
    )
    assert found.foremost is Gate.PLACE


@pytest.mark.parametrize(
    ("change", "gate"),
    [
        ({"open": False}, Gate.CLOSED),
        ({"until": date(2026, 1, 1)}, Gate.EXPIRED),
        ({"places_left": 0}, Gate.FULL),
        ({"territory_id": LYON}, Gate.TERRITORY),
    ],
)
def test_a_gate_of_the_need_itself_keeps_everybody_who_fits(
    change: dict[str, object],
    gate: Gate,
    matcher: Matcher,
    tannery: NeedProfile,
    crowd: list[CitizenProfile],
    today: date,
) -> None:
    shut = replace(tannery, **change)  # type: ignore[arg-type]
    (found,) = reaches(matcher, [shut], crowd[:1], least=20, today=today)

    assert found == Reach(need_id=TANNERY, eligible=0, excluded={gate: 1})


def test_a_gate_of_the_citizen_keeps_only_them(
    matcher: Matcher, tannery: NeedProfile, crowd: list[CitizenProfile], today: date
) -> None:
    own = replace(crowd[0], id=FOUNDER, group_ids=frozenset({LEATHER}))
    speaks = replace(crowd[0], id=SPEAKS, languages=frozenset({"ar"}))
    asked = replace(tannery, languages=frozenset({"fr"}), refused_citizen_ids=frozenset({NEAR}))
    (found,) = reaches(matcher, [asked], [crowd[0], own, speaks], least=20, today=today)

    assert found.excluded == {Gate.OWN_GROUP: 1, Gate.REFUSED: 1, Gate.LANGUAGE: 1}
    assert found.foremost is Gate.OWN_GROUP


def test_distance_and_hours_count_in_the_score_before_the_gates_do(
    matcher: Matcher, tannery: NeedProfile, crowd: list[CitizenProfile], today: date
) -> None:
    """Who would score too little even if no gate were shut does not fit."""
    far = crowd[1]
    least = matcher.score(tannery, far).total + 0.01
    assert least < matcher.score(tannery, crowd[0]).total
    (found,) = reaches(matcher, [tannery], [far], least=least, today=today)

    assert found == Reach(need_id=TANNERY, eligible=0, excluded={})
    assert found.foremost is None


def test_nobody_to_count_is_no_error(matcher: Matcher, tannery: NeedProfile, today: date) -> None:
    assert reaches(matcher, [tannery], [], least=20, today=today) == (
        Reach(need_id=TANNERY, eligible=0, excluded={}),
    )
