"""The generated people and needs: the same on every machine, and like what people type."""

import hashlib
import os
import random
import subprocess
import sys
from collections import Counter

import pytest

from matchmaker.accounts.rules import canonical_address
from matchmaker.demo import content, needs, people, service
from matchmaker.demo.service import Prepared
from matchmaker.demo.wording import Wording, hurry, misspell, without_accents
from matchmaker.groups.rules import NeedState
from matchmaker.vocabulary import loading as vocabulary_loading
from matchmaker.vocabulary.rules import LIMITS, Vocabulary

DIGEST = """
import hashlib
from matchmaker.vocabulary.loading import read_shipped_vocabulary
from matchmaker.demo import service
made = service.prepare(read_shipped_vocabulary(), citizens=80, needs=60)
print(hashlib.sha256(repr((made.citizens, made.needs, made.rest)).encode()).hexdigest())
"""


@pytest.fixture(scope="module")
def vocabulary() -> Vocabulary:
    """The vocabulary that ships."""
    return vocabulary_loading.read_shipped_vocabulary()


@pytest.fixture(scope="module")
def prepared(vocabulary: Vocabulary) -> Prepared:
    """The demonstration as it is shown."""
    return service.prepare(vocabulary)


def test_the_same_seed_gives_the_same_people_whatever_the_hash_seed(vocabulary: Vocabulary) -> None:
    made = service.prepare(vocabulary, citizens=80, needs=60)
    here = hashlib.sha256(repr((made.citizens, made.needs, made.rest)).encode()).hexdigest()
    elsewhere = subprocess.run(
        [sys.executable, "-c", DIGEST],
        env={**os.environ, "PYTHONHASHSEED": "1"},
        capture_output=True,
        text=True,
        check=True,
    ).stdout.strip()

    assert elsewhere == here


def test_another_seed_gives_other_people(vocabulary: Vocabulary) -> None:
    wording = Wording(vocabulary)

    assert people.citizens(wording, count=20, seed=1) != people.citizens(wording, count=20, seed=2)
    assert needs.needs(wording, count=60, seed=1) != needs.needs(wording, count=60, seed=2)


def test_fewer_people_are_the_first_of_more(vocabulary: Vocabulary) -> None:
    wording = Wording(vocabulary)

    assert people.citizens(wording, count=40, seed=7)[:10] == people.citizens(wording, count=10, seed=7)
    assert needs.needs(wording, count=55, seed=7)[:5] == needs.needs(wording, count=5, seed=7)
    assert people.citizens(wording, count=0, seed=7) == ()


def test_there_are_as_many_as_were_asked_for(prepared: Prepared) -> None:
    assert len(prepared.citizens) == 300
    assert len(prepared.needs) == 60
    assert prepared.citizens[0].address == content.sign_ins().citizen.address


def test_addresses_are_canonical_different_and_reserved_for_examples(prepared: Prepared) -> None:
    addresses = [citizen.address for citizen in prepared.citizens if citizen.address is not None]

    assert len(set(addresses)) == len(addresses)
    assert all(canonical_address(address) == address for address in addresses)
    assert all(address.endswith((".example", "@example.org")) for address in addresses)


def test_every_phrase_could_have_been_typed_into_the_form(prepared: Prepared) -> None:
    for citizen in prepared.citizens:
        assert 1 <= len(citizen.skills) <= LIMITS.phrases
        assert len(set(citizen.skills)) == len(citizen.skills)
        assert all(skill.strip() and len(skill) <= LIMITS.phrase for skill in citizen.skills)
    for need in prepared.needs:
        assert 0 < len(need.text.title) <= LIMITS.phrase
        assert need.text.wanted
        assert all(0 < len(wanted.phrase) <= LIMITS.phrase for wanted in need.text.wanted)


def test_people_are_as_different_as_in_life(prepared: Prepared) -> None:
    citizens = prepared.citizens
    typed = [skill for citizen in citizens for skill in citizen.skills]
    english = [citizen for citizen in citizens if citizen.language == "en"]
    territories = Counter(citizen.territory for citizen in citizens)

    assert 8 <= len(english) <= 45
    assert len(set(typed)) > 800
    assert any(skill.isupper() for skill in typed)
    assert {citizen.hours_a_week for citizen in citizens} >= {None, 2, 8}
    assert {citizen.radius_km for citizen in citizens} >= {None, 5, 20}
    assert 0.75 < sum(citizen.consents for citizen in citizens) / len(citizens) < 0.95
    assert territories["valence-romans"] > territories["clermont"] > 40


def test_most_phrases_are_plain_and_the_rest_are_listed(prepared: Prepared, vocabulary: Vocabulary) -> None:
    texts = {(skill, citizen.language) for citizen in prepared.citizens for skill in citizen.skills}
    plain = {(phrase.text, phrase.language) for phrase in prepared.phrases}

    assert texts <= plain | set(prepared.rest)
    assert plain.isdisjoint(prepared.rest)
    assert all(phrase.resolutions[0].score > 0.9 for phrase in prepared.phrases)
    assert len(prepared.rest) < 0.15 * len(plain)
    assert prepared.vocabulary_version == vocabulary.version


def test_generated_needs_follow_those_written_by_hand(prepared: Prepared) -> None:
    written = sum(len(group.needs) for territory in content.territories() for group in territory.groups)
    generated = prepared.needs[written:]
    titles = [(need.group, need.text.title) for need in prepared.needs]

    assert len(generated) == 60 - written
    assert len(set(titles)) == len(titles)
    assert sum(need.state is NeedState.OPEN for need in prepared.needs) >= 50
    assert all("{" not in need.text.title + need.text.description for need in generated)


def test_a_slip_changes_one_long_word_and_leaves_short_ones() -> None:
    chance = random.Random(1)

    assert misspell(chance, "vélo") == "vélo"
    slips = {misspell(chance, "réparer des bicyclettes") for _ in range(30)}
    assert "réparer des bicyclettes" not in {slip.replace("bicyclettes", "") for slip in slips}
    assert len(slips) > 5
    assert all(slip.startswith("réparer des bi"[:12]) for slip in slips)


def test_typing_in_a_hurry_loses_accents_but_no_letters() -> None:
    assert without_accents("Cœur à l'œuvre, ÉTÉ") == "Coeur a l'oeuvre, ETE"
    typed = {hurry(random.Random(number), "électricité générale") for number in range(200)}
    assert {"électricité générale", "electricite generale", "Électricité générale"} <= typed
