"""The form of a need as it is sent, and what came of it."""

from sqlalchemy import func, select

from matchmaker.base.work import WorkFactory
from matchmaker.groups.models import Need
from tests.groups.conftest import Cast


def answers(button: str = "publish", **changed: object) -> dict[str, object]:
    """A form that can be sent; a name is written with "_" for "-"."""
    sent: dict[str, object] = {
        "title": "Réparer nos vélos",
        "kind": "skill",
        "description": "Deux après-midi par mois.",
        "wanted-0-phrase": "réparer des vélos",
        "wanted-0-importance": "must",
        "places": "2",
        "hours_a_week": "4",
        "commune": "Romans-sur-Isère",
        "commune_code": "26281",
        "until": "2026-12-31",
        button: "1",
    }
    return {**sent, **changed}


def new(cast: Cast) -> str:
    """Where the group posts a need."""
    return f"/groups/{cast.group.id}/needs/new"


def the_need(works: WorkFactory) -> Need:
    """The only need that there is, with what it asks for."""
    with works.sessions() as session:
        need = session.scalars(select(Need)).one()
        assert need.wanted is not None
        return need


def number_of_needs(works: WorkFactory) -> int:
    """How many needs there are."""
    with works.sessions() as session:
        return session.scalar(select(func.count()).select_from(Need)) or 0
