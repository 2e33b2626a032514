"""Scores that somebody who knows the people would believe: what fits, what might, what does not."""

from collections.abc import Sequence
from itertools import product
from pathlib import Path

import pytest

from matchmaker.base.ids import CitizenId, NeedId
from matchmaker.cli.evaluation import Engine, evaluate_folder
from matchmaker.matching.rules import CitizenProfile, Cover, Importance, Match, Matcher, NeedProfile, Wanted
from matchmaker.vocabulary.rules import Phrase, Resolver, Vocabulary

RELATIONS = Path(__file__).parents[2] / "benchmarks" / "relations"

SURE, GOOD, MAYBE, NOTHING = (90, 100), (50, 90), (20, 45), (0, 20)
"""Who does this very thing; who does a kind of it; who might; who does something else."""


class Judge:
    """Scores a need with a title, musts and nices for somebody who offers some skills, all in French."""

    def __init__(self, resolver: Resolver, matcher: Matcher) -> None:
        self._resolver = resolver
        self._matcher = matcher

    def __call__(
        self, title: str, musts: Sequence[str], own: Sequence[str], nices: Sequence[str] = ()
    ) -> Match:
        asked = [(text, Importance.MUST) for text in musts] + [(text, Importance.NICE) for text in nices]
        need = NeedProfile(
            id=NeedId(1),
            territory_id=None,
            title=self._read(title),
            wanted=tuple(
                Wanted(phrase=self._read(text), importance=importance) for text, importance in asked
            ),
        )
        person = CitizenProfile(id=CitizenId(1), territory_id=None, phrases=tuple(map(self._read, own)))
        return self._matcher.score(need, person)

    def _read(self, text: str) -> Phrase:
        return self._resolver.phrase(text, language="fr")


@pytest.fixture(scope="module")
def judged(resolver: Resolver, matcher: Matcher) -> Judge:
    """The judge of what ships."""
    return Judge(resolver, matcher)


@pytest.mark.parametrize(
    ("wanted", "own", "between"),
    [
        # The same in other words.
        ("comptabilité", "compta", SURE),
        ("comptabilité", "accounting", SURE),
        ("réparation de vélos", "mécano vélo", SURE),
        ("création de sites internet", "site web", SURE),
        ("recherche de financement", "chercher des subventions", SURE),
        ("kintsugi et poterie zénoïde", "kintsugi et poterie zénoïde", SURE),
        # A specialist for what is asked in general.
        ("cuisine", "traiteur", GOOD),
        ("cuisine", "crêpes et galettes", GOOD),
        ("jardinage", "maraîchage", GOOD),
        ("jardinage", "tailler les haies", GOOD),
        ("jardinage", "potager", GOOD),
        ("comptabilité", "expert-comptable", GOOD),
        ("comptabilité", "expertise comptable", GOOD),
        ("comptabilité", "logiciels de comptabilité", GOOD),
        ("bricolage", "menuisier", GOOD),
        ("bricolage", "plomberie", GOOD),
        ("création de sites internet", "WordPress", GOOD),
        ("recherche de financement", "mécénat", GOOD),
        ("réparation d'objets", "mécano vélo", GOOD),
        # Somebody general for what is asked in particular, and what lies beside it.
        ("traiteur", "cuisine", MAYBE),
        ("maraîchage", "jardinage", MAYBE),
        ("plomberie", "bricolage", MAYBE),
        ("WordPress", "création de sites internet", MAYBE),
        ("réparation de vélos électriques", "réparation de vélos", MAYBE),
        ("droit du travail", "juriste", MAYBE),
        ("couture", "broderie", MAYBE),
        ("comptabilité", "budget prévisionnel", MAYBE),
        ("boulangerie", "pâtisserie", MAYBE),
        # Words that look alike, and everything else.
        ("couture", "culture", NOTHING),
        ("permis D", "permis B", (0, 45)),
        ("jardinage", "gardiennage", NOTHING),
        ("droit du travail", "travail du bois", NOTHING),
        ("cuisine", "plomberie", NOTHING),
        ("graphisme", "musique", NOTHING),
        ("aide aux devoirs", "repassage", NOTHING),
    ],
)
def test_one_skill_for_one_wish(judged: Judge, wanted: str, own: str, between: tuple[int, int]) -> None:
    low, high = between
    assert low <= judged("coup de main", [wanted], [own]).total <= high


@pytest.mark.parametrize("own", ["expert-comptable", "expertise comptable"])
def test_doubt_about_words_does_not_uncover_what_is_near_enough(judged: Judge, own: str) -> None:
    assert judged("coup de main", ["comptabilité"], [own]).missing == ()
    assert judged("coup de main", ["plomberie"], ["bricolage"]).missing == ("plomberie",)


def test_a_kind_of_a_kind_counts_less_and_still_counts(judged: Judge) -> None:
    near = judged("coup de main", ["agriculture"], ["maraîchage"]).reasons[0]
    assert near.how is not None
    far = judged("coup de main", ["réparation d'objets"], ["réparation de vélos électriques"]).reasons[0]
    assert far.how is Cover.NARROWER
    assert 0.2 < far.strength < near.strength


TITLES = ["Distribution de la banque alimentaire", "Atelier couture au centre social", "Fête du pain"]
MUSTS = [["poids lourd"], ["comptabilité", "plomberie"], ["poids lourd", "permis B", "soudure"]]


@pytest.mark.parametrize(("title", "musts"), list(product(TITLES, MUSTS)))
def test_a_title_lifts_nobody_above_somebody_who_has_a_must(
    judged: Judge, title: str, musts: list[str]
) -> None:
    by_title = judged(title, musts, [title, "banque alimentaire", "couture", "boulangerie"])
    for must in musts:
        assert judged(title, musts, [must]).total > by_title.total


def test_a_missing_must_shows_in_the_number(judged: Judge) -> None:
    four = ["plomberie", "comptabilité", "couture", "apiculture"]
    one_must, one_nice = (
        judged("coup de main", four, ["couture"]),
        judged("coup de main", [], ["couture"], four),
    )
    assert 20 <= one_must.total < one_nice.total == 25
    totals = [judged("coup de main", four, four[:number]).total for number in range(5)]
    assert totals == sorted(totals)
    assert totals[4] == 100
    assert totals[3] < 75


def test_what_is_uncertain_stays_so_in_the_total(judged: Judge) -> None:
    match = judged("taille d'arbres fruitiers", ["taille d'arbres fruitiers"], ["arboriculture"])
    assert 0 < match.reasons[0].strength < 0.9
    assert match.reasons[0].strength * 100 <= match.total < 92


SKILLS = [
    "plomberie", "comptabilité", "couture", "apiculture", "jardinage", "cuisine", "graphisme", "photographie",
    "poids lourd", "aide aux devoirs",
]  # fmt: skip


@pytest.mark.parametrize("must", SKILLS)
@pytest.mark.parametrize("nices", [1, 2, 3, 4])
def test_essential_decides_who_comes_first(judged: Judge, must: str, nices: int) -> None:
    others = [skill for skill in SKILLS if skill != must][:nices]
    with_must = judged("coup de main", [must], [must], others)
    with_all_else = judged("coup de main", [must], others, others)
    assert with_must.total > with_all_else.total


def test_kin_is_ranked_as_somebody_judged_by_hand(vocabulary: Vocabulary) -> None:
    engine = Engine(vocabulary)
    figures = evaluate_folder(RELATIONS, engine, engine)
    assert next(figure.value for figure in figures if figure.name == "nDCG@10") > 0.94
