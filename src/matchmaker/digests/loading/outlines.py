"""What the page of a week tells: from a plan that was made for it, or from the draft that is kept."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from matchmaker.base.text import fold
from matchmaker.digests import queries
from matchmaker.digests.loading.changes import Changes, changes, changes_from_mapping
from matchmaker.digests.loading.drafts import Draft, drafts
from matchmaker.digests.loading.on_paper import people_on_paper_by_id
from matchmaker.digests.loading.planning import Plan
from matchmaker.digests.loading.unreached import unreached
from matchmaker.digests.models import DraftedLetter, DraftedWeek
from matchmaker.digests.queries import Recipient
from matchmaker.digests.rules import EditKind, LineKind, PlannedLetter, ReaderId, Silence
from matchmaker.places.models import Territory


@dataclass(frozen=True, slots=True, kw_only=True)
class Outline:
    """A week in numbers, with one page of its letters; ``found`` counts those to people of the name that was looked for.

    ``silences`` has how many get nothing by the reason why, with the names of the first. ``drafted_at`` is None when all
    is as things stand now.
    """

    letters: int
    eligible: int
    silent: int
    silences: Sequence[tuple[Silence, int, Sequence[str]]]
    found: int
    shown: Sequence[Draft]
    changes: Changes | None
    unreached: Sequence[tuple[int, int, str | None]]
    drafted_at: datetime | None = None


NOTHING = Outline(letters=0, eligible=0, silent=0, silences=(), found=0, shown=(), changes=None, unreached=())
"""What is known of a week that nobody has drafted yet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which letters of a week are looked at: those to people of a ``name``, a page of so many; what is ``new`` as well."""

    name: str
    page: int
    size: int
    new: bool

    @property
    def first(self) -> int:
        """How many letters are before the page."""
        return (self.page - 1) * self.size


def outline_of(
    session: Session, territory: Territory, plan: Plan, wanted: Wanted, *, now: datetime
) -> Outline:
    """A plan's outline."""
    name = fold(wanted.name)
    letters = [one for one in plan.letters if name in fold(plan.people[one.reader_id].first_name)]
    page = letters[wanted.first : wanted.first + wanted.size]
    names: dict[Silence, list[str]] = defaultdict(list)
    for recipient, why in plan.silent:
        names[why].append(recipient.first_name)
    return Outline(
        letters=len(plan.letters),
        eligible=plan.eligible,
        silent=len(plan.silent),
        silences=[(why, len(some), some) for why, some in names.items()],
        found=len(letters),
        shown=drafts(session, plan.people, page, now=now),
        changes=changes(session, territory, plan) if wanted.new else None,
        unreached=[(one.need_id, one.people, one.gate) for one in unreached(session, plan)]
        if wanted.new
        else (),
    )


def kept_outline(session: Session, draft: DraftedWeek, wanted: Wanted, *, now: datetime) -> Outline:
    """A draft's outline: it costs what it shows."""
    name = fold(wanted.name)
    query = queries.drafted_letters(draft, name=name)
    figures = draft.figures
    if figures is None:
        return NOTHING
    found = session.scalar(select(func.count()).select_from(query.subquery())) if name else figures["letters"]
    rows = session.scalars(query.order_by(DraftedLetter.id).offset(wanted.first).limit(wanted.size)).all()
    return Outline(
        letters=figures["letters"],
        eligible=figures["eligible"],
        silent=figures["silent"],
        silences=queries.drafted_silences(session, draft),
        found=found or 0,
        shown=kept_drafts(session, draft, rows, now=now),
        changes=changes_from_mapping(session, draft.changes) if wanted.new else None,
        unreached=draft.unreached or () if wanted.new else (),
        drafted_at=draft.drafted_at,
    )


def kept_drafts(
    session: Session, draft: DraftedWeek, letters: Sequence[DraftedLetter], *, now: datetime
) -> Sequence[Draft]:
    """Some letters of a draft, a page of them, without those whose readers are gone, and without lines held since."""
    edits = queries.edits(session, territory_id=draft.territory_id, iso_week=draft.iso_week)
    held = {(edit.account_id, edit.need_id) for edit in edits if edit.kind is EditKind.HOLD}
    people = _people(session, letters)
    lines = queries.drafted_lines(session, (one.id for one in letters))
    planned = [
        PlannedLetter(
            reader_id=one.reader_id,
            recipient_key="",
            lines=tuple(
                line
                for line in lines.get(one.id, ())
                if line.kind is not LineKind.NEED or (one.account_id, line.need_id) not in held
            ),
        )
        for one in letters
        if one.reader_id in people
    ]
    return drafts(session, people, planned, now=now)


def _people(session: Session, letters: Sequence[DraftedLetter]) -> dict[ReaderId, Recipient]:
    by_mail = queries.recipients_by_id(session, (one.account_id for one in letters if one.account_id))
    on_paper = people_on_paper_by_id(session, (one.citizen_id for one in letters if one.citizen_id))
    return {person.reader_id: person for person in (*by_mail.values(), *on_paper.values())}
