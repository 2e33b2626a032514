"""What is written by hand for the demonstration fits the forms that it would have been typed into."""

import csv
import gzip
from importlib.resources import files

import pytest

from matchmaker.accounts.rules import canonical_address
from matchmaker.base.resources import folder
from matchmaker.demo import content, people
from matchmaker.groups.rules import DESCRIPTION_LENGTH, NeedKind, Stage
from matchmaker.vocabulary import loading as vocabulary_loading
from matchmaker.vocabulary.rules import LIMITS, Resolver

TERRITORIES = content.territories()
GROUPS = [(territory, group) for territory in TERRITORIES for group in territory.groups]
NEEDS = [(group, need) for _, group in GROUPS for need in group.needs]


def communes_of(territory: content.TerritoryText) -> list[str]:
    """The names of all communes of a territory."""
    packed = gzip.decompress((files("matchmaker.places") / "data/communes.csv.gz").read_bytes())
    return [
        row["name"] for row in csv.DictReader(packed.decode().splitlines()) if row["epci"] in territory.epcis
    ]


def test_the_three_territories_have_the_challenges_that_they_are_known_for() -> None:
    challenges = {territory.slug: len(territory.challenges) for territory in TERRITORIES}

    assert challenges == {"valence-romans": 3, "lyon-metropole": 4, "clermont": 3}
    assert TERRITORIES[2].epcis == ("246300701", "200070753", "200070712")
    for territory in TERRITORIES:
        for challenge in territory.challenges:
            assert len(challenge.title_fr) <= 120
            assert len(challenge.title_en) <= 120
            assert challenge.description_fr != challenge.description_en


def test_there_is_a_dozen_groups_with_two_to_four_needs_each() -> None:
    assert len(GROUPS) >= 12
    assert {len(territory.groups) for territory in TERRITORIES} <= {4, 5}
    assert {len(group.needs) for _, group in GROUPS} <= {2, 3, 4}
    assert {need.kind for _, need in NEEDS} == set(NeedKind)
    assert {group.stage for _, group in GROUPS} == set(Stage)


def test_names_of_groups_and_titles_of_their_needs_are_their_own() -> None:
    names = [group.name for _, group in GROUPS]
    titles = [(group.name, need.title) for group, need in NEEDS]

    assert len(set(names)) == len(names)
    assert len(set(titles)) == len(titles)
    assert content.sign_ins().group.group in names


@pytest.mark.parametrize(("territory", "group"), GROUPS, ids=[group.name for _, group in GROUPS])
def test_a_group_could_have_been_typed_into_the_form(
    territory: content.TerritoryText, group: content.GroupText
) -> None:
    assert group.challenge in {challenge.slug for challenge in territory.challenges}
    assert communes_of(territory).count(group.commune) == 1
    assert len(group.name) <= 80
    assert len(group.pitch) <= 200
    assert len(group.description) <= DESCRIPTION_LENGTH
    assert set(group.families) <= {leaning.family for leaning in content.leanings()}
    assert len(set(group.members)) == len(group.members) >= 3
    for need in group.needs:
        assert len(need.title) <= LIMITS.phrase
        assert 0 < need.posted < group.founded
        assert need.until > 0
        assert 1 <= len(need.wanted) <= 4
        assert all(0 < len(wanted.phrase) <= LIMITS.phrase for wanted in need.wanted)
        assert len({wanted.phrase for wanted in need.wanted}) == len(need.wanted)


def test_what_groups_ask_for_is_mostly_understood() -> None:
    resolver = Resolver(vocabulary_loading.read_shipped_vocabulary())
    phrases = {wanted.phrase for _, need in NEEDS for wanted in need.wanted}
    understood = {phrase for phrase in phrases if resolver.resolve(phrase, language="fr")}

    assert len(understood) >= 0.9 * len(phrases)


def test_the_citizen_who_signs_in_lives_in_the_territory_and_says_known_skills() -> None:
    visitor = content.sign_ins().citizen
    territory = next(one for one in TERRITORIES if one.slug == visitor.territory)
    resolver = Resolver(vocabulary_loading.read_shipped_vocabulary())

    assert visitor.commune in communes_of(territory)
    assert set(visitor.challenges) <= {challenge.slug for challenge in territory.challenges}
    assert all(resolver.resolve(skill, language="fr") for skill in visitor.skills)


def test_the_lead_who_signs_in_is_the_first_member_of_their_group() -> None:
    known = content.sign_ins().group
    lead = next(member for member in people.members() if member.group == known.group and member.lead)

    assert (lead.address, lead.first_name) == (known.address, known.first_name)
    assert len({member.address for member in people.members()}) == len(people.members())


def test_every_family_of_the_vocabulary_has_people_who_lean_to_it() -> None:
    families = {concept.family for concept in vocabulary_loading.read_shipped_vocabulary().concepts}

    assert {leaning.family for leaning in content.leanings()} == families
    assert {one for leaning in content.leanings() for one in leaning.beside} <= families


def test_addresses_are_canonical_and_belong_to_nobody() -> None:
    for address in content.sign_ins().addresses:
        assert canonical_address(address) == address
        assert address.endswith(".example")


def test_first_names_come_once_and_the_page_is_shipped() -> None:
    names = [(name.name, name.language) for name in content.first_names()]

    assert len(set(names)) == len(names) > 200
    assert {name.gender for name in content.first_names()} == {"f", "m", "x"}
    assert (folder("templates") / "demo" / "mailbox.html").is_file()


def test_no_line_begins_with_tall_punctuation() -> None:
    assert (
        content.typeset("Besoin : « café » à 4 € ?") == "Besoin\u00a0: «\u00a0café\u00a0» à 4\u00a0€\u00a0?"
    )
    texts = [text for _, group in GROUPS for text in (group.pitch, group.description)]
    texts += [text for _, need in NEEDS for text in (need.title, need.description)]
    assert not [text for text in texts if " :" in text or " ?" in text or " ;" in text]
