"""What introductions hold of a person: with whom they were brought together, what they shared, wrote and are told."""

from collections.abc import Sequence

from sqlalchemy import and_, or_, select, update
from sqlalchemy.orm import Session

from matchmaker.accounts import service as accounts
from matchmaker.accounts.models import Account
from matchmaker.base import outbox
from matchmaker.base.i18n import mark
from matchmaker.base.naming import take_out
from matchmaker.base.outbox import OutboxMessage
from matchmaker.base.transfer import Fate, Section, section
from matchmaker.base.work import Transfer, Work
from matchmaker.citizens.models import Citizen
from matchmaker.groups.models import Need, StartupGroup
from matchmaker.groups.queries import groups_left
from matchmaker.introductions.letters import NOTICES_KIND
from matchmaker.introductions.models import (
    AbsencePeriod,
    Introduction,
    IntroductionEvent,
    IntroductionMessage,
    NeedFollower,
    Notice,
    NoticeDay,
    NoticeRefusal,
    SharedContact,
)
from matchmaker.introductions.queries import naming_of_account, naming_of_citizen
from matchmaker.introductions.service.notices import stop_notices
from matchmaker.introductions.service.transitions import forget_messages


def _about(session: Session, account_id: int) -> Sequence[Section]:
    mine = select(Citizen.id).where(Citizen.account_id == account_id)
    return (
        section(
            session,
            mark("My introductions"),
            select(
                Need.title.label("need"),
                StartupGroup.name.label("group"),
                Introduction.begun_by,
                Introduction.begun_at,
                Introduction.state,
                Introduction.since,
                Introduction.reason,
                Introduction.citizen_outcome,
                Introduction.group_outcome,
            )
            .select_from(Introduction)
            .join(Need, Need.id == Introduction.need_id)
            .join(StartupGroup, StartupGroup.id == Introduction.group_id)
            .where(Introduction.citizen_id.in_(mine))
            .order_by(Introduction.id),
        ),
        section(
            session,
            mark("What I did in introductions"),
            select(
                Need.title.label("need"),
                IntroductionEvent.action,
                IntroductionEvent.state,
                IntroductionEvent.by,
                IntroductionEvent.happened_at,
            )
            .select_from(IntroductionEvent)
            .join(Introduction, Introduction.id == IntroductionEvent.introduction_id)
            .join(Need, Need.id == Introduction.need_id)
            .where(IntroductionEvent.account_id == account_id)
            .order_by(IntroductionEvent.id),
        ),
        *_told(session, account_id),
        *_wishes(session, account_id),
    )


def _told(session: Session, account_id: int) -> Sequence[Section]:
    """What somebody let the other side know."""
    mine = select(Citizen.id).where(Citizen.account_id == account_id)
    return (
        section(
            session,
            mark("What I let others see"),
            select(
                Need.title.label("need"),
                SharedContact.address,
                SharedContact.telephone,
                SharedContact.shared_at,
            )
            .select_from(SharedContact)
            .join(Introduction, Introduction.id == SharedContact.introduction_id)
            .join(Need, Need.id == Introduction.need_id)
            .where(or_(SharedContact.account_id == account_id, SharedContact.citizen_id.in_(mine)))
            .order_by(SharedContact.shared_at),
        ),
        section(
            session,
            mark("What I wrote"),
            select(Need.title.label("need"), IntroductionMessage.body, IntroductionMessage.written_at)
            .select_from(IntroductionMessage)
            .join(Introduction, Introduction.id == IntroductionMessage.introduction_id)
            .join(Need, Need.id == Introduction.need_id)
            .where(IntroductionMessage.author_id == account_id)
            .order_by(IntroductionMessage.id),
        ),
    )


