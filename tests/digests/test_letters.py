"""The weekly letter, compared whole with what is kept in ``golden/``.

After a change that is meant, ``pytest tests/digests/test_letters.py --renew-golden`` writes the files anew: read their
diff before it is kept.
"""

import re
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from matchmaker.base.letter import Letter, LetterRenderer
from matchmaker.digests import letters
from matchmaker.digests.letters import HelperSection, NeedLine, NewsLine, Sections
from matchmaker.introductions.rules import AnswerSpeed
from matchmaker.matching.cards import CitizenCard, NeedCard
from matchmaker.matching.rules import Cover, Importance, SkillReason

GOLDEN = Path(__file__).parent / "golden"


def reason(wanted: str, own: str, how: Cover) -> SkillReason:
    """Why a need fits."""
    return SkillReason(
        wanted=wanted,
        importance=Importance.MUST,
        own=own,
        how=how,
        strength=0.9,
        points=50,
        possible=60,
        concept_id=None,
    )


BICYCLES = NeedCard(
    need_id=1,
    title="Réparer nos vélos de livraison",
    url="https://aide.example.org/needs/1",
    group_id=1,
    group_name="Ma bouteille s'appelle Reviens",
    group_url="https://aide.example.org/groups/1",
    description="Deux après-midi par mois, à l'atelier.",
    challenge="Produire ici",
    kind="Compétence",
    of_people=True,
    state=None,
    commune="Romans-sur-Isère",
    distance_km=17.6,
    farther=False,
    remote=False,
    hours=2,
    places_left=2,
    until=date(2026, 12, 31),
    score=88.4,
    reasons=(
        reason("réparation de vélos", "mécano vélo", Cover.SAME),
        reason("réparation d'objets", "réparer des vélos", Cover.NARROWER),
    ),
    missing=(),
    highlight=("vélos",),
)
ACCOUNTS = replace(
    BICYCLES,
    need_id=2,
    title="Tenir les comptes <de l'association> & conseiller",
    url="https://aide.example.org/needs/2",
    commune=None,
    distance_km=None,
    farther=False,
    remote=True,
    hours=None,
    until=None,
    places_left=1,
    missing=("tableur", "facturation"),
    reasons=(
        reason("comptabilité", "gestion", Cover.BROADER),
        reason("paie", "comptabilité", Cover.RELATED),
        reason("budget d'association", "budgets", Cover.WORDS),
    ),
)
NEXT_DOOR = replace(
    BICYCLES, need_id=3, url="https://aide.example.org/needs/3", distance_km=0.4, hours=1, reasons=()
)


HELPERS = (
    HelperSection(
        need_title="Laver les bouteilles",
        url="https://aide.example.org/needs/4/citizens",
        people=(
            CitizenCard(
                citizen_id=1,
                first_name="Nadia",
                commune=None,
                skills=("nettoyage",),
                score=80,
                reasons=(reason("lavage de bouteilles", "nettoyage", Cover.BROADER),),
                missing=(),
                highlight=(),
            ),
            CitizenCard(
                citizen_id=2,
                first_name="Luc",
                commune=None,
                skills=(),
                score=60,
                reasons=(),
                missing=(),
                highlight=(),
            ),
        ),
    ),
)
NEWS = (
    NewsLine(
        group_name="La Fabrique à chaussures",
        pitch="Le cuir revient à Romans.",
        challenge="Produire ici",
        url="https://aide.example.org/groups/9",
    ),
)


SPEEDS = {
    BICYCLES.need_id: AnswerSpeed(share=0.8, days=1.5),
    NEXT_DOOR.need_id: AnswerSpeed(share=0, days=None),
}


def told(card: NeedCard) -> NeedLine:
    """A need as a line of a letter; of one group it is not known how fast it answers."""
    return NeedLine(card=card, speed=SPEEDS.get(card.need_id), offer_url=f"{card.url}/offer")


@pytest.fixture(scope="module")
def renderer() -> LetterRenderer:
    """The renderer of a service."""
    return LetterRenderer(service_name="Startup de territoire")


def weekly(
    renderer: LetterRenderer,
    locale: str,
    lines: tuple[NeedCard, ...],
    *,
    helpers: tuple[HelperSection, ...] = (),
    news: tuple[NewsLine, ...] = (),
    paragraphs: tuple[str, ...] = (),
) -> Letter:
    """A letter to Camille."""
    return letters.weekly(
        renderer,
        address="camille@example.org",
        first_name="Camille",
        locale=locale,
        territory_name="Valence-Romans",
        sections=Sections(needs=tuple(map(told, lines)), helpers=helpers, news=news, paragraphs=paragraphs),
        home_url="https://aide.example.org/home",
        wishes_url="https://aide.example.org/letters",
        unsubscribe_url="https://aide.example.org/unsubscribe/token",
        list_id="Valence-Romans <valence-romans.week.aide.example.org>",
    )


