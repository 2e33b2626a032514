"""A folder whose tests take longer than before is told of; a slower machine is not."""

from pathlib import Path

from tests.durations import grown, read, write

BEFORE = {"accounts": (100, 20.0), "groups": (80, 10.0), "matching": (60, 8.0), "stories": (1, 0.5)}


def test_a_folder_that_takes_a_tenth_longer_with_the_same_tests_is_told() -> None:
    (line,) = grown(BEFORE, {**BEFORE, "groups": (80, 11.5)})
    assert line.startswith("tests/groups takes 12 s, and not 10 s")


def test_new_tests_and_a_slower_machine_and_the_very_short_are_not_told() -> None:
    assert grown(BEFORE, {**BEFORE, "groups": (81, 20.0)}) == []
    assert grown(BEFORE, {folder: (tests, 3 * seconds) for folder, (tests, seconds) in BEFORE.items()}) == []
    assert grown(BEFORE, {**BEFORE, "stories": (1, 1.5)}) == []
    assert grown({}, BEFORE) == []


def test_on_a_slower_machine_it_is_told_by_the_others() -> None:
    slower = {folder: (tests, 2 * seconds) for folder, (tests, seconds) in BEFORE.items()}
    (line,) = grown(BEFORE, {**slower, "matching": (60, 20.0)})
    assert line.startswith("tests/matching takes 20 s, and not 16 s")


def test_the_table_is_read_as_it_was_written(tmp_path: Path) -> None:
    table = {"measured": BEFORE, "not measured": {"browser": (80, 120.5)}}
    write(tmp_path / "durations.csv", table)
    assert read(tmp_path / "durations.csv") == table
