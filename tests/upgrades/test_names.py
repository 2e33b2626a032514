"""What becomes of names that people take for one, which earlier versions let stand beside each other."""

from sqlalchemy import Engine, text

from matchmaker.base import migrate
from tests.upgrades import dumps


def test_the_first_keeps_its_name_and_the_others_get_a_number(empty_engine: Engine) -> None:
    dump = dumps.read("0.1.0")
    migrate.upgrade(empty_engine, to=dump.revision)
    long = "É" * 80
    names = ["L'Épicerie", "l'épicerie", "L’Epicerie", "l'épicerie (2)", long, long.lower()]
    with empty_engine.begin() as connection:
        dumps.load(connection, dump)
        row = dict(dump.tables["startup_groups"][0])
        for number, name in enumerate(names):
            copy = {**row, "id": 1000 + number, "name": name}
            columns = ", ".join(copy)
            values = ", ".join(f":{column}" for column in copy)
            connection.execute(text(f"INSERT INTO startup_groups ({columns}) VALUES ({values})"), copy)  # noqa: S608

    migrate.upgrade(empty_engine)

    with empty_engine.connect() as connection:
        found = connection.execute(text("SELECT name FROM startup_groups WHERE id >= 1000 ORDER BY id"))
        assert found.scalars().all() == [
            "L'Épicerie",
            "l'épicerie (3)",
            "L’Epicerie (4)",
            "l'épicerie (2)",
            long,
            "é" * 76 + " (2)",
        ]
