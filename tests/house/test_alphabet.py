"""Names stand in the order of a dictionary, whatever database sorts them."""

import ast
from pathlib import Path

from sqlalchemy.orm import Session

import matchmaker
from matchmaker.base.text import alphabetical
from matchmaker.base.work import WorkFactory
from matchmaker.groups import queries as groups
from tests import builders
from tests.builders import World

SOURCE = Path(matchmaker.__file__).parent
NAMES = {"name", "first_name", "title", "title_fr", "title_en"}
BY_THE_DATABASE = {"VocabularySource"}
"""What is sorted to be the same each time, and is read by nobody."""


def test_no_name_is_sorted_by_a_database() -> None:
    found = []
    for path in SOURCE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "attr", "") == "order_by":
                found += [
                    f"{path.relative_to(SOURCE)}:{node.lineno}"
                    for key in node.args
                    for one in ast.walk(key)
                    if isinstance(one, ast.Attribute)
                    and one.attr in NAMES
                    and getattr(one.value, "id", "") not in BY_THE_DATABASE
                ]
    assert found == []


def test_the_order_is_that_of_a_dictionary() -> None:
    names = ["Zeste", "éclair", "Abeille", "œuf", "Ecluse", "L’Épicerie", "Éclair", "offre", "eclair"]
    assert sorted(names, key=alphabetical) == [
        "Abeille", "eclair", "Éclair", "éclair", "Ecluse", "L’Épicerie", "œuf", "offre", "Zeste",
    ]  # fmt: skip


def test_my_groups_are_in_it(world: World, works: WorkFactory, session: Session) -> None:
    with works.begin() as work:
        lead = builders.add_account(work)
        for name in ("Zeste", "Éclair", "abeille", "œuf", "Ma bouteille"):
            builders.add_group(work, world.challenge, name=name, lead=lead)
        number = lead.id
    mine = groups.groups_of(session, account_id=number)
    assert [group.name for group in mine] == ["abeille", "Éclair", "Ma bouteille", "œuf", "Zeste"]
