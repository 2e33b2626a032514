"""``--steadily N``: what could depend on the speed of the machine, N times in a row beside two busy loops."""

import subprocess
import sys
from collections.abc import Iterator

import pytest

LOOPS = 2
BUSY = "import os; parent = os.getppid()\nwhile os.getppid() == parent: pass"
"""Ends with the tests, however they end."""

ALONE = {"fresh_engine", "own_demonstration", "own_server"}
"""Fixtures of tests with a database or a server of their own."""

TOGETHER = {
    "Barrier",
    "MakeVisit",
    "Thread",
    "ThreadPoolExecutor",
    "at_once",
    "eventually",
    "running",
    "signal",
}
"""What modules import whose tests have several threads or processes at once, or a browser."""


class Steadily:
    """A plugin that chooses and repeats tests, and keeps the machine busy."""

    def __init__(self, times: int) -> None:
        self.times = times

    def pytest_generate_tests(self, metafunc: pytest.Metafunc) -> None:
        """Have each test run so many times."""
        metafunc.fixturenames.append("time_in_a_row")
        metafunc.parametrize("time_in_a_row", range(1, self.times + 1), indirect=True)

    @pytest.fixture
    def time_in_a_row(self, request: pytest.FixtureRequest) -> object:
        """Which of them it is."""
        return request.param

    def pytest_collection_modifyitems(self, config: pytest.Config, items: list[pytest.Item]) -> None:
        """Choose races, processes and stories in a browser."""
        chosen = [item for item in items if is_told(item)]
        config.hook.pytest_deselected(items=[item for item in items if not is_told(item)])
        items[:] = chosen

    @pytest.hookimpl(wrapper=True)
    def pytest_runtestloop(self, session: pytest.Session) -> Iterator[None]:
        """Keep two processors busy meanwhile, once for all workers."""
        number = 0 if hasattr(session.config, "workerinput") else LOOPS
        loops = [subprocess.Popen([sys.executable, "-c", BUSY]) for _ in range(number)]
        try:
            return (yield)
        finally:
            for loop in loops:
                loop.kill()
                loop.wait()


def is_told(item: pytest.Item) -> bool:
    """Whether a test may depend on who comes first, or on how long something takes."""
    assert isinstance(item, pytest.Function)
    alone = bool(ALONE & set(item.fixturenames)) or item.get_closest_marker("slow") is not None
    return alone and bool(TOGETHER & vars(item.module).keys())
