"""What typed words mean in a territory, as any door may ask: surely something, what was chosen, or a question."""

import pytest

from matchmaker.base.work import Work, WorkFactory
from matchmaker.vocabulary import service
from matchmaker.vocabulary.rules import PhraseTooLongError, Skill, VerdictKind
from matchmaker.vocabulary.service import Meaning, Option
from tests.builders import World, add_organiser

UNSURE = "gardening guarding"


def meant(work: Work, world: World, text: str, choice: str | None = None, *kept: Skill) -> Meaning:
    (meaning,) = service.meanings(
        work.session, [(text, choice)], territory_id=world.territory.id, language="en", kept=kept
    ).values()
    return meaning


def test_a_phrase_that_is_surely_a_concept_is_not_asked_about(works: WorkFactory, world: World) -> None:
    with works.begin() as work:
        assert meant(work, world, "bike repair") == Meaning(
            concept_id="repair.bicycle-repair", label="bicycle repair"
        )


def test_an_unsure_phrase_is_asked_about_with_labels_and_families_until_something_is_chosen(
    works: WorkFactory, world: World
) -> None:
    with works.begin() as work:
        asked = meant(work, world, UNSURE)
        assert (asked.concept_id, asked.chosen) == (None, False)
        assert Option(concept_id="farming.gardening", label="gardening", family="farming") in asked.options
        chosen = Meaning(concept_id="farming.gardening", chosen=True, label="gardening")
        assert meant(work, world, UNSURE, "farming.gardening") == chosen
        assert meant(work, world, "Gardening  guarding", None, (UNSURE, "farming.gardening")) == chosen
        assert meant(work, world, UNSURE, "own", (UNSURE, "farming.gardening")) == asked
        assert meant(work, world, UNSURE, "repair.bicycle-repair") == asked, "it was no option"


def test_words_that_nobody_knows_leave_nothing_to_ask(works: WorkFactory, world: World) -> None:
    with works.begin() as work:
        assert meant(work, world, "zwirbel") == Meaning()
        assert meant(work, world, "zwirbel", None, ("zwirbel", "lost.concept")) == Meaning(
            concept_id="lost.concept", chosen=True
        )
        with pytest.raises(PhraseTooLongError):
            meant(work, world, "x" * 65)


def test_a_verdict_of_the_territory_counts_in_it_alone(works: WorkFactory, world: World) -> None:
    with works.begin() as work:
        service.declare_verdict(
            work,
            territory_id=world.territory.id,
            account_id=add_organiser(work, world.territory).id,
            phrase="bicloune",
            other="bicycle repair",
            kind=VerdictKind.SAME,
        )
        here, there = (
            service.meanings(work.session, [("bicloune", None)], territory_id=number, language="en")
            for number in (world.territory.id, world.other_territory.id)
        )
        assert here["bicloune"].concept_id == "repair.bicycle-repair"
        assert there["bicloune"] == Meaning()


def test_a_phrase_that_a_verdict_gives_two_meanings_is_asked_about(works: WorkFactory, world: World) -> None:
    with works.begin() as work:
        service.declare_verdict(
            work,
            territory_id=world.territory.id,
            account_id=add_organiser(work, world.territory).id,
            phrase="gardening",
            other="guarding",
            kind=VerdictKind.SAME,
        )
        asked = meant(work, world, "gardening")
        assert asked.concept_id is None
        assert {one.label for one in asked.options} >= {"gardening", "guarding"}


def test_equal_phrases_count_once_and_the_first_has_the_word(works: WorkFactory, world: World) -> None:
    with works.begin() as work:
        typed = [(UNSURE, "farming.gardening"), (f" {UNSURE.upper()} ", None), ("sewing", None)]
        found = service.meanings(work.session, typed, territory_id=world.territory.id, language="en")
        assert list(found) == [UNSURE, "sewing"]
        assert found[UNSURE].chosen
