"""Reads about the drafts of weeks: which are asked for, and some letters of the one that is shown."""

from collections import defaultdict
from collections.abc import Iterable, Sequence

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from matchmaker.accounts.models import Account
from matchmaker.base.ids import AccountId, NeedId, TerritoryId
from matchmaker.citizens.models import Citizen
from matchmaker.digests.models import DigestLetter, DraftedLetter, DraftedLine, DraftedWeek
from matchmaker.digests.rules import LineKind, PlannedLine, Silence

NAMES_SHOWN = 50
"""The names of those who get nothing that a page shows for each reason."""


def drafts_to_draw(session: Session) -> Sequence[tuple[int, TerritoryId]]:
    """The drafts that were asked for and are not there yet, with their territories, the oldest first."""
    rows = session.execute(
        select(DraftedWeek.id, DraftedWeek.territory_id)
        .where(DraftedWeek.drafted_at.is_(None))
        .order_by(DraftedWeek.asked_at, DraftedWeek.id)
    )
    return [(draft_id, territory_id) for draft_id, territory_id in rows]


def find_draft(session: Session, *, territory_id: int, week: str) -> DraftedWeek | None:
    """A territory's week as it was last drafted."""
    return session.scalars(
        select(DraftedWeek)
        .where(
            DraftedWeek.territory_id == territory_id,
            DraftedWeek.iso_week == week,
            DraftedWeek.drafted_at.is_not(None),
        )
        .order_by(DraftedWeek.id.desc())
        .limit(1)
    ).one_or_none()


def find_draft_asked_for(session: Session, *, territory_id: int) -> DraftedWeek | None:
    """The draft of a territory that is asked for and is not there yet."""
    return session.scalars(
        select(DraftedWeek).where(DraftedWeek.territory_id == territory_id, DraftedWeek.drafted_at.is_(None))
    ).one_or_none()


def drafted_letters(draft: DraftedWeek, *, name: str = "") -> Select[DraftedLetter]:
    """The letters of a draft, those to people whose folded first name has ``name`` in it."""
    return select(DraftedLetter).where(
        DraftedLetter.draft_id == draft.id,
        DraftedLetter.silence.is_(None),
        *([DraftedLetter.name.contains(name, autoescape=True)] if name else []),
    )


def drafted_lines(session: Session, letter_ids: Iterable[int]) -> dict[int, tuple[PlannedLine, ...]]:
    """The lines of some letters, a page of them, by the letter."""
    found: dict[int, list[PlannedLine]] = defaultdict(list)
    for line in session.scalars(
        select(DraftedLine)
        .where(DraftedLine.letter_id.in_(sorted(letter_ids)))
        .order_by(DraftedLine.letter_id, DraftedLine.position)
    ):
        found[line.letter_id].append(line.planned)
    return {letter_id: tuple(lines) for letter_id, lines in found.items()}


def drafted_silences(session: Session, draft: DraftedWeek) -> list[tuple[Silence, int, list[str]]]:
    """How many get nothing by the reason why, with the first names of the first of them."""
    nothing = DraftedLetter.draft_id == draft.id, DraftedLetter.silence.is_not(None)
    counts = session.execute(
        select(DraftedLetter.silence, func.count()).where(*nothing).group_by(DraftedLetter.silence)
    ).all()
    return [(why, number, _names(session, draft, why)) for why, number in counts if why is not None]


def _names(session: Session, draft: DraftedWeek, why: Silence) -> list[str]:
    some = (
        select(DraftedLetter.id)
        .where(DraftedLetter.draft_id == draft.id, DraftedLetter.silence == why)
        .order_by(DraftedLetter.id)
        .limit(NAMES_SHOWN)
    )
    rows = session.scalars(
        select(func.coalesce(Account.first_name, Citizen.own_first_name))
        .select_from(DraftedLetter)
        .outerjoin(Account, Account.id == DraftedLetter.account_id)
        .outerjoin(Citizen, Citizen.id == DraftedLetter.citizen_id)
        .where(DraftedLetter.id.in_(some))
        .order_by(DraftedLetter.id)
    )
    return [name or "" for name in rows]


def drafted_needs(session: Session, *, territory_id: int, week: str, account_id: int) -> set[NeedId] | None:
    """The needs of which a draft tells a reader; None where there is no draft with them."""
    draft = find_draft(session, territory_id=territory_id, week=week)
    letter = draft and find_drafted_letter(session, draft, account_id=account_id)
    if not letter:
        return None
    lines = drafted_lines(session, [letter.id]).get(letter.id, ())
    return {line.need_id for line in lines if line.kind is LineKind.NEED and line.need_id is not None}


def find_drafted_letter(session: Session, draft: DraftedWeek, *, account_id: int) -> DraftedLetter | None:
    """What a reader gets by a draft, a letter or nothing."""
    return session.scalars(
        select(DraftedLetter).where(
            DraftedLetter.draft_id == draft.id, DraftedLetter.account_id == account_id
        )
    ).one_or_none()


def accounts_beside(session: Session, letter: DraftedLetter) -> tuple[AccountId | None, AccountId | None]:
    """The readers of the letters by mail before and after one of a draft."""
    mailed = (
        select(DraftedLetter.account_id)
        .where(
            DraftedLetter.draft_id == letter.draft_id,
            DraftedLetter.silence.is_(None),
            DraftedLetter.account_id.is_not(None),
        )
        .limit(1)
    )
    return (
        session.scalar(mailed.where(DraftedLetter.id < letter.id).order_by(DraftedLetter.id.desc())),
        session.scalar(mailed.where(DraftedLetter.id > letter.id).order_by(DraftedLetter.id)),
    )


def letters_in_runs(session: Session, run_ids: Iterable[int]) -> dict[int, int]:
    """How many letters each of some runs has, without those that were left out."""
    rows = session.execute(
        select(DigestLetter.run_id, func.count())
        .where(DigestLetter.run_id.in_(sorted(run_ids)), DigestLetter.left_out.is_(None))
        .group_by(DigestLetter.run_id)
    )
    return {int(run_id): number for run_id, number in rows}


def has_more_people_than(session: Session, number: int, *, territory_id: int) -> bool:
    """Whether more people than so many live in a territory; no more of them are counted."""
    some = select(Citizen.id).where(Citizen.territory_id == territory_id).limit(number + 1)
    return (session.scalar(select(func.count()).select_from(some.subquery())) or 0) > number
