"""Reads about weekly letters: their readers, what was told, and how a run goes."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, exists, func, or_, select
from sqlalchemy.orm import Session, joinedload

from matchmaker.accounts.models import Account
from matchmaker.citizens.models import Citizen, Consent
from matchmaker.citizens.queries import letter_wanted
from matchmaker.digests.models import (
    DigestEdit,
    DigestLetter,
    DigestLine,
    DigestRun,
    LetterPreference,
    SkippedWeek,
)
from matchmaker.digests.rules import Frequency, LineKind, RunState
from matchmaker.groups.models import Membership, Need, StartupGroup
from matchmaker.mail import MessageState, OutboxMessage

AT_ONCE = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """A citizen's profile that its letter may tell of, in one territory."""

    citizen_id: int
    territory_id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipient:
    """Whom a letter is written to: an account, with the profiles whose consent is in force and the groups it is in.

    Or a citizen without an account, whose letter is for paper; their address is empty.
    """

    account_id: int | None
    citizen_id: int | None = None
    address: str
    first_name: str
    locale: str
    frequency: Frequency
    paused_until: date | None
    profiles: tuple[Profile, ...]
    group_ids: frozenset[int]

    @property
    def reader_id(self) -> str:
        """What the recipient is called in a plan; an account by its id."""
        return f"citizen:{self.citizen_id}" if self.account_id is None else str(self.account_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """The letters of a run, by what became of them so far; unwritten ones are planned and no more.

    Those on paper are written for a relay to print, and counted apart.
    """

    unwritten: int
    paper: int
    sent: int
    waiting: int
    failed: int
    in_doubt: int
    skipped: int

    @property
    def letters(self) -> int:
        """All letters of the run."""
        return (
            self.unwritten
            + self.paper
            + self.sent
            + self.waiting
            + self.failed
            + self.in_doubt
            + self.skipped
        )


def recipients(session: Session, *, territory_id: int) -> Sequence[Recipient]:
    """Everybody whose letter comes with this territory's: each person has one, by account.

    It is the territory of somebody's first profile, or of the first group that they joined if they have none.
    """
    return _recipients(session, _at_home(territory_id))


def recipients_by_id(session: Session, account_ids: Iterable[int]) -> dict[int, Recipient]:
    """Some recipients by their account's id; who has left is not among them."""
    ids = sorted(set(account_ids))
    found: dict[int, Recipient] = {}
    for start in range(0, len(ids), AT_ONCE):
        part = Account.id.in_(ids[start : start + AT_ONCE])
        found |= {
            person.account_id: person
            for person in _recipients(session, part)
            if person.account_id is not None
        }
    return found


def _at_home(territory_id: int) -> ColumnElement[bool]:
    first = select(func.min(Citizen.id)).where(Citizen.account_id.is_not(None)).group_by(Citizen.account_id)
    citizens = select(Citizen.account_id).where(Citizen.id.in_(first), Citizen.territory_id == territory_id)
    joined = func.row_number().over(
        partition_by=Membership.account_id, order_by=(Membership.joined_at, Membership.group_id)
    )
    memberships = (
        select(Membership.account_id, StartupGroup.territory_id, joined.label("number"))
        .join(StartupGroup, StartupGroup.id == Membership.group_id)
        .where(~exists().where(Citizen.account_id == Membership.account_id))
        .subquery()
    )
    members = select(memberships.c.account_id).where(
        memberships.c.number == 1, memberships.c.territory_id == territory_id
    )
    return or_(Account.id.in_(citizens), Account.id.in_(members))


def _recipients(session: Session, those: ColumnElement[bool]) -> list[Recipient]:
    consents = exists().where(Consent.citizen_id == Citizen.id, letter_wanted()).correlate(Citizen)
    profiles: dict[int, list[Profile]] = defaultdict(list)
    for account_id, citizen_id, territory_id in session.execute(
        select(Account.id, Citizen.id, Citizen.territory_id)
        .join(Citizen, Citizen.account_id == Account.id)
        .where(those, consents)
        .order_by(Citizen.id)
    ):
        profiles[account_id].append(Profile(citizen_id=citizen_id, territory_id=territory_id))
    groups: dict[int, set[int]] = defaultdict(set)
    for account_id, group_id in session.execute(
        select(Membership.account_id, Membership.group_id)
        .join(Account, Account.id == Membership.account_id)
        .where(those)
    ):
        groups[account_id].add(group_id)
    rows = session.execute(
        select(
            Account.id,
            Account.address,
            Account.first_name,
            Account.locale,
            LetterPreference.frequency,
            LetterPreference.paused_until,
        )
        .outerjoin(LetterPreference, LetterPreference.account_id == Account.id)
        .where(those)
        .order_by(Account.id)
    )
    return [
        Recipient(
            account_id=number,
            address=address,
            first_name=first_name,
            locale=locale,
            frequency=frequency or Frequency.WEEKLY,
            paused_until=paused_until,
            profiles=tuple(profiles[number]),
            group_ids=frozenset(groups[number]),
        )
        for number, address, first_name, locale, frequency, paused_until in rows
    ]


def find_account(session: Session, *, account_id: int) -> Account | None:
    """The account that letters go to; None when it is there no more."""
    return session.get(Account, account_id)


def find_preference(session: Session, *, account_id: int) -> LetterPreference | None:
    """How often somebody wants letters, if they chose."""
    return session.get(LetterPreference, account_id)


def told(session: Session, *, recipient_keys: Iterable[str]) -> dict[str, set[str]]:
    """The subjects that each recipient was told of, in any week and territory."""
    found: dict[str, set[str]] = defaultdict(set)
    for keys in _in_parts(recipient_keys):
        rows = session.execute(
            select(DigestLine.recipient_key, DigestLine.subject).where(DigestLine.recipient_key.in_(keys))
        )
        for key, subject in rows:
            found[key].add(subject)
    return found


def last_letters(session: Session, *, recipient_keys: Iterable[str]) -> dict[str, tuple[str, datetime]]:
    """Each recipient's last letter: its week, and when its run was started."""
    found: dict[str, tuple[str, datetime]] = {}
    for keys in _in_parts(recipient_keys):
        rows = session.execute(
            select(DigestLetter.recipient_key, DigestLetter.iso_week, DigestRun.started_at)
            .join(DigestRun, DigestRun.id == DigestLetter.run_id)
            .where(DigestLetter.recipient_key.in_(keys), DigestLetter.left_out.is_(None))
            .order_by(DigestRun.started_at)
        )
        found |= {key: (week, started_at) for key, week, started_at in rows}
    return found


def groups_offered(
    session: Session, *, recipient_keys: Iterable[str], since: datetime
) -> dict[str, set[str]]:
    """The ids of the groups whose needs each recipient was told of since a moment."""
    found: dict[str, set[str]] = defaultdict(set)
    for keys in _in_parts(recipient_keys):
        rows = session.execute(
            select(DigestLine.recipient_key, Need.group_id)
            .join(Need, Need.id == DigestLine.need_id)
            .join(DigestLetter, DigestLetter.id == DigestLine.letter_id)
            .join(DigestRun, DigestRun.id == DigestLetter.run_id)
            .where(
                DigestLine.recipient_key.in_(keys),
                DigestLine.kind == LineKind.NEED,
                DigestRun.started_at > since,
            )
            .distinct()
        )
        for key, group_id in rows:
            found[key].add(str(group_id))
    return found


def news(session: Session, *, territory_ids: Iterable[int], since: datetime) -> Sequence[StartupGroup]:
    """The groups that were founded since a moment, the newest first."""
    return session.scalars(
        select(StartupGroup)
        .where(StartupGroup.territory_id.in_(sorted(set(territory_ids))), StartupGroup.created_at > since)
        .order_by(StartupGroup.created_at.desc(), StartupGroup.id.desc())
    ).all()


def groups_by_id(session: Session, group_ids: Iterable[int]) -> dict[int, StartupGroup]:
    """Groups with their défi, by id."""
    query = (
        select(StartupGroup)
        .where(StartupGroup.id.in_(sorted(set(group_ids))))
        .options(joinedload(StartupGroup.challenge))
    )
    return {group.id: group for group in session.scalars(query)}


def edits(session: Session, *, territory_id: int, iso_week: str) -> Sequence[DigestEdit]:
    """What organisers changed in the letters of a week, in the order in which they did."""
    return session.scalars(
        select(DigestEdit)
        .where(DigestEdit.territory_id == territory_id, DigestEdit.iso_week == iso_week)
        .order_by(DigestEdit.id)
        .options(
            joinedload(DigestEdit.account),
            joinedload(DigestEdit.need),
            joinedload(DigestEdit.challenge),
            joinedload(DigestEdit.made_by),
        )
    ).all()


def find_edit(session: Session, *, territory_id: int, edit_id: int) -> DigestEdit | None:
    """What an organiser of the territory changed, by its number."""
    return session.scalars(
        select(DigestEdit).where(DigestEdit.id == edit_id, DigestEdit.territory_id == territory_id)
    ).one_or_none()


def _in_parts(keys: Iterable[str]) -> Iterator[list[str]]:
    known = sorted(set(keys))
    for start in range(0, len(known), AT_ONCE):
        yield known[start : start + AT_ONCE]


def find_run(session: Session, *, territory_id: int, iso_week: str) -> DigestRun | None:
    """A territory's run of that week."""
    return session.scalars(
        select(DigestRun)
        .where(DigestRun.territory_id == territory_id, DigestRun.iso_week == iso_week)
        .options(joinedload(DigestRun.territory), joinedload(DigestRun.started_by))
    ).one_or_none()


def runs_to_plan(session: Session) -> Sequence[int]:
    """The ids of the runs that were asked for and are not planned yet, in that order."""
    return session.scalars(
        select(DigestRun.id).where(DigestRun.state == RunState.PREPARING).order_by(DigestRun.id)
    ).all()


def latest_runs(session: Session, *, territory_id: int, limit: int) -> Sequence[DigestRun]:
    """A territory's runs, the newest first."""
    return session.scalars(
        select(DigestRun)
        .where(DigestRun.territory_id == territory_id)
        .order_by(DigestRun.iso_week.desc())
        .limit(limit)
        .options(joinedload(DigestRun.started_by))
    ).all()


def weeks_settled(session: Session) -> set[tuple[int, str]]:
    """The territories and weeks that have a run already, or are to have none."""
    runs = session.execute(select(DigestRun.territory_id, DigestRun.iso_week))
    skipped = session.execute(select(SkippedWeek.territory_id, SkippedWeek.iso_week))
    return {(territory_id, week) for rows in (runs, skipped) for territory_id, week in rows}


def progress(session: Session, run: DigestRun) -> Progress:
    """How far the letters of a run have come."""
    rows = session.execute(
        select(OutboxMessage.state, func.count(), func.count(DigestLetter.written_at))
        .select_from(DigestLetter)
        .outerjoin(OutboxMessage, DigestLetter.message_id == OutboxMessage.id)
        .where(DigestLetter.run_id == run.id, DigestLetter.left_out.is_(None))
        .group_by(OutboxMessage.state)
    ).all()
    counts: dict[MessageState | None, int] = {state: number for state, number, _ in rows}
    paper = sum(written for _, _, written in rows)
    return Progress(
        unwritten=counts.get(None, 0) - paper,
        paper=paper,
        sent=counts.get(MessageState.SENT, 0),
        waiting=sum(
            counts.get(state, 0)
            for state in (
                MessageState.PENDING,
                MessageState.HELD,
                MessageState.CLAIMED,
                MessageState.SENDING,
            )
        ),
        failed=counts.get(MessageState.FAILED, 0),
        in_doubt=counts.get(MessageState.UNKNOWN, 0),
        skipped=counts.get(MessageState.SKIPPED, 0),
    )
