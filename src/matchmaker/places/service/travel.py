"""How much longer ways are in a territory than a straight line: mountains, a river without a bridge, a ferry."""

from sqlalchemy import select

from matchmaker.base.work import Work
from matchmaker.places.models import MOST_PERCENT, STRAIGHT_PERCENT, Commune, Detour, Territory
from matchmaker.places.rules import PlaceVerb
from matchmaker.places.service.territories import InvalidTerritory


def set_travel(
    work: Work, *, territory_id: int, percent: int | None, between: tuple[str, str] | None = None
) -> None:
    """Say how long ways are, in per cent of the straight line: in all of a territory, or ``between`` two communes.

    None takes back what was said. Two communes, by their codes, need not belong to the territory. It counts at once for
    the needs of the territory. Raises InvalidTerritory for a number that no way has, or an unknown commune.
    """
    if percent is not None and not STRAIGHT_PERCENT <= percent <= MOST_PERCENT:
        raise InvalidTerritory(
            f"a way has {STRAIGHT_PERCENT} to {MOST_PERCENT} per cent of the straight line"
        )
    territory = work.session.get_one(Territory, territory_id, with_for_update=True)
    if between is None:
        territory.travel_percent = percent or STRAIGHT_PERCENT
    else:
        _set_detour(work, territory, percent, between)
    work.session.flush()
    work.record(
        PlaceVerb.TRAVEL_SET,
        Territory,
        territory_id,
        territory_id=territory_id,
        percent=percent or STRAIGHT_PERCENT,
        **dict(zip(("commune", "to_commune"), sorted(between or ()), strict=False)),
    )


def _set_detour(work: Work, territory: Territory, percent: int | None, between: tuple[str, str]) -> None:
    one, other = sorted(between)
    known = set(work.session.scalars(select(Commune.code).where(Commune.code.in_(between))))
    if len(known) < 2:
        unknown = sorted({one, other} - known)
        raise InvalidTerritory(
            f"not a commune's code: {', '.join(unknown)}" if unknown else "a way leads between two communes"
        )
    detour = work.session.get(Detour, (territory.id, one, other))
    if percent is None:
        if detour is not None:
            work.session.delete(detour)
    elif detour is None:
        work.session.add(
            Detour(territory_id=territory.id, commune_code=one, to_commune_code=other, percent=percent)
        )
    else:
        detour.percent = percent