def _wishes(session: Session, account_id: int) -> Sequence[Section]:
    """What somebody is to be told, and when they want to be left alone."""
    return (
        section(
            session,
            mark("What I am told of introductions"),
            select(Notice.kind, Notice.happened_at, Notice.told_at)
            .where(Notice.account_id == account_id)
            .order_by(Notice.id),
        ),
        section(
            session,
            mark("Days on which I got a letter about introductions"),
            select(NoticeDay.day).where(NoticeDay.account_id == account_id).order_by(NoticeDay.day),
        ),
        section(
            session,
            mark("That I want no letters about introductions"),
            select(NoticeRefusal.since).where(NoticeRefusal.account_id == account_id),
        ),
        section(
            session,
            mark("When I am away"),
            select(AbsencePeriod.first_day, AbsencePeriod.last_day)
            .where(AbsencePeriod.account_id == account_id)
            .order_by(AbsencePeriod.id),
        ),
        section(
            session,
            mark("Needs that I follow"),
            select(Need.title.label("need"), NeedFollower.since)
            .join(NeedFollower, NeedFollower.need_id == Need.id)
            .where(NeedFollower.account_id == account_id)
            .order_by(NeedFollower.since),
        ),
    )


def _forget_citizen(work: Work, citizen_id: int) -> None:
    """Their words go at once; the clock closes what they leave open, with the locks that closing takes."""
    naming = naming_of_citizen(work.session, citizen_id=citizen_id)
    address = work.session.scalar(select(Account.address).join(Citizen).where(Citizen.id == citizen_id))
    if address is not None:
        outbox.skip_waiting(work.session, recipient=address, kind=NOTICES_KIND, now=work.now)
    # One update leaves the rows as nobody's: a second one, by the foreign key, would make PostgreSQL lock the needs,
    # which everybody else locks first.
    left = work.session.scalars(
        update(Introduction)
        .where(Introduction.citizen_id == citizen_id)
        .values(citizen_id=None, match=None)
        .returning(Introduction.id)
    ).all()
    forget_messages(work, left)
    # What the groups wrote stays, without whom it names. Whoever writes holds the introduction: what they keep at this
    # moment is seen here.
    those = IntroductionMessage.introduction_id.in_(left)
    take_out(work.session, [IntroductionMessage.body], naming, of=those)
    told = select(Account.address).join(Notice).where(Notice.introduction_id.in_(left))
    outbox.take_out(
        work.session,
        and_(OutboxMessage.kind == NOTICES_KIND, OutboxMessage.recipient.in_(told)),
        naming,
    )


def _forget_account(work: Work, account_id: int) -> None:
    """What others wrote to the groups in which somebody was stays, without whom it names."""
    naming = naming_of_account(work.session, account_id=account_id)
    acted = select(IntroductionEvent.introduction_id).where(IntroductionEvent.account_id == account_id)
    groups = groups_left(work.session, account_id=account_id)
    there = select(Introduction.id).where(or_(Introduction.id.in_(acted), Introduction.group_id.in_(groups)))
    those = IntroductionMessage.introduction_id.in_(there)
    take_out(work.session, [IntroductionMessage.body], naming, of=those)


def _complained(work: Work, message_id: int, address: str) -> None:  # noqa: ARG001
    account = accounts.find_account(work.session, address=address)
    if account is not None:
        stop_notices(work, account_id=account.id)


TRANSFER = Transfer(
    holds={
        # A group keeps that somebody was brought to it and what came of it, for its figures and the limits.
        Introduction.citizen_id: Fate.BLANKED,
        IntroductionEvent.account_id: Fate.BLANKED,
        SharedContact.citizen_id: Fate.DELETED,
        SharedContact.account_id: Fate.DELETED,
        SharedContact.address: Fate.DELETED,
        IntroductionMessage.author_id: Fate.DELETED,
        Notice.account_id: Fate.DELETED,
        NoticeDay.account_id: Fate.DELETED,
        NoticeRefusal.account_id: Fate.DELETED,
        AbsencePeriod.account_id: Fate.DELETED,
        NeedFollower.account_id: Fate.DELETED,
    },
    about=_about,
    texts=[IntroductionMessage.body],
    forget_citizen=_forget_citizen,
    forget_account=_forget_account,
    complained=_complained,
)
