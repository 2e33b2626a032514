"""The weekly letter, its example, and the word to organisers that a week was missed."""

from dataclasses import dataclass, replace
from datetime import timedelta

from matchmaker.base.i18n import gettext, mark, using
from matchmaker.base.letter import ORDINARILY_LASTS, Letter, LetterRenderer
from matchmaker.introductions.rules import AnswerSpeed
from matchmaker.matching.cards import CitizenCard, NeedCard

WEEKLY_KIND = "digests.weekly"
"""The kind of the weekly letter in the outbox."""

TEST_KIND = "digests.test"
"""The kind of an organiser's own example, which is counted with no run."""

TEST_LASTS = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class NeedLine:
    """A need that the reader could help with, how fast its group answers if that is known, and where help is offered."""

    card: NeedCard
    speed: AnswerSpeed | None
    offer_url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HelperSection:
    """People who were told this week of a need of the reader's group."""

    need_title: str
    url: str
    people: tuple[CitizenCard, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitingLine:
    """An introduction that waits for the reader's yes or no, in a sentence."""

    need_title: str
    sentence: str
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NewsLine:
    """A group that was founded on a défi of the reader's."""

    group_name: str
    pitch: str
    challenge: str
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Sections:
    """All that a letter tells, section by section; an empty one does not show."""

    paragraphs: tuple[str, ...] = ()
    needs: tuple[NeedLine, ...] = ()
    waiting: tuple[WaitingLine, ...] = ()
    helpers: tuple[HelperSection, ...] = ()
    news: tuple[NewsLine, ...] = ()

    @property
    def subject(self) -> tuple[str, dict[str, object]]:
        """What the letter is called, by what matters most in it: a marked text and its values."""
        if self.needs:
            one = mark("You could help: %(title)s")
            several = mark("You could help: %(title)s (and %(others)s more)")
            values = {"title": self.needs[0].card.title, "others": len(self.needs) - 1}
            return (several if len(self.needs) > 1 else one), values
        if self.waiting:
            return mark("Somebody waits for your answer: %(title)s"), {"title": self.waiting[0].need_title}
        if self.helpers:
            return mark("They could help you: %(title)s"), {"title": self.helpers[0].need_title}
        if self.news:
            return mark("News of your défis: %(group)s"), {"group": self.news[0].group_name}
        return mark("The letter of the week"), {}


def weekly(
    renderer: LetterRenderer,
    *,
    address: str,
    first_name: str,
    locale: str,
    territory_name: str,
    sections: Sections,
    home_url: str,
    wishes_url: str,
    unsubscribe_url: str | None,
    list_id: str,
    lasts: timedelta = ORDINARILY_LASTS,
    test: bool = False,
) -> Letter:
    """One reader's letter of the week; there is at least one line in its sections, or a paragraph in a test."""
    subject, values = sections.subject
    return renderer.compose(
        "digests/letters/weekly",
        recipient=address,
        recipient_name=first_name,
        locale=locale,
        subject=subject,
        subject_values=values,
        unsubscribe_url=unsubscribe_url,
        list_id=list_id,
        lasts=lasts,
        territory_name=territory_name,
        sections=sections,
        home_url=home_url,
        wishes_url=wishes_url,
        test=test,
    )


def example(
    renderer: LetterRenderer,
    *,
    address: str,
    first_name: str,
    locale: str,
    territory_name: str,
    sections: Sections,
    home_url: str,
    wishes_url: str,
    list_id: str,
) -> Letter:
    """A weekly letter to an organiser, marked as a test. It is nobody's, so that it stops nobody's letters."""
    letter = weekly(
        renderer,
        address=address,
        first_name=first_name,
        locale=locale,
        territory_name=territory_name,
        sections=sections,
        home_url=home_url,
        wishes_url=wishes_url,
        unsubscribe_url=None,
        list_id=list_id,
        test=True,
    )
    with using(locale):
        subject = gettext("[Test] %(subject)s", subject=letter.subject)
    return replace(letter, kind=TEST_KIND, subject=subject, lasts=TEST_LASTS)


def missed(
    renderer: LetterRenderer,
    *,
    address: str,
    first_name: str,
    locale: str,
    territory_name: str,
    week: int,
    week_url: str,
) -> Letter:
    """To an organiser: a week's letters did not leave in time, and can still be sent by hand."""
    return renderer.compose(
        "digests/letters/missed",
        recipient=address,
        recipient_name=first_name,
        locale=locale,
        subject=mark("The letters of week %(week)s did not leave"),
        subject_values={"week": week},
        territory_name=territory_name,
        week=week,
        week_url=week_url,
    )
