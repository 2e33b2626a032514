"""What territories hold of a person: the desks that they run."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from matchmaker.base.i18n import mark
from matchmaker.base.transfer import Fate, Section, section
from matchmaker.base.work import Transfer
from matchmaker.places.models import Challenge, Organiser, Territory


def _about(session: Session, account_id: int) -> Sequence[Section]:
    return (
        section(
            session,
            mark("Territories whose team I am in"),
            select(Territory.name.label("territory"))
            .join(Organiser, Organiser.territory_id == Territory.id)
            .where(Organiser.account_id == account_id)
            .order_by(Territory.name),
        ),
    )


TRANSFER = Transfer(
    holds={Organiser.account_id: Fate.NEEDED},
    about=_about,
    texts=[
        Territory.summary_fr,
        Territory.summary_en,
        Challenge.title_fr,
        Challenge.title_en,
        Challenge.description_fr,
        Challenge.description_en,
    ],
)
