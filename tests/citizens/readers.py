"""Who would get the weekly letter, as its run asks."""

from sqlalchemy.orm import Session

from matchmaker.digests.queries import recipients


def letter_readers(session: Session, territory_id: int) -> list[int]:
    """The ids of a territory's citizens whose consent to the weekly letter is in force."""
    people = recipients(session, territory_id=territory_id)
    return [profile.citizen_id for one in people for profile in one.profiles]
