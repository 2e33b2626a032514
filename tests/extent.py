"""How much this run of the tests does: the options say it before any test is read."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

from hypothesis import settings

THIRD = 3
Value = TypeVar("Value")


@dataclass
class Extent:
    """Whether machines, kills and random examples come in their whole number, and pages in every way."""

    full: bool = False
    every_way: bool = False


chosen = Extent()


def choose(*, full: bool, every_way: bool) -> None:
    """Choose for this process, once.

    In the daily run hypothesis has the same examples each time, so that no test fails by chance; the full run
    looks for new ones. Neither has a deadline: the time that an example takes tells of the machine.
    """
    chosen.full, chosen.every_way = full, every_way
    settings.register_profile("house", deadline=None, derandomize=not full, max_examples=part_of(100))
    settings.load_profile("house")


def part_of(number: int) -> int:
    """How many of so many examples, kills or readers this run takes: all of them, or a third."""
    return number if chosen.full else max(number // THIRD, 1)


def turn_of(values: Sequence[Value], number: int) -> Sequence[Value]:
    """What the thing of this number is tried with in this run: all of the values, or its turn, a third of them.

    Things of three numbers in a row are tried with all of them together.
    """
    return values if chosen.full else values[number % THIRD :: THIRD]
