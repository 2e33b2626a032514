"""A skill as people tell it: with their years, wishes and politeness around it, in a row with others, with a no beside."""

import pytest

from matchmaker.matching.rules import Matcher
from matchmaker.vocabulary.rules import Resolver


def listed(rows: str) -> list[str]:
    return [said.strip() for row in rows.strip().splitlines() for said in row.split("|")]


FRAMED = {
    "menuiserie": """
        15 ans de menuiserie|quinze ans dans la menuiserie|une vingtaine d'années d'expérience en menuiserie
        j'ai travaillé 12 ans dans la menuiserie|je bosse dans la menuiserie|j'ai bossé en menuiserie pendant 8 ans
        j'aimerais bien faire de la menuiserie|passionnée de menuiserie|Bonjour, j'ai des notions de menuiserie, merci
        je suis plutôt bon en menuiserie|menuiserie (débutant)|menuiserie depuis 2009|je m'y connais en menuiserie
        CAP menuiserie|à l'aise en menuiserie|menuiserie de métier|retraité de la menuiserie|de la menuiserie svp
        plus de trente ans de métier dans la menuiserie|je serais ravi de faire de la menuiserie|niveau avancé en menuiserie
    """,
    "institutrice": "ancienne institutrice|j'ai été institutrice pendant 30 ans|ex institutrice|institutrice pendant 12 ans",
    "web design": "ten years of experience in web design|I love web design|I used to work in web design",
    "anglais": "anglais courant|je parle anglais couramment|anglais niveau B2|bon niveau d'anglais",
}
CASES = [(said, skill) for skill, rows in FRAMED.items() for said in listed(rows)]


@pytest.mark.parametrize(("said", "skill"), CASES)
def test_what_stands_around_a_skill_is_no_part_of_it(resolver: Resolver, said: str, skill: str) -> None:
    (meant, *_) = resolver.resolve(skill)
    assert meant.concept_id in {one.concept_id for one in resolver.resolve(said)}


@pytest.mark.parametrize(
    ("line", "skills"),
    [
        ("je sais coudre et cuisiner", ("coudre", "cuisiner")),
        ("compta et paie", ("comptabilité", "paie")),
        ("permis B et C", ("permis B", "permis C")),
        ("je couds et je répare des vélos", ("couture", "réparation de vélos")),
        ("compta et jardinage", ("comptabilité", "jardinage")),
        ("anglais et espagnol courants", ("anglais", "espagnol")),
        ("je conduis mais pas de poids lourd", ("conduire",)),
        ("pas de permis mais je cuisine", ("cuisiner",)),
        ("jardinage sauf la taille", ("jardinage",)),
    ],
)
def test_a_line_means_all_that_it_offers_and_nothing_else(
    resolver: Resolver, line: str, skills: tuple[str, ...]
) -> None:
    meant = [resolver.resolve(skill)[0].concept_id for skill in skills]
    found = resolver.resolve(line)
    assert {one.concept_id for one in found if one.score >= 0.8} == set(meant)


@pytest.mark.parametrize(
    "phrase", ["eau et assainissement", "entretien et réparation de vélos", "eau et électricité"]
)
def test_one_skill_of_two_words_stays_one(resolver: Resolver, phrase: str) -> None:
    assert resolver.split(phrase) == (phrase,)


NO = """
    sans permis de conduire|pas de permis|je ne sais pas conduire|conduire sans permis|tout sauf conduire
    conduire, ce n'est pas mon truc|j'y connais rien en conduite|je conduis mal|anything but driving
    je préfère ne pas conduire|la conduite, non merci|je ne sais ni conduire ni bricoler
"""


@pytest.mark.parametrize("said", listed(NO))
@pytest.mark.parametrize("wanted", ["permis de conduire", "chauffeur", "quelqu'un pour conduire"])
def test_nobody_is_offered_for_what_they_said_they_cannot_do(
    resolver: Resolver, matcher: Matcher, said: str, wanted: str
) -> None:
    assert resolver.resolve(said) == ()
    assert resolver.is_refusal(said)
    assert matcher.wording.likeness(resolver.phrase(said), resolver.phrase(wanted)) == 0


@pytest.mark.parametrize(
    ("said", "label"),
    [
        ("Power Point", "powerpoint"),
        ("Word press", "wordpress"),
        ("Face book", "facebook"),
        ("web master", "webmaster"),
    ],
)
def test_spaces_do_not_matter(resolver: Resolver, said: str, label: str) -> None:
    assert resolver.resolve(said)[0].concept_id == resolver.resolve(label)[0].concept_id
