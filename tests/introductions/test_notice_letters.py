"""The daily letter about introductions, compared whole with what is kept in ``golden/``.

After a change that is meant, ``pytest tests/introductions/test_notice_letters.py --renew-golden`` writes the files anew:
read their diff before it is kept.
"""

from itertools import product
from pathlib import Path

import pytest

from matchmaker.base import i18n
from matchmaker.base.letter import Letter
from matchmaker.introductions import letters
from matchmaker.introductions.letters import NoticeLine
from matchmaker.introductions.rules import OWING, ClosedBecause, NoticeKind, Party, State
from tests import builders

GOLDEN = Path(__file__).parent / "golden"


def line(kind: NoticeKind, state: State, **more: str | None) -> NoticeLine:
    """A line to a citizen about a need whose title needs care in HTML."""
    because = ClosedBecause.NEED_FILLED if state is State.CLOSED else None
    return NoticeLine(
        need_title="Réparer des vélos & <trottinettes>",
        sentence=letters.sentence(
            kind, party=Party.CITIZEN, other="La Roue libre", state=state, because=because
        ),
        url="https://aide.example.org/introductions/7",
        button=letters.button(kind, state),
        **more,
    )


def notices(locale: str) -> Letter:
    """A letter with a question, a message, a no and a need that was filled."""
    with i18n.using(locale):
        lines = [
            line(NoticeKind.ASKED, State.PROPOSED),
            line(NoticeKind.MESSAGE, State.ACCEPTED),
            line(NoticeKind.ENDED, State.DECLINED, reason=i18n.gettext("Too far away")),
            line(
                NoticeKind.ENDED,
                State.CLOSED,
                next_title="Tenir la buvette",
                next_url="https://aide.example.org/needs/3",
            ),
        ]
    return letters.notices(
        builders.letter_renderer("Startup de territoire"),
        address="camille@example.org",
        first_name="Camille",
        locale=locale,
        territory_name="Valence-Romans",
        lines=lines,
        introductions_url="https://aide.example.org/introductions",
        unsubscribe_url="https://aide.example.org/introductions/stop/token",
    )


@pytest.mark.parametrize("locale", ["fr", "en"])
@pytest.mark.parametrize("part", ["text", "html"])
def test_the_letter_reads_as_it_was_agreed(locale: str, part: str, request: pytest.FixtureRequest) -> None:
    letter = notices(locale)
    body = f"{letter.subject}\n\n{letter.text}" if part == "text" else letter.html
    golden = GOLDEN / f"notices.{locale}.{'txt' if part == 'text' else 'html'}"
    if request.config.getoption("--renew-golden"):
        golden.write_text(body, encoding="utf-8")

    assert body == golden.read_text(encoding="utf-8")


def test_no_name_that_people_chose_becomes_html() -> None:
    assert "<trottinettes>" not in notices("fr").html


def test_there_is_a_sentence_and_a_button_for_whatever_can_be_told() -> None:
    """Every question in the states in which it is owed, and every ending, to either side."""
    told: list[tuple[NoticeKind, State, ClosedBecause | None]] = [
        (kind, state, None)
        for kind, state in product((NoticeKind.ASKED, NoticeKind.REMINDER, NoticeKind.AGREED), OWING)
    ]
    told += [(NoticeKind.MESSAGE, state, None) for state in State]
    ended = [state for state in State if state not in OWING and state is not State.CLOSED]
    told += [(NoticeKind.ENDED, state, None) for state in ended]
    told += [(NoticeKind.ENDED, State.CLOSED, because) for because in ClosedBecause]
    with i18n.using("en"):
        for kind, state, because in told:
            for party in (Party.CITIZEN, Party.GROUP):
                sentence = letters.sentence(kind, party=party, other="Lou", state=state, because=because)
                assert sentence.endswith((".", "?"))
                assert "%" not in sentence
                assert letters.button(kind, state)
