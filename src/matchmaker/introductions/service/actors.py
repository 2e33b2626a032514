"""Who acts in an introduction, and as which side."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from matchmaker.base.work import Missing
from matchmaker.citizens.models import Citizen
from matchmaker.groups import queries as groups
from matchmaker.introductions.models import Introduction
from matchmaker.introductions.rules import Party
from matchmaker.matching.rules import AnswerChannel
from matchmaker.places import service as places


class Stranger(Missing):
    """The account has no part in the introduction, or not any more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """A side, and the account that speaks for it; a relay too where it writes down what a citizen said."""

    party: Party
    account_id: int | None = None
    relay_id: int | None = None
    channel: AnswerChannel | None = None


CLOCK = Actor(party=Party.CLOCK)


def party_of(session: Session, introduction: Introduction, *, account_id: int | None) -> Party | None:
    """The side of an account in an introduction, as things stand now; None for a stranger and a visitor."""
    if account_id is None:
        return None
    if introduction.citizen_id is not None and account_id == session.scalar(
        select(Citizen.account_id).where(Citizen.id == introduction.citizen_id)
    ):
        return Party.CITIZEN
    if groups.role_of(session, group_id=introduction.group_id, account_id=account_id) is not None:
        return Party.GROUP
    if places.is_organiser(session, territory_id=introduction.territory_id, account_id=account_id):
        return Party.ORGANISER
    return None


def actor_in(session: Session, introduction: Introduction, *, account_id: int | None) -> Actor:
    """Who an account is in an introduction. Raises Stranger."""
    party = party_of(session, introduction, account_id=account_id)
    if party is None:
        raise Stranger
    return Actor(party=party, account_id=account_id)
