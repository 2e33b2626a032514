"""What it is to be invited to a group."""

from sqlalchemy.orm import Session

from matchmaker.base.i18n import mark
from matchmaker.base.work import Work
from matchmaker.groups import queries
from matchmaker.groups.models import GroupInvitation, Membership, StartupGroup
from matchmaker.invitations.rules import Subject, Words
from matchmaker.invitations.service import Kind

WORDS = Words(
    letter_subject=mark("%(name)s invites you to join %(group)s"),
    preheader="%(pitch)s",
    sentence=mark("%(name)s invites you to join the group %(group)s."),
    quote="%(pitch)s",
    title=mark("Join %(group)s"),
    lead=mark("%(name)s invites you. %(pitch)s"),
    name_hint=mark("The group sees it."),
    accept=mark("Yes, I join"),
    welcome=mark("Welcome to the group!"),
)


def _subject(invited: GroupInvitation) -> Subject:
    group = invited.subject
    return Subject(
        territory=group.territory.name,
        territory_id=group.territory_id,
        time_zone=group.territory.time_zone,
        locale=group.locale,
        values={"group": group.name, "pitch": group.pitch},
    )


def _is_member(session: Session, group_id: int, account_id: int) -> bool:
    return queries.role_of(session, group_id=group_id, account_id=account_id) is not None


def _join(work: Work, invited: GroupInvitation, account_id: int) -> None:
    work.session.add(
        Membership(group_id=invited.subject_id, account_id=account_id, role=invited.role, joined_at=work.now)
    )


INVITATION = Kind(
    purpose="invitation",
    rows=GroupInvitation,
    subjects=StartupGroup,
    words=WORDS,
    a_day=30,
    page=("group", "group_id"),
    subject=_subject,
    is_member=_is_member,
    join=_join,
)
"""To a group, as what ``role`` says."""
