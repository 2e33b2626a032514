"""Who would get the weekly letter, as its run asks."""

from sqlalchemy.orm import Session

from matchmaker.digests.queries import recipients


def letter_readers(session: Session, territory_id: int) -> list[int]:
    """The ids of a territory's citizens whose consent to the weekly letter is in force."""
    return [one.citizen_id for one in recipients(session, territory_id=territory_id) if one.consents]
