"""Founding groups, and asking people to join."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from matchmaker.accounts import service as accounts
from matchmaker.accounts.models import Account
from matchmaker.base.db import violates
from matchmaker.base.tokens import InvalidToken
from matchmaker.base.work import Missing, Work
from matchmaker.groups import letters, queries
from matchmaker.groups.models import Invitation, Membership, StartupGroup
from matchmaker.groups.rules import Role, Stage
from matchmaker.places import rules
from matchmaker.places.models import Challenge

INVITATION_LASTS = timedelta(days=14)


class NameTaken(Exception):
    """The territory has a group of this name."""


class ChallengeElsewhere(ValueError):
    """The défi is not one of the group's territory."""


class NotAllowed(Missing):
    """Only a member, or a lead where it says so, may do this."""


class AlreadyMember(Exception):
    """The address belongs to a member of the group."""


class InvitationUnusable(Exception):
    """The invitation is forged, too old, or was answered before."""


def found_group(
    work: Work,
    *,
    challenge: Challenge,
    founder_id: int,
    name: str,
    pitch: str,
    description: str,
    stage: Stage,
    locale: str,
) -> StartupGroup:
    """A new group under a défi, with its founder as lead. Raises NameTaken."""
    group = StartupGroup(
        territory_id=challenge.territory_id,
        challenge_id=challenge.id,
        name=name,
        pitch=pitch,
        description=description,
        stage=stage,
        locale=locale,
        created_at=work.now,
        memberships=[Membership(account_id=founder_id, role=Role.LEAD, joined_at=work.now)],
    )
    with _names_apart(work.session):
        work.session.add(group)
    return group


def change_group(
    work: Work,
    group: StartupGroup,
    *,
    challenge: Challenge,
    name: str,
    pitch: str,
    description: str,
    stage: Stage,
) -> None:
    """Change what a group says of itself. Raises NameTaken, ChallengeElsewhere."""
    if challenge.territory_id != group.territory_id:
        raise ChallengeElsewhere
    with _names_apart(work.session):
        group.challenge_id = challenge.id
        group.name, group.pitch, group.description, group.stage = name, pitch, description, stage


def check_member(session: Session, *, group_id: int, account_id: int) -> Role:
    """The role of an account in a group; raises NotAllowed for a stranger."""
    role = queries.role_of(session, group_id=group_id, account_id=account_id)
    if role is None:
        raise NotAllowed
    return role


def check_lead(session: Session, *, group_id: int, account_id: int) -> None:
    """Raise NotAllowed unless the account is a lead of the group."""
    if not can_edit(session, group_id=group_id, account_id=account_id):
        raise NotAllowed


def can_edit(session: Session, *, group_id: int, account_id: int | None) -> bool:
    """Whether an account, or None for a visitor, may change what the group says of itself and invite people."""
    return queries.role_of(session, group_id=group_id, account_id=account_id) is Role.LEAD


def invite(work: Work, group: StartupGroup, *, invited_by_id: int, address: str, role: Role) -> Invitation:
    """Ask a canonical address to join. An invitation that waits is renewed and sent again, never doubled.

    Raises AlreadyMember.
    """
    # Whoever else invites into this group waits here, so that no two invitations of one address are written.
    work.session.execute(select(StartupGroup.id).where(StartupGroup.id == group.id).with_for_update())
    invited = work.session.scalars(
        select(Invitation)
        .where(
            Invitation.group_id == group.id,
            Invitation.address == address,
            Invitation.accepted_at.is_(None),
        )
        .with_for_update()
    ).one_or_none()
    # Asked only now: if the invitation was being accepted, the line above has waited for it.
    account = accounts.find_account(work.session, address=address)
    if account is not None and queries.role_of(work.session, group_id=group.id, account_id=account.id):
        raise AlreadyMember
    if invited is None:
        invited = Invitation(group_id=group.id, address=address, created_at=work.now)
        work.session.add(invited)
    invited.role, invited.invited_by_id = role, invited_by_id
    invited.expires_at = work.now + INVITATION_LASTS
    work.session.flush()
    inviter = work.session.get_one(Account, invited_by_id)
    work.post(
        letters.invitation(
            work.letters,
            address=address,
            first_name=account.first_name if account else "",
            locale=account.locale if account else group.locale,
            territory_name=group.territory.name,
            group_name=group.name,
            pitch=group.pitch,
            invited_by=inviter.first_name,
            until=rules.local_day(invited.expires_at, group.territory.time_zone),
            url=work.links.to(
                "groups.invitation",
                token=work.tokens.sign_bound("invitation", str(invited.id), to=invited.address),
            ),
        )
    )
    return invited


def find_invitation(work: Work, *, token: str) -> Invitation:
    """The invitation behind a mailed token, untouched; raises InvitationUnusable."""
    try:
        bound = work.tokens.read_bound("invitation", token)
    except InvalidToken as error:
        raise InvitationUnusable from error
    found = work.session.scalars(
        select(Invitation).where(Invitation.id == int(bound.name)).with_for_update()
    ).one_or_none()
    if found is None or found.accepted_at is not None or found.expires_at <= work.now:
        raise InvitationUnusable
    if not work.tokens.is_bound(bound, to=found.address):
        raise InvitationUnusable
    return found


def accept_invitation(
    work: Work, *, token: str, account_id: int | None, first_name: str | None = None, locale: str = "fr"
) -> tuple[StartupGroup, accounts.SignedIn | None]:
    """Join the group of an invitation. Whoever holds the mailed link owns its address, so this also signs in.

    A person who is signed in must be the one invited. Raises InvitationUnusable, AddressMismatch.
    """
    invited = find_invitation(work, token=token)
    try:
        account, signed_in = accounts.enter_by_letter(
            work, address=invited.address, account_id=account_id, first_name=first_name, locale=locale
        )
    except accounts.LinkUnusable as error:
        raise InvitationUnusable from error
    invited.accepted_at = work.now
    known = work.session.get(Membership, (invited.group_id, account.id))
    if known is None:
        work.session.add(
            Membership(
                group_id=invited.group_id, account_id=account.id, role=invited.role, joined_at=work.now
            )
        )
    work.session.flush()
    return invited.group, signed_in


@contextmanager
def _names_apart(session: Session) -> Iterator[None]:
    try:
        with session.begin_nested():
            yield
    except IntegrityError as error:
        if violates(error, "uq_startup_groups_territory_id_name"):
            raise NameTaken from error
        raise
