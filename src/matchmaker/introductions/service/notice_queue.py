"""Noting what somebody is to be told; the letters themselves are written once a day."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from matchmaker.base.db import insert_into
from matchmaker.base.work import Work
from matchmaker.citizens.models import Citizen
from matchmaker.groups.models import Membership
from matchmaker.groups.rules import Role
from matchmaker.introductions.models import Introduction, Notice
from matchmaker.introductions.rules import NoticeKind, Party


def tell(work: Work, introduction: Introduction, kind: NoticeKind, party: Party) -> None:
    """Note that a side is to be told something, by every account that hears for it."""
    _note(
        work,
        [
            {
                "account_id": account_id,
                "kind": kind,
                "introduction_id": introduction.id,
                "need_id": None,
                "happened_at": work.now,
            }
            for account_id in hearers(work.session, introduction, party)
        ],
    )


def tell_of_need(work: Work, *, need_id: int, account_ids: Sequence[int]) -> None:
    """Note that some accounts are to be told that a need is open again, or that its group has ended."""
    _note(
        work,
        [
            {
                "account_id": account_id,
                "kind": NoticeKind.REOPENED,
                "introduction_id": None,
                "need_id": need_id,
                "happened_at": work.now,
            }
            for account_id in account_ids
        ],
    )


def hearers(session: Session, introduction: Introduction, party: Party) -> Sequence[int]:
    """The accounts that hear for a side: the citizen's, or the leads of the group; none for who has no account."""
    if party is Party.CITIZEN:
        owner = session.scalar(select(Citizen.account_id).where(Citizen.id == introduction.citizen_id))
        return () if owner is None else (owner,)
    leads = select(Membership.account_id).where(
        Membership.group_id == introduction.group_id, Membership.role == Role.LEAD
    )
    return session.scalars(leads.order_by(Membership.account_id)).all()


def _note(work: Work, rows: Sequence[dict[str, object]]) -> None:
    if not rows:
        return
    # What waits to be told already is told once, however often it happened.
    work.session.execute(insert_into(work.session, Notice).values(list(rows)).on_conflict_do_nothing())
