"""Where each commune lies: the place that bears its name and suits it best, or the middle of its neighbours."""

import math
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean, median

from matchmaker.places.data.commune_sources import Commune, Place, Point, folded, without_article
from matchmaker.places.rules import great_circle_km


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    commune: Commune
    place: Place
    unlikeness: int
    """Of the two names: 0 when equal, up to 4 when one is only the beginning or the end of the other."""


Neighbours = Mapping[str, Sequence[Sequence[str]]]
"""Commune code -> codes of its neighbours by postal code, by EPCI and by département, itself among them."""


def km_between(a: Point, b: Point) -> float:
    """Great-circle distance in kilometres."""
    return great_circle_km(*a, *b)


def middle(points: Sequence[Point], of: Callable[[Iterable[float]], float]) -> Point:
    return of([p[0] for p in points]), of([p[1] for p in points])


def pairs_by_name(communes: Iterable[Commune], places: Iterable[Place]) -> list[Pair]:
    """Every commune with every place of its area whose names meet."""
    index: dict[tuple[str, str], dict[str, tuple[int, Place]]] = defaultdict(dict)
    for place in places:
        forms = [(place.names[0], 0), *((name, 1) for name in place.names[1:])]
        forms += [(without_article(name), 2) for name in place.names]
        if place.subdivision != place.area:
            forms.append((place.subdivision, 3))
        for form, unlike in forms:
            index[place.area, form].setdefault(place.key, (unlike, place))
    found: dict[tuple[str, str], Pair] = {}
    for commune in communes:
        own = folded(commune.name)
        words = own.split()
        forms = [(own, 0), (folded(commune.seat), 1), (without_article(own), 2), (commune.code, 0)]
        parts = [part for i in range(1, len(words)) for part in (words[:i], words[i:])]
        forms += [(part, 4) for part in map(" ".join, parts) if len(part) > 3]
        for form, unlike in forms:
            for more, place in index[commune.area, form].values() if form else ():
                # A part of a name must be a place's main name: the alternate ones hold too many short forms.
                if unlike + more <= 4:
                    pair = Pair(commune=commune, place=place, unlikeness=unlike + more)
                    kept = found.setdefault((commune.code, place.key), pair)
                    if unlike + more < kept.unlikeness:
                        found[commune.code, place.key] = pair
    return list(found.values())


def neighbours_of(communes: Iterable[Commune]) -> Neighbours:
    groups: dict[tuple[str, str], list[str]] = defaultdict(list)
    for c in communes:
        for key in {*(("postal", p) for p in c.postal_codes), ("epci", c.epci), ("dep", c.department)}:
            groups[key].append(c.code)
    return {
        c.code: (
            [code for p in c.postal_codes for code in groups["postal", p]],
            groups["epci", c.epci] if c.epci else [],
            groups["dep", c.department],
        )
        for c in communes
    }


def known_near(code: str, known: Mapping[str, Point], neighbours: Neighbours, least: int) -> list[Point]:
    """Points of the closest kind of neighbours of which ``least`` or more are known; else empty."""
    for group in neighbours[code]:
        points = [known[other] for other in group if other != code and other in known]
        if len(points) >= least:
            return points
    return []


def cost(pair: Pair, known: Mapping[str, Point], neighbours: Neighbours) -> float:
    """How unlikely it is that the place is the commune: names, populations, and distance to the neighbours.

    A unit is two steps of unlikeness of the names, a factor e between the populations (each with 100 added,
    for small ones swing), or the distance from the neighbours' median within which half of the neighbours
    lie, 10 km at least. Distance does not count where GeoNames itself says that the place is in the commune,
    nor in the archipelagos of the Pacific, where neighbours are hundreds of kilometres away.
    """
    populations = (pair.commune.population + 100) / (pair.place.population + 100)
    near = known_near(pair.commune.code, known, neighbours, least=2)
    away = 0.0
    inside = pair.place.subdivision == pair.commune.code or pair.commune.department in ("987", "988")
    if near and not inside:
        centre = middle(near, median)
        away = km_between(centre, pair.place.point) / max(10.0, median(km_between(centre, p) for p in near))
    return 0.5 * pair.unlikeness + abs(math.log(populations)) + away


def places_of(pairs: Sequence[Pair], neighbours: Neighbours, limit: float = 4.0) -> dict[str, Point]:
    """Where each commune that has a place of its own lies; a place is given once, to the likeliest commune.

    Begins with the communes whose name fits one place alone, then weighs all pairs three times by the
    neighbours placed before.
    """
    by_commune: dict[str, int] = defaultdict(int)
    by_place: dict[str, int] = defaultdict(int)
    for pair in pairs:
        if pair.unlikeness < 4:
            by_commune[pair.commune.code] += 1
            by_place[pair.place.key] += 1
    known = {
        pair.commune.code: pair.place.point
        for pair in pairs
        if pair.unlikeness == 0 and by_commune[pair.commune.code] == 1 and by_place[pair.place.key] == 1
    }
    for _ in range(3):
        priced = ((cost(pair, known, neighbours), pair.commune.code, pair.place.key, pair) for pair in pairs)
        taken: set[str] = set()
        given: dict[str, Point] = {}
        for price, code, key, pair in sorted(priced, key=lambda entry: entry[:3]):
            if price <= limit and code not in given and key not in taken:
                given[code] = pair.place.point
                taken.add(key)
        known = given
    return known


def rows(communes: Sequence[Commune], places: Sequence[Place]) -> Iterator[list[str]]:
    """The lines of ``communes.csv``; raises ``ValueError`` for a commune that nothing tells how to place."""
    neighbours = neighbours_of(communes)
    known = places_of(pairs_by_name(communes, places), neighbours)
    for c in communes:
        near = known_near(c.code, known, neighbours, least=1) or [p.point for p in places if p.area == c.area]
        if not near:
            raise ValueError(f"no place for {c.code} {c.name}")
        point = known.get(c.code) or middle(near, fmean)
        place = [f"{point[0]:.4f}", f"{point[1]:.4f}", "0" if c.code in known else "1"]
        codes = "|".join(c.postal_codes)
        yield [c.code, c.name, codes, c.department, c.region, c.epci, str(c.population), *place]
