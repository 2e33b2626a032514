"""The migrations make the schema that the models describe, on both databases."""

import re
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic.operations import Operations
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Engine, String, inspect, text

import matchmaker
from matchmaker.base import migrate
from matchmaker.base.db import make_engine
from matchmaker.base.resources import folder
from tests import databases
from tests.cli.processes import PATIENCE


def test_an_empty_database_comes_to_the_newest_revision(empty_engine: Engine) -> None:
    told: list[str] = []

    migrate.upgrade(empty_engine, told.append)

    assert migrate.current_revision(empty_engine) == migrate.head_revision()
    assert told[0].startswith("0001 ")
    assert told[-1].startswith(f"{migrate.head_revision()} ")
    migrate.upgrade(empty_engine, told.append)
    assert len(told) == len(set(told)), "a second upgrade has nothing to do"


def test_the_migrations_make_what_the_models_say(fresh_engine: Engine) -> None:
    assert migrate.differences(fresh_engine) == []


def test_differences_names_what_a_database_lacks(fresh_engine: Engine) -> None:
    with fresh_engine.begin() as connection:
        connection.execute(text("DROP INDEX ix_communes_folded"))
        connection.execute(text("CREATE TABLE forgotten (id INTEGER PRIMARY KEY)"))

    found = migrate.differences(fresh_engine)

    assert sorted(found) == ["add_index: ix_communes_folded", "remove_table: forgotten"]


def test_differences_names_every_table_of_an_empty_database(empty_engine: Engine) -> None:
    found = migrate.differences(empty_engine)

    assert "add_table: accounts" in found
    assert len([line for line in found if line.startswith("add_table")]) == len(migrate.load_models().tables)


def test_differences_names_a_changed_column(fresh_engine: Engine) -> None:
    with fresh_engine.begin() as connection:
        operations = Operations(MigrationContext.configure(connection))
        with operations.batch_alter_table("accounts") as table:
            table.alter_column("first_name", existing_type=String(60), nullable=True)

    (found,) = migrate.differences(fresh_engine)

    assert found.startswith("modify_nullable: accounts, first_name")


def test_differences_names_a_lost_check(fresh_engine: Engine) -> None:
    if fresh_engine.dialect.name == "sqlite":
        edit = (
            "UPDATE sqlite_schema SET sql = replace(sql, 'ck_communes_population_not_negative', 'ck_other')"
        )
        statements = ["PRAGMA writable_schema=ON", edit, "PRAGMA writable_schema=RESET"]
    else:
        statements = ["ALTER TABLE communes DROP CONSTRAINT ck_communes_population_not_negative"]
    with fresh_engine.begin() as connection:
        for statement in statements:
            connection.execute(text(statement))

    assert "missing CHECK ck_communes_population_not_negative on communes" in migrate.differences(
        fresh_engine
    )


def test_processes_that_upgrade_at_once_wait_for_each_other(empty_engine: Engine) -> None:
    url = empty_engine.url.render_as_string(hide_password=False)
    together = threading.Barrier(4)
    failures: list[Exception] = []
    told: list[str] = []

    def upgrade() -> None:
        engine = make_engine(url)
        try:
            together.wait(PATIENCE)
            migrate.upgrade(engine, told.append)
        except Exception as error:
            failures.append(error)
        finally:
            engine.dispose()

    threads = [threading.Thread(target=upgrade, daemon=True) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE)

    assert failures == []
    assert len(told) == len(set(told)), "each revision is applied once"
    assert migrate.current_revision(empty_engine) == migrate.head_revision()


def test_a_failed_upgrade_leaves_nothing_behind(empty_engine: Engine) -> None:
    def stop(_: str) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        migrate.upgrade(empty_engine, stop)

    assert inspect(empty_engine).get_table_names() == []


def test_a_database_of_a_newer_version_is_left_alone(fresh_engine: Engine) -> None:
    with fresh_engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))

    with pytest.raises(migrate.SchemaError, match="9999"):
        migrate.upgrade(fresh_engine)


@pytest.fixture
def sqlite_engine(sqlite_template: databases.Template) -> Iterator[Engine]:
    """For what only SQLite needs: it has no way to change a table but to copy it without foreign keys."""
    with databases.copied(sqlite_template) as engine:
        yield engine


def test_sqlite_checks_foreign_keys_again_after_an_upgrade(sqlite_engine: Engine) -> None:
    migrate.upgrade(sqlite_engine)

    with sqlite_engine.connect() as connection:
        assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar() == 1


def test_rows_that_refer_to_nothing_stop_the_upgrade(sqlite_engine: Engine) -> None:
    with sqlite_engine.connect() as connection:
        driver = connection.connection.driver_connection
        assert driver is not None
        driver.execute("PRAGMA foreign_keys=OFF")
        driver.execute("INSERT INTO postal_codes (code, commune_code) VALUES ('26000', '26362')")
        driver.execute("PRAGMA foreign_keys=ON")

    with pytest.raises(migrate.SchemaError, match="postal_codes"):
        migrate.upgrade(sqlite_engine)


def test_a_revision_is_written_from_what_the_models_have_otherwise(
    fresh_engine: Engine, tmp_path: Path
) -> None:
    scripts = Path(shutil.copytree(folder("migrations"), tmp_path / "migrations"))
    number = f"{len(list((scripts / 'versions').glob('*.py'))) + 1:04d}"
    assert migrate.write_revision(fresh_engine, "Nothing", scripts) is None
    with fresh_engine.begin() as connection:
        connection.execute(text("DROP INDEX ix_communes_folded"))
        connection.execute(text("ALTER TABLE accounts DROP COLUMN created_at"))

    written = migrate.write_revision(fresh_engine, "Find communes again", scripts)

    assert written == scripts / f"versions/{number}_find_communes_again.py"
    script = written.read_text()
    assert f"revision = '{number}'" in script
    assert "create_index(" in script
    assert "ix_communes_folded" in script
    assert "sa.Column('created_at', sa.DateTime(timezone=True)" in script, "plain types only"


def test_every_table_is_found() -> None:
    package = Path(matchmaker.__file__).parent
    declared = {
        name
        for path in package.rglob("*.py")
        for name in re.findall(r'^\s+__tablename__ = "(\w+)"', path.read_text(encoding="utf-8"), re.MULTILINE)
    }

    assert declared
    # In a process of its own: here, other tests have imported most modules.
    program = "from matchmaker.base import migrate; print(*migrate.load_models().tables)"
    found = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout
    assert declared <= set(found.split()), "see migrate.TABLES_BELOW"
