"""Phrases that nobody worded after the engine: how many it answers rightly, and how often it is surely wrong."""

from pathlib import Path

from matchmaker.cli.figures import objects, strings
from matchmaker.cli.word_figures import words_figures
from matchmaker.vocabulary.rules import FILE_LIMITS, Resolver, Vocabulary

WORDS = Path(__file__).parents[1] / "judged" / "own_words.jsonl"


def test_each_gold_is_a_concept_of_what_ships_and_no_phrase_is_judged_twice(vocabulary: Vocabulary) -> None:
    rows = objects(WORDS)
    assert {gold for row in rows for gold in strings(row["gold"])} <= set(vocabulary.by_id)
    assert len({str(row["query"]).casefold() for row in rows}) == len(rows) >= 300
    assert sum(not row["gold"] for row in rows) >= 80


def test_the_words_of_our_own_set_are_answered_as_well_as_they_were(vocabulary: Vocabulary) -> None:
    resolver = Resolver(vocabulary, limits=FILE_LIMITS)
    figures = {one.name: one.value for one in words_figures(WORDS, resolver)}
    assert figures["right"] >= 0.69
    assert figures["wrong from 0.9"] <= 0.085
