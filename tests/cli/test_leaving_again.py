"""Whoever had left before an older copy of the database was put in its place leaves again."""

from pathlib import Path

import pytest
from sqlalchemy import Engine, select, text

from matchmaker.accounts import service as accounts
from matchmaker.accounts.models import Account
from matchmaker.base.acts import Act
from matchmaker.base.db import sqlite_file
from matchmaker.base.work import WorkFactory
from matchmaker.citizens import service as citizens
from matchmaker.citizens.models import Citizen, Consent
from matchmaker.cli.leaving_again import read_row
from matchmaker.groups import service as groups
from tests import builders
from tests.cli.command import Command

pytestmark = [pytest.mark.usefixtures("programs", "settled")]

RESTORE = ("db", "restore", "copy", "--yes")


def people(works: WorkFactory) -> set[str]:
    """The first names of accounts, and of profiles without one."""
    with works.begin() as work:
        known = work.session.scalars(select(Account.first_name)).all()
        return {*known, *filter(None, work.session.scalars(select(Citizen.own_first_name)))}


def test_who_has_left_since_the_copy_leaves_again(command: Command, live_works: WorkFactory) -> None:
    with live_works.begin() as work:
        world = builders.find_world(work.session)
        staff = builders.add_account(work, address="relais@example.org", first_name="Rita")
        relay = builders.add_relay(work, world.territory, members=[staff])
        person = builders.add_person(work, relay, staff, first_name="Marcel").id
        names = ("Nadia", "Omar", "Paul")
        ids = {
            name: builders.add_citizen(
                work, world.territory, first_name=name, address=f"{name.lower()}@example.org"
            ).id
            for name in names
        }
        lone = builders.add_account(work, address="quentin@example.org", first_name="Quentin").id
        gone_before = builders.add_account(work, address="zoe@example.org", first_name="Zoé").id
        accounts.delete_account(work, account_id=gone_before)
    command.run("db", "backup", "copy")
    with live_works.begin() as work:
        citizens.delete_profile(work, citizen_id=person)
        citizens.delete_profile(work, citizen_id=ids["Nadia"])
        accounts.delete_account(work, account_id=lone)
        citizens.withdraw_weekly_letter(work, citizen_id=ids["Omar"])
    with live_works.begin() as work:
        # On SQLite they get the number of who has left, and the copy knows nothing of them.
        builders.add_account(work, address="rose@example.org", first_name="Rose")
    assert people(live_works) == {"Rita", "Omar", "Paul", "Rose"}

    told = command.run(*RESTORE).stdout
    assert people(live_works) == {"Rita", "Omar", "Paul"}
    assert f"accounts:{lone}" in told
    assert f"citizens:{person}" in told
    with live_works.begin() as work:
        reads = {one.citizen_id for one in work.session.scalars(select(Consent)) if not one.withdrawn_at}
        assert ids["Paul"] in reads
        assert ids["Omar"] not in reads
        # That they left is on record, so that an older copy, put back next, has them leave as well.
        assert "profile.deleted" in work.session.scalars(select(Act.action)).all()
    assert "@" not in told
    assert "Nobody has left since" not in told
    command.run("db", "backup", "next")
    assert "Nobody has left since the copy was made." in command.run("db", "restore", "next", "--yes").stdout


def test_who_led_a_group_alone_then_is_told_and_leaves_once_somebody_else_leads(
    command: Command, live_works: WorkFactory
) -> None:
    with live_works.begin() as work:
        world = builders.find_world(work.session)
        lead = builders.add_account(work, address="lou@example.org", first_name="Lou")
        group = builders.add_group(work, world.challenge, lead=lead)
        group_id, lead_id = group.id, lead.id
    command.run("db", "backup", "copy")
    with live_works.begin() as work:
        groups.close_group(work, group_id=group_id, account_id=lead_id)
        groups.leave_group(work, group_id=group_id, account_id=lead_id)
        accounts.delete_account(work, account_id=lead_id)
    told = command.run(*RESTORE).stdout
    again = f"db forget accounts:{lead_id}"
    assert "Is still needed" in told
    assert f"'matchmaker {again}'" in told
    assert "Lou" in people(live_works)
    with live_works.begin() as work:
        groups.close_group(work, group_id=group_id, account_id=lead_id)
    assert command.try_to_run(*again.split()).returncode == 1, "it asks"
    assert "Has left again" in command.run(*again.split(), "--yes").stdout
    assert "Lou" not in people(live_works)


@pytest.mark.parametrize("cannot", ["old schema", "no settings"])
def test_what_restoring_cannot_do_yet_is_told_as_a_command(
    command: Command, live_works: WorkFactory, fresh_engine: Engine, cannot: str
) -> None:
    with live_works.begin() as work:
        lone = builders.add_account(work, first_name="Quentin").id
        head = work.session.scalar(text("SELECT version_num FROM alembic_version"))
    at = text("UPDATE alembic_version SET version_num = :version")
    with fresh_engine.begin() as connection:
        connection.execute(at, {"version": "0003" if cannot == "old schema" else head})
    command.run("db", "backup", "copy")
    with live_works.begin() as work:
        accounts.delete_account(work, account_id=lone)
    settings = {} if cannot == "old schema" else {"SECRET_KEY": None}
    told = command.run(*RESTORE, **settings).stdout
    again = f"db forget accounts:{lone}"
    assert f"'matchmaker {again}'" in told
    with fresh_engine.begin() as connection:
        connection.execute(at, {"version": head})
    assert "Quentin" in people(live_works)
    command.run(*again.split(), "--yes")
    assert "Quentin" not in people(live_works)


def test_nobody_leaves_by_the_numbers_of_another_database(
    command: Command, live_works: WorkFactory, fresh_engine: Engine
) -> None:
    with live_works.begin() as work:
        lone = builders.add_account(work, first_name="Quentin").id
    command.run("db", "backup", "copy")
    with live_works.begin() as work:
        accounts.delete_account(work, account_id=lone)
    with fresh_engine.begin() as connection:
        connection.execute(text("UPDATE territories SET created_at = '2020-01-01 00:00:00+00:00'"))
    assert "It is a copy of another database: nobody leaves it." in command.run(*RESTORE).stdout
    assert "Quentin" in people(live_works)


def test_where_the_database_is_lost_it_is_said_that_nothing_tells_who_had_left(
    command: Command, fresh_engine: Engine, tmp_path: Path
) -> None:
    command.run("db", "backup", "copy")
    file = sqlite_file(fresh_engine)
    fresh_engine.dispose()
    if file is None:
        with fresh_engine.begin() as connection:
            connection.execute(text("DROP TABLE acts"))
    else:
        for path in file.parent.glob(f"{file.name}*"):
            path.unlink()
    assert "nothing tells who" in command.run(*RESTORE).stdout


@pytest.mark.parametrize("row", ["accounts", "accounts:", "accounts:x", "needs:3", "12", "accounts:-1"])
def test_what_names_no_row_of_somebodys_is_refused(row: str) -> None:
    with pytest.raises(ValueError, match="as accounts:12"):
        read_row(row)