@pytest.mark.parametrize("locale", ["fr", "en"])
@pytest.mark.parametrize("part", ["text", "html"])
def test_the_letter_reads_as_it_was_agreed(
    renderer: LetterRenderer, locale: str, part: str, request: pytest.FixtureRequest
) -> None:
    letter = weekly(
        renderer,
        locale,
        (BICYCLES, ACCOUNTS, NEXT_DOOR),
        helpers=HELPERS,
        news=NEWS,
        paragraphs=("Samedi, l'atelier ouvre ses portes.\n\nVenez avec votre vélo !",),
    )
    body = f"{letter.subject}\n\n{letter.text}" if part == "text" else letter.html
    golden = GOLDEN / f"weekly.{locale}.{'txt' if part == 'text' else 'html'}"
    if request.config.getoption("--renew-golden"):
        golden.write_text(body, encoding="utf-8")

    assert body == golden.read_text(encoding="utf-8")


def test_a_letter_of_one_line_says_so_in_its_subject(renderer: LetterRenderer) -> None:
    one = weekly(renderer, "en", (BICYCLES,))
    three = weekly(renderer, "en", (BICYCLES, ACCOUNTS, NEXT_DOOR))

    assert one.subject == "You could help: Réparer nos vélos de livraison"
    assert three.subject == "You could help: Réparer nos vélos de livraison (and 2 more)"
    assert (one.kind, one.locale) == ("digests.weekly", "en")


def test_sections_without_lines_do_not_show_and_the_subject_says_what_there_is(
    renderer: LetterRenderer,
) -> None:
    helped = weekly(renderer, "en", (), helpers=HELPERS)
    told = weekly(renderer, "en", (), news=NEWS)

    assert helped.subject == "They could help you: Laver les bouteilles"
    assert told.subject == "News of your défis: La Fabrique à chaussures"
    for letter in (helped, told):
        assert "you could help with" not in letter.text.lower()
    assert "They could help" not in told.text
    assert "News of" not in helped.text


@pytest.mark.parametrize(
    ("places", "locale", "said"),
    [(1, "fr", None), (1, "en", None), (3, "fr", "Il en faut 3"), (3, "en", "3 are needed")],
)
def test_a_room_or_a_machine_is_no_person(
    renderer: LetterRenderer, places: int, locale: str, said: str | None
) -> None:
    letter = weekly(renderer, locale, (replace(BICYCLES, of_people=False, places_left=places),))

    for part in (letter.text, letter.html):
        assert not re.search("personnes? recherchée|(person|people) wanted", part)
        assert said is None or said in part
    assert "\n\n\n" not in letter.text


def test_what_people_write_is_escaped_in_html_and_plain_in_text(renderer: LetterRenderer) -> None:
    letter = weekly(renderer, "fr", (ACCOUNTS,))

    assert "Tenir les comptes <de l'association> & conseiller" in letter.text
    assert "<de l'association>" not in letter.html
    assert "&lt;de l" in letter.html


def test_a_letter_loads_nothing_and_stays_below_what_mail_programs_cut_off(renderer: LetterRenderer) -> None:
    letter = weekly(renderer, "fr", (BICYCLES, ACCOUNTS, NEXT_DOOR, BICYCLES, ACCOUNTS))

    assert "<img" not in letter.html
    assert "src=" not in letter.html
    assert len(letter.html.encode()) < 100_000


def test_an_example_is_marked_and_stops_nobodys_letters(renderer: LetterRenderer) -> None:
    letter = letters.example(
        renderer,
        address="orga@example.org",
        first_name="Orane",
        locale="en",
        territory_name="Valence-Romans",
        sections=Sections(needs=(told(BICYCLES),)),
        home_url="https://aide.example.org/home",
        wishes_url="https://aide.example.org/letters",
        list_id="Valence-Romans <valence-romans.week.aide.example.org>",
    )

    assert letter.subject.startswith("[Test] ")
    assert "This is a test." in letter.text
    assert "This is a test." in letter.html
    assert letter.unsubscribe_url is None
    assert letter.kind == letters.TEST_KIND
