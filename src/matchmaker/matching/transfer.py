"""What matching holds of a person: their answers, what they taught it, and who was shown their profile."""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from matchmaker.base import changes
from matchmaker.base.i18n import mark
from matchmaker.base.transfer import Fate, Section, section
from matchmaker.base.work import Transfer, Work
from matchmaker.citizens.models import Citizen
from matchmaker.groups.models import Need, StartupGroup
from matchmaker.matching.models import (
    Dismissal,
    HiddenFromGroup,
    LoweredPair,
    NeedAnswer,
    ProfileShowing,
)
from matchmaker.matching.rules import Answer, AnswerChannel


def _about(session: Session, account_id: int) -> Sequence[Section]:
    mine = select(Citizen.id).where(Citizen.account_id == account_id)
    return (
        section(
            session,
            mark("Who was shown my profile"),
            select(
                StartupGroup.name.label("group"),
                Need.title.label("need"),
                ProfileShowing.place,
                ProfileShowing.to_organiser,
                ProfileShowing.shown_at,
            )
            .select_from(ProfileShowing)
            .join(Need, Need.id == ProfileShowing.need_id)
            .join(StartupGroup, StartupGroup.id == Need.group_id)
            .where(ProfileShowing.citizen_id.in_(mine))
            .order_by(ProfileShowing.id),
        ),
        section(
            session,
            mark("Groups from which I hide"),
            select(StartupGroup.name.label("group"), HiddenFromGroup.since)
            .join(HiddenFromGroup, HiddenFromGroup.group_id == StartupGroup.id)
            .where(HiddenFromGroup.citizen_id.in_(mine))
            .order_by(HiddenFromGroup.since),
        ),
        *_dismissed(session, account_id),
        section(
            session,
            mark("What I answered through a relay"),
            _answers().where(NeedAnswer.citizen_id.in_(mine)),
        ),
        section(
            session,
            mark("Answers of others that I wrote down"),
            _answers().where(NeedAnswer.recorded_by_id == account_id),
        ),
    )


def _dismissed(session: Session, account_id: int) -> Sequence[Section]:
    """What somebody does not want to see, or to be found by."""
    mine = select(Citizen.id).where(Citizen.account_id == account_id)
    return (
        section(
            session,
            mark("Needs that are not for me"),
            select(
                Need.title.label("need"),
                Dismissal.reason,
                Dismissal.given_at,
                Dismissal.until,
                Dismissal.radius_km,
            )
            .join(Need, Need.id == Dismissal.need_id)
            .where(Dismissal.citizen_id.in_(mine))
            .order_by(Dismissal.id),
        ),
        section(
            session,
            mark("Skills of mine that do not count for others"),
            select(LoweredPair.own_text, LoweredPair.wanted_text)
            .where(LoweredPair.citizen_id.in_(mine))
            .order_by(LoweredPair.id),
        ),
    )


def _answers() -> Select[str, Answer, AnswerChannel, datetime]:
    return (
        select(Need.title.label("need"), NeedAnswer.answer, NeedAnswer.channel, NeedAnswer.given_at)
        .join(Need, Need.id == NeedAnswer.need_id)
        .order_by(NeedAnswer.id)
    )


def _forget_expired(work: Work) -> Collection[str]:
    """Forget what has changed once every process knows; it names nobody."""
    changes.forget_changes(work.session, before=work.now - changes.KEPT)
    return ()


TRANSFER = Transfer(
    holds={
        NeedAnswer.citizen_id: Fate.DELETED,
        # The answer is that of the citizen, not of whoever wrote it down.
        NeedAnswer.recorded_by_id: Fate.BLANKED,
        Dismissal.citizen_id: Fate.DELETED,
        LoweredPair.citizen_id: Fate.DELETED,
        HiddenFromGroup.citizen_id: Fate.DELETED,
        ProfileShowing.citizen_id: Fate.DELETED,
    },
    about=_about,
    forget_expired=_forget_expired,
)
