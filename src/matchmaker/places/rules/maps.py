"""A territory as points on a sheet, for a map that needs no other map below it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import cos, radians, sqrt

WIDTHS, HEIGHTS = (340, 480), (260, 480)
"""The least and the most of a sheet's width and height in its own units: with letters of 16, so that they can be read where
it is 300 pixels wide."""

MARGIN, ROOM_FOR_NAMES = 36, 110
SMALLEST, LARGEST, DOT = 9.0, 40.0, 2.5
MARKS_AT_MOST, DOTS_AT_MOST = 24, 100
"""Communes with a mark, those with the largest counts; and others, which have a dot."""
LETTER_WIDTH, LINE, GAP = 9.0, 20, 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Spot:
    """A commune with how many of what the map shows; latitude and longitude in degrees (WGS 84)."""

    code: str
    name: str
    latitude: float
    longitude: float
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """A commune on the sheet: centre and radius; `label` where its name has room, right of the mark or left of it."""

    code: str
    name: str
    count: int
    x: float
    y: float
    radius: float
    label: bool
    leftward: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """A map: its size, and its marks from the largest to the smallest."""

    width: int
    height: int
    marks: tuple[Mark, ...]


def drawn(spots: Sequence[Spot]) -> Sheet:
    """A map of some communes: equirectangular, true at the middle; a mark's area grows with the count.

    A name is written where it covers no other, those of the largest counts first. Communes with none, or with less than
    the marked ones, have a dot, with the count 0.
    """
    if not spots:
        return Sheet(width=WIDTHS[0], height=HEIGHTS[0], marks=())
    spots = _most(spots)
    south, north = min(s.latitude for s in spots), max(s.latitude for s in spots)
    west, east = min(s.longitude for s in spots), max(s.longitude for s in spots)
    shrink = cos(radians((south + north) / 2))
    across, up = max((east - west) * shrink, 1e-3), max(north - south, 1e-3)
    room = WIDTHS[1] - 2 * MARGIN - ROOM_FOR_NAMES
    scale = min(room / across, (HEIGHTS[1] - 2 * MARGIN) / up)
    width = max(WIDTHS[0], round(across * scale) + 2 * MARGIN + ROOM_FOR_NAMES)
    height = max(HEIGHTS[0], round(up * scale) + 2 * MARGIN)
    left, top = (width - across * scale - ROOM_FOR_NAMES) / 2, (height - up * scale) / 2
    least = min(SMALLEST, LARGEST / sqrt(max(1, *(s.count for s in spots))))
    marks: list[Mark] = []
    taken: list[tuple[float, float, float, float]] = []
    for spot in sorted(spots, key=lambda one: (-one.count, one.code)):
        x = left + (spot.longitude - west) * shrink * scale
        y = top + (north - spot.latitude) * scale
        radius = max(least * sqrt(spot.count), SMALLEST) if spot.count else DOT
        length, beside = LETTER_WIDTH * len(spot.name), radius + GAP
        leftward = x + beside + length > width
        edge = x - beside - length if leftward else x + beside
        box = (edge, y - LINE / 2, edge + length, y + LINE / 2)
        label = bool(spot.count) and edge >= 0 and not any(_cover(box, other) for other in taken)
        taken.append((x - radius, y - radius, x + radius, y + radius))
        if label:
            taken.append(box)
        marks.append(
            Mark(
                code=spot.code,
                name=spot.name,
                count=spot.count,
                x=round(x, 1),
                y=round(y, 1),
                radius=round(radius, 1),
                label=label,
                leftward=leftward,
            )
        )
    return Sheet(width=width, height=height, marks=tuple(marks))


def _most(spots: Sequence[Spot]) -> Sequence[Spot]:
    """As many communes as a map shows, those with the largest counts first."""
    ordered = sorted(spots, key=lambda one: (-one.count, one.code))
    marked, others = ordered[:MARKS_AT_MOST], ordered[MARKS_AT_MOST : MARKS_AT_MOST + DOTS_AT_MOST]
    return [*marked, *(replace(one, count=0) for one in others)]


def _cover(one: tuple[float, float, float, float], other: tuple[float, float, float, float]) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]
