"""The letter that asks the leads of a group whether its needs still stand."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from matchmaker.base.i18n import mark
from matchmaker.base.letter import Letter, LetterRenderer
from matchmaker.groups.rules import ANSWER_WITHIN


@dataclass(frozen=True, slots=True, kw_only=True)
class StandingLine:
    """A need without a last day: since when it stands, where the two answers are given, and when it closes without one.

    ``closes_on`` is None the first time, when another letter is still to come.
    """

    title: str
    since: date
    closes_on: date | None
    stands_url: str
    close_url: str


def standing(
    renderer: LetterRenderer,
    *,
    address: str,
    first_name: str,
    locale: str,
    group_name: str,
    lines: Sequence[StandingLine],
    group_url: str,
) -> Letter:
    """To a lead: whether these needs of their group still stand."""
    return renderer.compose(
        "groups/letters/standing",
        recipient=address,
        recipient_name=first_name,
        locale=locale,
        subject=mark("Does this still stand? %(title)s")
        if len(lines) == 1
        else mark("Do these needs still stand?"),
        subject_values={"title": lines[0].title} if len(lines) == 1 else None,
        lasts=ANSWER_WITHIN,
        group_name=group_name,
        lines=lines,
        group_url=group_url,
    )
