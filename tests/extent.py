"""How much this run of the tests does: the options say it before any test is read."""

from dataclasses import dataclass

from hypothesis import settings

THIRD = 3


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
