"""Founding groups, changing them, and who may."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from matchmaker.base.db import as_if_second
from matchmaker.base.text import name_key
from matchmaker.base.work import Missing, Work
from matchmaker.groups import queries
from matchmaker.groups.models import Membership, StartupGroup
from matchmaker.groups.rules import GroupVerb, Role, Stage
from matchmaker.places.models import Challenge

_NAMES = ("uq_startup_groups_territory_id_name_key", "uq_startup_groups_territory_id_name")


class NameTaken(Exception):
    """The territory has a group of this name."""


class ChallengeElsewhere(ValueError):
    """The défi is not one of the group's territory, or not any more."""


class NotAllowed(Missing):
    """Only a member, or a lead where it says so, may do this."""


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
    """A new group under a défi, with its founder as lead. Raises NameTaken, ChallengeElsewhere."""
    _keep_challenge(work.session, challenge)

    def found() -> StartupGroup:
        _check_name(work.session, name, territory_id=challenge.territory_id)
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
        work.session.add(group)
        work.session.flush()
        return group

    group = as_if_second(work.session, found, *_NAMES)
    work.record(GroupVerb.FOUNDED, StartupGroup, group.id, territory_id=group.territory_id)
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
    _keep_challenge(work.session, challenge)

    def change() -> None:
        _check_name(work.session, name, territory_id=group.territory_id, but=group.id)
        group.challenge_id = challenge.id
        group.name, group.pitch, group.description, group.stage = name, pitch, description, stage
        work.session.flush()

    as_if_second(work.session, change, *_NAMES)
    work.record(GroupVerb.CHANGED, StartupGroup, group.id, territory_id=group.territory_id)


def lock_group(work: Work, *, group_id: int) -> StartupGroup:
    """A group as it is now, which nobody else changes before this unit of work ends. Raises NotAllowed if it is gone."""
    query = select(StartupGroup).where(StartupGroup.id == group_id).with_for_update()
    group = work.session.scalars(query, execution_options={"populate_existing": True}).one_or_none()
    if group is None:
        raise NotAllowed
    return group


def check_running(group: StartupGroup) -> None:
    """Raise NotAllowed if a group has ended."""
    if group.closed_at is not None:
        raise NotAllowed


def check_member(session: Session, *, group_id: int, account_id: int) -> Role:
    """The role of an account in a group; raises NotAllowed for a stranger, and once the group has ended."""
    role = queries.role_of(session, group_id=group_id, account_id=account_id)
    if role is None:
        raise NotAllowed
    check_running(session.get_one(StartupGroup, group_id))
    return role


def check_lead(session: Session, *, group_id: int, account_id: int) -> None:
    """Raise NotAllowed unless the account is a lead of the group, and once the group has ended."""
    if check_member(session, group_id=group_id, account_id=account_id) is not Role.LEAD:
        raise NotAllowed


def can_edit(session: Session, *, group_id: int, account_id: int | None) -> bool:
    """Whether an account, or None for a visitor, may change what the group says of itself and invite people."""
    return queries.role_of(session, group_id=group_id, account_id=account_id) is Role.LEAD


def _keep_challenge(session: Session, challenge: Challenge) -> None:
    """Have nobody remove a défi before this unit of work ends; raise ChallengeElsewhere where somebody has."""
    query = (
        select(Challenge.id).where(Challenge.id == challenge.id).with_for_update(read=True, key_share=True)
    )
    if session.scalars(query).one_or_none() is None:
        raise ChallengeElsewhere


def _check_name(session: Session, name: str, *, territory_id: int, but: int | None = None) -> None:
    """Raise NameTaken where another group of the territory has a name that people take for this one."""
    known = session.scalars(
        select(StartupGroup.id).where(
            StartupGroup.territory_id == territory_id, StartupGroup.name_key == name_key(name)
        )
    ).one_or_none()
    if known is not None and known != but:
        raise NameTaken
