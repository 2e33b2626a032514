"""What territories hold of a person: the desks that they run."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from matchmaker.base.i18n import mark
from matchmaker.base.transfer import Fate, Section, section
from matchmaker.base.work import Transfer, Work
from matchmaker.places.models import Challenge, Organiser, Territory, TerritoryPage
from matchmaker.places.service import remove_organiser


def _about(session: Session, account_id: int) -> Sequence[Section]:
    return (
        section(
            session,
            mark("Territories whose team I am in"),
            select(Territory.name.label("territory"))
            .join(Organiser, Organiser.territory_id == Territory.id)
            .where(Organiser.account_id == account_id)
            .order_by(Territory.id),
        ),
    )


def _part(work: Work, account_id: int) -> None:
    run = select(Organiser.territory_id).where(Organiser.account_id == account_id)
    for territory_id in work.session.scalars(run.order_by(Organiser.territory_id)).all():
        remove_organiser(work, territory_id=territory_id, account_id=account_id)


TRANSFER = Transfer(
    holds={Organiser.account_id: Fate.NEEDED},
    about=_about,
    part=_part,
    texts=[
        Territory.summary_fr,
        Territory.summary_en,
        Territory.contact,
        Challenge.title_fr,
        Challenge.title_en,
        Challenge.description_fr,
        Challenge.description_en,
        TerritoryPage.text,
    ],
)
