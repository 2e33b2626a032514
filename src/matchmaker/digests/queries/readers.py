"""Reads about the readers of weekly letters: who they are, and what they were told before."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, exists, func, or_, select
from sqlalchemy.orm import Session

from matchmaker.accounts.models import Account
from matchmaker.base.db import in_parts
from matchmaker.base.ids import AccountId, CitizenId, GroupId, NeedId, TerritoryId
from matchmaker.citizens.models import Citizen, Consent
from matchmaker.citizens.queries import letter_wanted
from matchmaker.digests.models import DigestLetter, DigestLine, DigestRun, LetterPreference
from matchmaker.digests.rules import Frequency, LineKind, ReaderId
from matchmaker.groups.models import Membership, Need, StartupGroup
from matchmaker.groups.rules import NeedState

IN_NO_GROUP: frozenset[GroupId] = frozenset()
"""One for all: each empty set takes as much room as the rest of a recipient."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """A citizen's profile that its letter may tell of, in one territory."""

    citizen_id: CitizenId
    territory_id: TerritoryId


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipient:
    """Whom a letter is written to: an account, with the profiles whose consent is in force and the groups it is in.

    Or a citizen without an account, whose letter is for paper; their address is empty.
    """

    account_id: AccountId | None
    citizen_id: CitizenId | None = None
    address: str
    first_name: str
    locale: str
    frequency: Frequency
    paused_until: date | None
    profiles: tuple[Profile, ...]
    group_ids: frozenset[GroupId]

    @property
    def reader_id(self) -> ReaderId:
        """What the recipient is called in a plan."""
        return ReaderId(self.account_id, self.citizen_id)


def recipients(session: Session, *, territory_id: int) -> Sequence[Recipient]:
    """Everybody whose letter comes with this territory's: each person has one, by account.

    It is the territory of somebody's first profile, or of the first group that they joined if they have none.
    """
    ids = session.scalars(select(Account.id).where(_at_home(territory_id)).order_by(Account.id)).all()
    return list(recipients_by_id(session, ids).values())


def recipients_by_id(session: Session, account_ids: Iterable[int]) -> dict[AccountId, Recipient]:
    """Some recipients by their account's id, in its order; who has left is not among them."""
    found: dict[AccountId, Recipient] = {}
    for ids in in_parts(sorted(set(account_ids))):
        found |= {
            person.account_id: person
            for person in _recipients(session, Account.id.in_(ids))
            if person.account_id is not None
        }
    return found


def readers_at_home(session: Session, *, territory_id: int, account_ids: Iterable[int]) -> Sequence[int]:
    """Those of some accounts whose letter comes with this territory's."""
    wanted = Account.id.in_(sorted(set(account_ids)))
    return session.scalars(select(Account.id).where(wanted, _at_home(territory_id))).all()


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
    profiles: dict[AccountId, list[Profile]] = defaultdict(list)
    for account_id, citizen_id, territory_id in session.execute(
        select(Account.id, Citizen.id, Citizen.territory_id)
        .join(Citizen, Citizen.account_id == Account.id)
        .where(those, consents)
        .order_by(Citizen.id)
    ):
        profiles[account_id].append(Profile(citizen_id=citizen_id, territory_id=territory_id))
    groups: dict[AccountId, set[GroupId]] = defaultdict(set)
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
            profiles=tuple(profiles.get(number, ())),
            group_ids=frozenset(groups[number]) if number in groups else IN_NO_GROUP,
        )
        for number, address, first_name, locale, frequency, paused_until in rows
    ]


def find_preference(session: Session, *, account_id: int) -> LetterPreference | None:
    """How often somebody wants letters, if they chose."""
    return session.get(LetterPreference, account_id)


def told(session: Session, *, recipient_keys: Iterable[str]) -> dict[str, set[str]]:
    """The subjects that each recipient was told of, in any week and territory; those about needs while these are open."""
    found: dict[str, set[str]] = defaultdict(set)
    for keys in in_parts(sorted(set(recipient_keys))):
        rows = session.execute(
            select(DigestLine.recipient_key, DigestLine.subject)
            .outerjoin(Need, Need.id == DigestLine.need_id)
            .where(
                DigestLine.recipient_key.in_(keys),
                or_(DigestLine.need_id.is_(None), Need.state == NeedState.OPEN, DigestLine.turn.is_not(None)),
            )
        )
        for key, subject in rows:
            found[key].add(subject)
    return found


def last_letters(session: Session, *, recipient_keys: Iterable[str]) -> dict[str, tuple[str, datetime]]:
    """Each recipient's last letter: its week, and when its run was started."""
    found: dict[str, tuple[str, datetime]] = {}
    for keys in in_parts(sorted(set(recipient_keys))):
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
) -> dict[str, set[GroupId]]:
    """The ids of the groups whose needs each recipient was told of since a moment."""
    found: dict[str, set[GroupId]] = defaultdict(set)
    for keys in in_parts(sorted(set(recipient_keys))):
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
            found[key].add(group_id)
    return found


def helpers_told(
    session: Session, *, group_ids: Iterable[int], away_from: int, since: datetime
) -> dict[GroupId, list[tuple[NeedId, CitizenId]]]:
    """By group, the needs and citizens of written lines that its own territory's runs told of it since a moment.

    Of groups in another territory than ``away_from`` alone: a run tells its own.
    """
    found: dict[GroupId, list[tuple[NeedId, CitizenId]]] = defaultdict(list)
    for ids in in_parts(sorted(set(group_ids))):
        rows = session.execute(
            select(StartupGroup.id, DigestLine.need_id, DigestLine.citizen_id)
            .join(Need, Need.id == DigestLine.need_id)
            .join(StartupGroup, StartupGroup.id == Need.group_id)
            .join(DigestLetter, DigestLetter.id == DigestLine.letter_id)
            .join(DigestRun, DigestRun.id == DigestLetter.run_id)
            .where(
                StartupGroup.id.in_(ids),
                StartupGroup.territory_id != away_from,
                DigestRun.territory_id == StartupGroup.territory_id,
                DigestRun.started_at > since,
                DigestLine.kind == LineKind.NEED,
                or_(DigestLetter.message_id.is_not(None), DigestLetter.written_at.is_not(None)),
            )
            .order_by(DigestLine.position, DigestLine.id)
        )
        for group_id, need_id, citizen_id in rows:
            if need_id is not None and citizen_id is not None:
                found[group_id].append((need_id, citizen_id))
    return found
