"""A line as people write it: several skills on one line are several, and what says no is none."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matchmaker.vocabulary.rules import Resolver

FOUR = ("couture", "cuisine", "jardinage", "comptabilité")
LISTS = {
    "couture, cuisine, jardinage, comptabilité": FOUR,
    "couture,cuisine,jardinage,comptabilité.": FOUR,
    "couture ; cuisine ; jardinage;comptabilité": FOUR,
    "couture/cuisine/jardinage/comptabilité": FOUR,
    "couture\r\ncuisine\njardinage\n\ncomptabilité": FOUR,
    "- couture\n- cuisine\n* jardinage\n– comptabilité": FOUR,
    "• couture • cuisine • jardinage • comptabilité": FOUR,
    "1. couture 2. cuisine 3. jardinage 4. comptabilité": FOUR,
    "a) couture\nb) cuisine\nc) jardinage\nd) comptabilité": FOUR,
    "couture | cuisine | jardinage | comptabilité": FOUR,
    "couture - cuisine - jardinage - comptabilité": FOUR,
    "couture\tcuisine\tjardinage\tcomptabilité": FOUR,
    "couture, cuisine, jardinage et comptabilité": FOUR,
    "couture, cuisine, et jardinage, comptabilité, etc.": FOUR,
    "couture + cuisine & jardinage et comptabilité…": FOUR,
    "sewing, cooking and gardening": ("sewing", "cooking", "gardening"),
    "je répare des vélos, je fais des vidéos TikTok, baby-sitting, je parle arabe": (
        "je répare des vélos",
        "je fais des vidéos TikTok",
        "baby-sitting",
        "je parle arabe",
    ),
    "je répare des vélos et je fais la cuisine": ("je répare des vélos", "je fais la cuisine"),
    "Je couds. Je cuisine. Je jardine": ("Je couds", "Je cuisine", "Je jardine"),
    "couture et réparation de vélos": ("couture", "réparation de vélos"),
    "cuisine mais pas de pâtisserie": ("cuisine", "pas de pâtisserie"),
    "C++, C#, .NET": ("C++", "C#", ".NET"),
}
WHOLE = (
    "cuisine pour cent personnes",
    "menuisier/ère",
    "jardinier.ère",
    "Abatteur / Abatteuse de carrière",
    "un fourgon de 3,5 t",
    "entretien et réparation de vélos",
    "eau et assainissement",
    "réparation de vélos, d'ordinateurs et de téléphones",
    "langues (anglais, espagnol ; arabe)",
    "TCP/IP",
    "24h/24",
    "R&D",
    "porte-à-porte",
    "Anglais - niveau B2",
)
REFUSALS = """
    pas de permis|sans permis de conduire|je ne sais pas cuisiner|no driving licence|I can't cook|i don’t drive
    je n'ai pas le permis|J'ai pas le permis|aucune compétence en informatique|ni couture ni cuisine|not a cook
    Je suis nulle en maths|permis B : non|permis de conduire (non)|je n’aime pas le bricolage|I have no licence
    never cooked|unable to lift|mais pas de permis|elle ne conduit pas|we do not cook|je sais pas coder|sans voiture
    jamais fait de couture|je ne fais plus de couture|nul en cuisine|incapable de chanter|has no car|plus de permis
"""
OFFERS = """
    couture|sans-abri|no-code|zéro déchet|je ne fais que de la couture|pas peur de parler en public|I don't mind driving
    cuisine sans gluten|soudure sans plomb|je sais réparer ce qui ne marche plus|No problem with heights
    communication non violente|je n'hésite pas à conduire|plus de dix ans de cuisine|plusieurs langues|notation
    pas de problème pour conduire|je ne refuse jamais un coup de main|nouer des contacts|danse, pas à pas
"""


def listed(text: str) -> list[str]:
    return [phrase.strip() for line in text.strip().splitlines() for phrase in line.split("|")]


@pytest.mark.parametrize("line", LISTS)
def test_several_skills_on_one_line_are_several(resolver: Resolver, line: str) -> None:
    assert resolver.split(line) == LISTS[line]


@pytest.mark.parametrize("line", WHOLE)
def test_one_skill_stays_one(resolver: Resolver, line: str) -> None:
    assert resolver.split(line) == (line,)


def test_every_label_that_ships_stays_whole(resolver: Resolver) -> None:
    parted = [one.text for one in resolver.vocabulary.labels if len(resolver.split(one.text)) > 1]
    assert parted == []


@given(st.text(alphabet="abé ,;/\n-•.()&'’1et", max_size=40))
def test_what_was_parted_is_not_parted_again(resolver: Resolver, line: str) -> None:
    parted = resolver.split(line)
    assert tuple(again for phrase in parted for again in resolver.split(phrase)) == parted


def test_a_long_list_is_parted_without_going_back_over_it(resolver: Resolver) -> None:
    def seconds(times: int) -> float:
        began = time.process_time()
        resolver.split("(" * 50 * times + "couture et cuisine / " * 4 * times)
        return time.process_time() - began

    assert min(seconds(20) for _ in range(5)) < 60 * max(min(seconds(1) for _ in range(5)), 0.001)


@pytest.mark.parametrize("phrase", listed(REFUSALS))
def test_what_somebody_cannot_do_is_no_skill(resolver: Resolver, phrase: str) -> None:
    assert resolver.is_refusal(phrase)
    assert resolver.resolve(phrase) == ()


@pytest.mark.parametrize("phrase", listed(OFFERS))
def test_what_only_sounds_like_a_no_is_a_skill(resolver: Resolver, phrase: str) -> None:
    assert not resolver.is_refusal(phrase)


def test_no_label_that_ships_is_a_no(resolver: Resolver) -> None:
    assert [one.text for one in resolver.vocabulary.labels if resolver.is_refusal(one.text)] == []
