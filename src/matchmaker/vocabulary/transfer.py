"""What the vocabulary holds of a person: what they decided about words."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from matchmaker.base.i18n import mark
from matchmaker.base.transfer import Fate, Section, section
from matchmaker.base.work import Transfer
from matchmaker.vocabulary.models import TerritoryVerdict


def _about(session: Session, account_id: int) -> Sequence[Section]:
    return (
        section(
            session,
            mark("What I decided about words"),
            select(
                TerritoryVerdict.phrase,
                TerritoryVerdict.other,
                TerritoryVerdict.kind,
                TerritoryVerdict.decided_at,
            )
            .where(TerritoryVerdict.decided_by_id == account_id)
            .order_by(TerritoryVerdict.id),
        ),
    )


TRANSFER = Transfer(
    # A decision is the territory's.
    holds={TerritoryVerdict.decided_by_id: Fate.BLANKED},
    about=_about,
    texts=[TerritoryVerdict.phrase, TerritoryVerdict.other],
    phrases=[TerritoryVerdict.phrase, TerritoryVerdict.other],
)
