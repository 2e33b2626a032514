"""Ideas that say nearly the same find each other, though they share no word."""

import json
import random
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

from matchmaker.cli.ideas import ideas
from matchmaker.ideas.rules import AT_ONCE, LONGEST, nearest
from tests.extent import part_of
from tests.rules.shipped import VOCABULARY

EVENING = [
    "Une recyclerie pour les vélos du quartier.",
    "Apprendre à coudre ses habits en hiver.",
    "Réparer ensemble nos bicyclettes le samedi.",
    "Du théâtre dans les cours d'immeubles.",
    "Un atelier où retoucher pantalons et robes.",
    "mettre en scène les souvenirs des anciens, avec des comédiens amateurs",
]
MATES = {0: 2, 2: 0, 1: 4, 4: 1, 3: 5, 5: 3}


def test_each_finds_the_one_that_says_the_same_in_other_words() -> None:
    found = nearest(EVENING, VOCABULARY, top=1)
    assert {place: best for place, (best, *_) in enumerate(found)} == MATES


def test_names_that_no_vocabulary_knows_bring_together_too() -> None:
    found = nearest(
        ["Sauver le Moulin Bizolon", "Du thé à la menthe", "le moulin bizolon !"], VOCABULARY, top=3
    )
    assert found[0] == (2,)
    assert found[2] == (0,)


def test_who_has_nothing_in_common_is_near_to_nobody() -> None:
    assert nearest(["!?", "Zythologie", ""], VOCABULARY, top=5) == [(), (), ()]
    assert nearest([], VOCABULARY, top=5) == []


def test_the_sense_of_sentences_speaks_where_words_do_not() -> None:
    sense = np.array([[1, 0], [0, 1], [1, 0]], dtype=np.float32)
    assert nearest(["Xyzzy", "Plugh", "Frotz"], VOCABULARY, top=2, sense=sense) == [(2,), (), (0,)]


def test_more_than_are_compared_at_once_find_each_other() -> None:
    filler = [f"Numéro{number}" for number in range(AT_ONCE)]
    found = nearest([EVENING[0], *filler, EVENING[2]], VOCABULARY, top=1)
    assert found[0] == (AT_ONCE + 1,)
    assert found[-1] == (0,)


@settings(max_examples=part_of(20))
@given(
    st.lists(st.sampled_from(EVENING) | st.text(max_size=40), max_size=8), st.randoms(use_true_random=False)
)
def test_the_order_of_ideas_changes_nothing_but_places(texts: list[str], chance: random.Random) -> None:
    order = list(range(len(texts)))
    chance.shuffle(order)
    found = nearest(texts, VOCABULARY, top=len(texts))
    turned = nearest([texts[place] for place in order], VOCABULARY, top=len(texts))
    for place, best in zip(order, turned, strict=True):
        assert place not in {order[one] for one in best}
        assert {order[one] for one in best} == set(found[place])


def test_near_goes_from_file_to_file(tmp_path: Path) -> None:
    rows = [json.dumps({"id": f"i{place}", "text": text}) for place, text in enumerate(EVENING)]
    source, output = tmp_path / "ideas.jsonl", tmp_path / "near.jsonl"
    source.write_text("\n".join([*rows, "no json", '{"id": "x"}', f'{{"id": "y", "text": "{"a" * 281}"}}']))

    done = CliRunner().invoke(ideas, ["near", f"--input={source}", "--top=1", f"--output={output}"])

    assert done.exit_code == 1
    assert f"{source}, line 7: no JSON" in done.stderr
    assert f"{source}, line 8: no text" in done.stderr
    assert f"{source}, line 9: an idea has at most {LONGEST} signs, this one 281" in done.stderr
    found = [json.loads(line) for line in output.read_text().splitlines()]
    assert found == [{"id": f"i{one}", "near": [f"i{other}"]} for one, other in sorted(MATES.items())]


@pytest.mark.parametrize("more", [[], ["--semantic"]])
def test_evaluate_tells_how_many_mates_are_found(tmp_path: Path, more: list[str]) -> None:
    source = tmp_path / "ideas.jsonl"
    rows = [{"text": text, "group": min(place, MATES[place])} for place, text in enumerate(EVENING)]
    source.write_text("\n".join(json.dumps(row) for row in [*rows, {"text": "Un planétarium"}]))

    done = CliRunner().invoke(ideas, ["evaluate", str(source), *more])

    assert done.exit_code == 0, done.output
    assert "mates among 5" in done.stdout
    assert "1.000   6 judged" in done.stdout
