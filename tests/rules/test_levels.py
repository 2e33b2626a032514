"""How well somebody can do something, as phrases tell it, and what it counts."""

from dataclasses import replace

import pytest

from matchmaker.base.ids import CitizenId, NeedId
from matchmaker.matching.rules import WEIGHTS, CitizenProfile, Matcher, MatchIndex, NeedProfile, Wanted
from matchmaker.vocabulary.rules import Level, Resolver, level_of
from tests.builders import TODAY

TOLD = {
    Level.BEGINNER: """
        je débute en couture|débutante en couture|couture (débutant)|notions de compta|couture, débutants bienvenus
        j'ai quelques bases en allemand|anglais niveau scolaire|beginner in sewing|sewing, beginners welcome|basics of sewing
    """,
    Level.AT_EASE: """
        à l'aise en couture|couture confirmée|bon niveau en couture|Excel avancé|anglais courant|je me débrouille en compta
        10 ans de menuiserie|good at sewing|anglais niveau B2|j'ai été instit pendant 30 ans
    """,
    Level.TRADE: """
        couturière de métier|expert en compta|menuisier de profession|pro de la couture|sewing by trade|an expert in tax
    """,
    None: """
        couture|cours de couture pour débutants|aider les débutants|bases de données|expert-comptable|teaching beginners
        gestion des bases de données|confirmation|avance de trésorerie|électricité courante|2 ans de couture
    """,
}
CASES = [
    (said.strip(), level)
    for level, rows in TOLD.items()
    for row in rows.split("\n")
    for said in row.split("|")
]


@pytest.mark.parametrize(("said", "level"), [case for case in CASES if case[0]])
def test_a_phrase_tells_how_well(said: str, level: Level | None) -> None:
    assert level_of(said) is level


@pytest.mark.parametrize(
    ("said", "skill"),
    [
        ("je débute en couture", "couture"),
        ("couture, débutant bienvenu", "couture"),
        ("couture (débutants acceptés)", "couture"),
        ("couture à l'aise", "couture"),
        ("sewing, beginners welcome", "sewing"),
        ("sewing by trade", "sewing"),
    ],
)
def test_how_well_is_no_part_of_the_skill(resolver: Resolver, said: str, skill: str) -> None:
    assert resolver.split(said) == (said,)
    assert resolver.resolve(said)[0].concept_id == resolver.resolve(skill)[0].concept_id


def total(matcher: Matcher, resolver: Resolver, asked: str, own: str) -> float:
    """What somebody who offers one skill has for a need that asks for one; the index says the same as the judge."""
    need = NeedProfile(
        id=NeedId(1),
        territory_id=None,
        title=resolver.phrase("…"),
        wanted=(Wanted(phrase=resolver.phrase(asked, language="fr")),),
    )
    citizen = CitizenProfile(
        id=CitizenId(1), territory_id=None, phrases=(resolver.phrase(own, language="fr"),)
    )
    found = matcher.score(need, citizen).total
    index = MatchIndex(matcher, needs=(), citizens=[citizen])
    assert [one.total for one in index.rank_citizens(need, today=TODAY)] == [found]
    return found


def test_who_is_below_what_is_asked_has_a_little_less_and_nobody_else_has(
    matcher: Matcher, resolver: Resolver
) -> None:
    plain, easy, trade = "jardinage", "jardinage confirmé", "jardinage de métier"
    beginner, welcome = "je débute en jardinage", "jardinage, débutants bienvenus"

    def of(asked: str, own: str) -> float:
        return total(matcher, resolver, asked, own)

    assert of(trade, plain) == of(trade, trade) == of(welcome, beginner) == of(plain, beginner) == 100
    assert of(trade, beginner) == pytest.approx(90, abs=0.1)
    assert of(trade, easy) == of(easy, beginner) == pytest.approx(95, abs=0.1)


def test_what_is_ticked_counts_before_the_words(resolver: Resolver) -> None:
    phrase = resolver.phrase("je débute en couture")
    assert phrase.told_level is Level.BEGINNER
    assert replace(phrase, level=Level.TRADE).told_level is Level.TRADE


def test_earlier_weights_know_no_levels(matcher: Matcher, resolver: Resolver) -> None:
    without = Matcher(matcher.vocabulary, weights=replace(WEIGHTS, version="without", level=0.0))
    assert total(without, resolver, "jardinage de métier", "je débute en jardinage") == 100
