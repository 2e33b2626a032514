"""What groups hold of a person: where they are a member, and where they were asked to join."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from matchmaker.accounts.models import Account
from matchmaker.base.i18n import gettext, mark
from matchmaker.base.transfer import Fate, HeldBack, Obstacle, Section, section
from matchmaker.base.work import Transfer, Work
from matchmaker.groups.models import GroupInvitation, Membership, Need, StartupGroup, WantedSkill
from matchmaker.groups.queries import groups_led_alone
from matchmaker.groups.rules import LastLead, Role
from matchmaker.groups.service import delete_closed, leave_group
from matchmaker.invitations import service as invitations


def _about(session: Session, account_id: int) -> Sequence[Section]:
    address = select(Account.address).where(Account.id == account_id).scalar_subquery()
    return (
        section(
            session,
            mark("My groups"),
            select(StartupGroup.name.label("group"), Membership.role, Membership.joined_at)
            .join(Membership, Membership.group_id == StartupGroup.id)
            .where(Membership.account_id == account_id)
            .order_by(Membership.joined_at),
        ),
        section(
            session, mark("Groups that invited me"), _invitations().where(GroupInvitation.address == address)
        ),
        section(
            session,
            mark("Whom I invited to groups"),
            _invitations().where(GroupInvitation.invited_by_id == account_id),
        ),
    )


def _invitations() -> Select[str, str, Role, datetime, datetime | None]:
    return (
        select(
            StartupGroup.name.label("group"),
            GroupInvitation.address,
            GroupInvitation.role,
            GroupInvitation.created_at,
            GroupInvitation.accepted_at,
        )
        .join(StartupGroup, StartupGroup.id == GroupInvitation.subject_id)
        .order_by(GroupInvitation.id)
    )


def _forget_account(work: Work, account_id: int) -> None:
    invitations.forget_account(work, GroupInvitation, account_id=account_id)


def _holds_back(session: Session, account_id: int) -> Sequence[Obstacle]:
    return [
        Obstacle(
            sentence=gettext("Nobody else leads the group %(group)s.", group=group.name),
            page="group",
            values={"group_id": group.id},
        )
        for group in groups_led_alone(session, account_id=account_id)
    ]


def _part(work: Work, account_id: int) -> None:
    joined = select(Membership.group_id).where(Membership.account_id == account_id)
    for group_id in work.session.scalars(joined.order_by(Membership.group_id)).all():
        try:
            leave_group(work, group_id=group_id, account_id=account_id)
        except LastLead as error:
            raise HeldBack from error


def _forget_expired(work: Work) -> Sequence[str]:
    delete_closed(work)
    return invitations.forget_expired(work, GroupInvitation)


TRANSFER = Transfer(
    holds={
        Membership.account_id: Fate.NEEDED,
        GroupInvitation.invited_by_id: Fate.DELETED,
        GroupInvitation.address: Fate.DELETED,
    },
    about=_about,
    texts=[StartupGroup.name, StartupGroup.pitch, StartupGroup.description, Need.title, Need.description],
    phrases=[Need.title, WantedSkill.phrase],
    holds_back=_holds_back,
    part=_part,
    forget_account=_forget_account,
    forget_expired=_forget_expired,
)
