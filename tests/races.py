"""Several people doing things at the same moment, over connections of their own."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import TypeVar

from matchmaker.base.work import Work, WorkFactory
from tests.cli.processes import PATIENCE

Given = TypeVar("Given")


def at_once(
    works: WorkFactory, acts: Sequence[Callable[[Work], Given]], *refusals: type[Exception]
) -> list[Given | Exception]:
    """Do each in a thread and a unit of work of its own, all let go together; a refusal is an answer."""
    start = Barrier(len(acts))

    def do(act: Callable[[Work], Given]) -> Given | Exception:
        start.wait(timeout=PATIENCE)
        try:
            with works.begin() as work:
                return act(work)
        except refusals as refusal:
            return refusal

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(do, acts))
