"""A few introductions of the demonstration, through the service, as if they had happened in the last weeks."""

from dataclasses import replace
from datetime import timedelta

from sqlalchemy import select

from matchmaker.accounts.models import Account
from matchmaker.base.work import Work
from matchmaker.citizens.models import Citizen
from matchmaker.demo import content
from matchmaker.groups.models import Membership, Need
from matchmaker.groups.rules import NeedState
from matchmaker.introductions import service
from matchmaker.introductions.models import Introduction
from matchmaker.introductions.rules import Action, Party
from matchmaker.introductions.service import Actor
from matchmaker.matching import service as matching
from matchmaker.matching.rules import DismissReason, ShownWhere

HELPERS = 9
"""Citizens among whom those are chosen who help the group; some have no account."""


def introduce(work: Work) -> int:
    """Bring the people who sign in into introductions of every kind, unless there are any; how many there are now.

    The citizen has offered her help, was asked, and hides a need. The group owes an answer, and is in touch with a helper.
    """
    if work.session.scalar(select(Introduction.id).limit(1)) is not None:
        return 0
    citizen = work.session.scalars(
        select(Citizen).join(Account).where(Account.address == content.sign_ins().citizen.address)
    ).one()
    lead_id, own = _own_needs(work)
    matches = matching.matches_for_citizen(work.session, citizen, now=work.now)
    offered, asked, hidden = (match.need_id for match in matches[1:4])
    _offer(work, days=4, need_id=offered, citizen=citizen)
    _propose(work, days=1, need_id=asked, citizen=citizen)
    matching.dismiss(work, need_id=hidden, citizen_id=citizen.id, reason=DismissReason.OTHER)
    matching.record_showings(
        replace(work, now=work.now - timedelta(days=5)),
        matches[:2],
        day=(work.now - timedelta(days=5)).date(),
        place=ShownWhere.PAGE,
    )
    need, found = next(
        (one, ranked)
        for one in own
        if (ranked := matching.citizens_for_need(work.session, one, now=work.now, limit=HELPERS))
    )
    people = [work.session.get_one(Citizen, match.citizen_id) for match in found]
    helpers = [one for one in people if one.account_id is not None and one.id != citizen.id]
    group = Actor(party=Party.GROUP, account_id=lead_id)
    for number, helper in enumerate(helpers[:2]):
        begun = _offer(work, days=9 - 3 * number, need_id=need.id, citizen=helper)
        if number == 0 and need.places > 1:
            later = replace(work, now=work.now - timedelta(days=6))
            service.act(later, introduction_id=begun.id, action=Action.ACCEPT, by=group)
            service.write_message(
                later,
                introduction_id=begun.id,
                by=group,
                text=content.typeset("Bonjour ! Samedi matin vous va-t-il ?"),
            )
    return len(work.session.scalars(select(Introduction.id)).all())


def _own_needs(work: Work) -> tuple[int, list[Need]]:
    lead_id = work.session.scalars(
        select(Account.id).where(Account.address == content.sign_ins().group.address)
    ).one()
    groups = select(Membership.group_id).where(Membership.account_id == lead_id)
    own = work.session.scalars(
        select(Need)
        .where(Need.group_id.in_(groups), Need.state == NeedState.OPEN)
        .order_by(Need.places.desc(), Need.id)
    ).all()
    return lead_id, list(own)


def _offer(work: Work, *, days: int, need_id: int, citizen: Citizen) -> Introduction:
    actor = Actor(party=Party.CITIZEN, account_id=citizen.account_id)
    earlier = replace(work, now=work.now - timedelta(days=days))
    return service.offer(
        earlier,
        need_id=need_id,
        citizen_id=citizen.id,
        by=actor,
        sharing=service.Sharing(address=True, telephone=None),
    )


def _propose(work: Work, *, days: int, need_id: int, citizen: Citizen) -> Introduction:
    group_id = work.session.get_one(Need, need_id).group_id
    lead_id = work.session.scalars(
        select(Membership.account_id).where(Membership.group_id == group_id).limit(1)
    ).one()
    return service.propose(
        replace(work, now=work.now - timedelta(days=days)),
        need_id=need_id,
        citizen_id=citizen.id,
        by=Actor(party=Party.GROUP, account_id=lead_id),
    )
