"""How long the tests of each folder take, beside the table of two quiet cores in ``tests/durations.csv``."""

import csv
from collections import Counter, defaultdict
from pathlib import Path
from statistics import median

import pytest

TABLE = Path(__file__).with_name("durations.csv")
COLUMNS = ("run", "folder", "tests", "seconds")
GROWTH = 1.1
LEAST = 2.0
"""Seconds that a folder must have taken to be told of: what is shorter varies by chance."""

Row = tuple[int, float]


class Durations:
    """A plugin that sums up a run of all tests that have a mark, or have it not, and tells what grew.

    Folders are compared with each other: a machine that is slower by half makes all of them longer by half. Nothing
    fails by it.
    """

    def __init__(self, run: str, *, renew: bool) -> None:
        self.run, self.renew = run, renew
        self.tests = Counter[str]()
        self.seconds = defaultdict[str, float](float)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Add a test, or a part of it."""
        folder = Path(report.nodeid.partition("::")[0]).parent.name
        self.tests[folder] += report.when == "setup"
        self.seconds[folder] += report.duration

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Tell what grew, and write the table anew where that is asked for."""
        now = {folder: (self.tests[folder], round(self.seconds[folder], 1)) for folder in sorted(self.tests)}
        table = read(TABLE)
        for line in grown(table.get(self.run, {}), now):
            terminalreporter.write_line(line, yellow=True)
        if self.renew:
            write(TABLE, {**table, self.run: now})


def read(file: Path) -> dict[str, dict[str, Row]]:
    """The table: tests and seconds by run and folder."""
    table: dict[str, dict[str, Row]] = {}
    if file.exists():
        with file.open(encoding="utf-8", newline="") as lines:
            for row in csv.DictReader(lines):
                table.setdefault(row["run"], {})[row["folder"]] = int(row["tests"]), float(row["seconds"])
    return table


def write(file: Path, table: dict[str, dict[str, Row]]) -> None:
    """Write the table."""
    with file.open("w", encoding="utf-8", newline="") as lines:
        writer = csv.writer(lines, lineterminator="\n")
        writer.writerow(COLUMNS)
        writer.writerows(
            (run, folder, *row) for run in sorted(table) for folder, row in sorted(table[run].items())
        )


def grown(before: dict[str, Row], now: dict[str, Row]) -> list[str]:
    """A line for each folder that takes a tenth longer than the others have it expect, and has no more tests."""
    both = {folder for folder in before.keys() & now.keys() if before[folder][1] >= LEAST}
    if not both:
        return []
    usual = median(now[folder][1] / before[folder][1] for folder in both)
    return [
        f"tests/{folder} takes {now[folder][1]:.0f} s, and not {before[folder][1] * usual:.0f} s as the others"
        " have it expect: it grew without new tests, or the machine was busy."
        for folder in sorted(both)
        if now[folder][0] <= before[folder][0] and now[folder][1] > GROWTH * usual * before[folder][1]
    ]
