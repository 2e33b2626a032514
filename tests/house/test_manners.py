"""What no tool checks: one commit, short files, no clock of one's own in the rooms."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.checkout import ROOT

PACKAGE = ROOT / "src/matchmaker"
FILES = sorted(PACKAGE.rglob("*.py"))


def names(path: Path) -> str:
    """The file's name in the package."""
    return str(path.relative_to(PACKAGE))


def calls(path: Path) -> Iterator[tuple[str, ast.Call]]:
    """The dotted end of what is called, and the call."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call):
            called = node.func
            if isinstance(called, ast.Attribute):
                owner = called.value
                left = owner.id if isinstance(owner, ast.Name) else getattr(owner, "attr", "")
                yield f"{left}.{called.attr}", node
            elif isinstance(called, ast.Name):
                yield called.id, node


def test_the_unit_of_work_alone_commits() -> None:
    found = [names(path) for path in FILES for name, _ in calls(path) if name.endswith(".commit")]
    assert found == ["base/work.py"]


OWN_WORDS = {
    "base/db.py": "as_if_second itself",
    "citizens/service/profiles.py": "a move to where the account has a profile is refused, whoever was first",
    "digests/service/drafting.py": "a draft that was overtaken is drawn anew, without what is gone",
    "digests/service/edits.py": "a line has one edit, whoever was first",
    "digests/service/runs.py": "a week is asked for once, whoever was first",
    "digests/service/writing.py": "a run that was overtaken is done by who overtook it",
    "introductions/service/thread.py": "a side thanks once, whoever was first",
    "vocabulary/service/verdicts.py": "a territory has one verdict about two phrases, whoever was first",
    "web/answers.py": "what a form names was removed meanwhile, and is missing as for who comes second",
}
"""Where an error of the database is told in words, and why the second hears them too who comes an hour later."""


def test_who_is_overtaken_is_answered_as_who_comes_second() -> None:
    found = {names(path) for path in FILES if "IntegrityError" in path.read_text(encoding="utf-8")}
    assert found == OWN_WORDS.keys(), "others go by db.as_if_second"


def test_time_enters_at_the_doors_alone() -> None:
    clocks = {"datetime.now", "datetime.utcnow", "date.today", "datetime.today", "time.time"}
    found = {names(path) for path in FILES for name, _ in calls(path) if name in clocks}
    assert found <= {"base/work.py", "scheduler.py"}


def test_nothing_of_the_requests_host_makes_an_address() -> None:
    for path in FILES:
        for name, call in calls(path):
            external = [keyword for keyword in call.keywords if keyword.arg == "_external"]
            assert not (name == "url_for" and external), names(path)


def test_what_is_not_there_is_told_in_one_place() -> None:
    aborted = [
        names(path)
        for path in FILES
        for name, call in calls(path)
        if name.endswith("abort") and any(ast.unparse(one) == "404" for one in call.args)
    ]
    assert aborted == []


@pytest.mark.parametrize("path", FILES, ids=names)
def test_a_file_is_short_and_so_are_its_functions_and_it_is_not_a_drawer(path: Path) -> None:
    assert path.stem not in {"utils", "util", "helpers", "common", "misc", "manager"}
    text = path.read_text(encoding="utf-8")
    assert len(text.splitlines()) <= 300
    long = {
        node.name
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (node.end_lineno or 0) - node.lineno >= 50
    }
    assert not long
