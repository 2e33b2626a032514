"""The weekly letter."""

from collections.abc import Sequence
from dataclasses import replace

from matchmaker.i18n import gettext, mark, using
from matchmaker.mail import Letter, LetterRenderer
from matchmaker.matching.queries import NeedCard

TEST_KIND = "digests.test"
"""The kind of an organiser's own example, which is counted with no run."""


def weekly(
    renderer: LetterRenderer,
    *,
    address: str,
    first_name: str,
    locale: str,
    territory_name: str,
    lines: Sequence[NeedCard],
    home_url: str,
    unsubscribe_url: str | None,
    list_id: str,
    test: bool = False,
) -> Letter:
    """The needs of the week that one reader could help with, with the reasons; ``lines`` holds at least one."""
    one = mark("You could help: %(title)s")
    several = mark("You could help: %(title)s (and %(others)s more)")
    return renderer.compose(
        "digests/letters/weekly",
        recipient=address,
        recipient_name=first_name,
        locale=locale,
        subject=several if len(lines) > 1 else one,
        subject_values={"title": lines[0].title, "others": len(lines) - 1},
        unsubscribe_url=unsubscribe_url,
        list_id=list_id,
        territory_name=territory_name,
        lines=lines,
        home_url=home_url,
        test=test,
    )


def example(
    renderer: LetterRenderer,
    *,
    address: str,
    first_name: str,
    locale: str,
    territory_name: str,
    lines: Sequence[NeedCard],
    home_url: str,
    list_id: str,
) -> Letter:
    """A weekly letter to an organiser, marked as a test. It is nobody's, so that it stops nobody's letters."""
    letter = weekly(
        renderer,
        address=address,
        first_name=first_name,
        locale=locale,
        territory_name=territory_name,
        lines=lines,
        home_url=home_url,
        unsubscribe_url=None,
        list_id=list_id,
        test=True,
    )
    with using(locale):
        subject = gettext("[Test] %(subject)s", subject=letter.subject)
    return replace(letter, kind=TEST_KIND, subject=subject)
