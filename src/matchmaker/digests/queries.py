"""Reads about weekly letters: their readers, what was told, and how a run goes."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import exists, func, select
from sqlalchemy.orm import Session, joinedload

from matchmaker.accounts.models import Account
from matchmaker.citizens.models import Citizen, Consent
from matchmaker.citizens.queries import letter_wanted
from matchmaker.digests.models import DigestLetter, DigestLine, DigestRun
from matchmaker.mail import MessageState, OutboxMessage

AT_ONCE = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipient:
    """Whom a letter is written to; ``consents`` says whether their consent to it is in force."""

    citizen_id: int
    address: str
    first_name: str
    locale: str
    consents: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """The letters of a run, by what became of them so far."""

    sent: int
    waiting: int
    failed: int
    in_doubt: int
    skipped: int

    @property
    def letters(self) -> int:
        """All letters of the run."""
        return self.sent + self.waiting + self.failed + self.in_doubt + self.skipped


def recipients(session: Session, *, territory_id: int) -> Sequence[Recipient]:
    """Every citizen of a territory as a recipient, by id."""
    consents = exists().where(Consent.citizen_id == Citizen.id, letter_wanted()).correlate(Citizen)
    rows = session.execute(
        select(Citizen.id, Account.address, Account.first_name, Account.locale, consents)
        .join(Account, Account.id == Citizen.account_id)
        .where(Citizen.territory_id == territory_id)
        .order_by(Citizen.id)
    )
    return [
        Recipient(citizen_id=number, address=address, first_name=first_name, locale=locale, consents=in_force)
        for number, address, first_name, locale, in_force in rows
    ]


def find_account(session: Session, *, citizen_id: int) -> Account | None:
    """The account that a citizen's letters go to; None when there is no such citizen any more."""
    return session.scalars(
        select(Account).join(Citizen, Citizen.account_id == Account.id).where(Citizen.id == citizen_id)
    ).one_or_none()


def told(session: Session, *, recipient_keys: Iterable[str]) -> dict[str, set[str]]:
    """The ids of the needs that each recipient was told of, in any week and territory."""
    keys = sorted(set(recipient_keys))
    found: dict[str, set[str]] = defaultdict(set)
    for start in range(0, len(keys), AT_ONCE):
        rows = session.execute(
            select(DigestLine.recipient_key, DigestLine.need_id).where(
                DigestLine.recipient_key.in_(keys[start : start + AT_ONCE])
            )
        )
        for key, need_id in rows:
            found[key].add(str(need_id))
    return found


def find_run(session: Session, *, territory_id: int, iso_week: str) -> DigestRun | None:
    """A territory's run of that week."""
    return session.scalars(
        select(DigestRun).where(DigestRun.territory_id == territory_id, DigestRun.iso_week == iso_week)
    ).one_or_none()


def latest_runs(session: Session, *, territory_id: int, limit: int) -> Sequence[DigestRun]:
    """A territory's runs, the newest first."""
    return session.scalars(
        select(DigestRun)
        .where(DigestRun.territory_id == territory_id)
        .order_by(DigestRun.iso_week.desc())
        .limit(limit)
        .options(joinedload(DigestRun.started_by))
    ).all()


def weeks_run(session: Session) -> set[tuple[int, str]]:
    """The territories and weeks that have a run already."""
    rows = session.execute(select(DigestRun.territory_id, DigestRun.iso_week))
    return {(territory_id, week) for territory_id, week in rows}


def progress(session: Session, run: DigestRun) -> Progress:
    """How far the letters of a run have come."""
    rows = session.execute(
        select(OutboxMessage.state, func.count())
        .join(DigestLetter, DigestLetter.message_id == OutboxMessage.id)
        .where(DigestLetter.run_id == run.id)
        .group_by(OutboxMessage.state)
    )
    counts = dict(rows.all())
    return Progress(
        sent=counts.get(MessageState.SENT, 0),
        waiting=sum(
            counts.get(state, 0)
            for state in (MessageState.PENDING, MessageState.CLAIMED, MessageState.SENDING)
        ),
        failed=counts.get(MessageState.FAILED, 0),
        in_doubt=counts.get(MessageState.UNKNOWN, 0),
        skipped=counts.get(MessageState.SKIPPED, 0),
    )
