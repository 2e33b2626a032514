"""Who runs a territory's desk."""

from sqlalchemy.orm import Session

from matchmaker.places import queries, service
from matchmaker.places.models import Territory
from matchmaker.web import Role


def _find(session: Session, *, account_id: int, slug: str) -> Territory | None:
    territory = queries.find_territory(session, slug=slug)
    if territory and service.is_organiser(session, territory_id=territory.id, account_id=account_id):
        return territory
    return None


ORGANISER = Role(name="organiser", by="slug", find=_find, watched=True)


def own_territory(slug: str) -> Territory:
    """A territory whose desk the visitor runs. Raises Missing."""
    return ORGANISER.own(slug=slug)
