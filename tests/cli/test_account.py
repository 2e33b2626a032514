"""``matchmaker account``: what an operator does for who cannot sign in any more."""

import pytest
from sqlalchemy import select

from matchmaker.accounts.models import Account
from matchmaker.base.outbox import OutboxMessage
from matchmaker.base.work import WorkFactory
from tests.builders import add_account
from tests.cli.command import Command

CHANGE = ("account", "change-address", "--from=Old@Example.org")


@pytest.fixture(autouse=True)
def _lou(live_works: WorkFactory) -> None:
    with live_works.begin() as work:
        add_account(work, address="old@example.org", first_name="Lou")
        add_account(work, address="taken@example.org", first_name="Mia")


def test_who_lost_the_old_mailbox_gets_another_address(command: Command, live_works: WorkFactory) -> None:
    assert command.run(*CHANGE, "--to=new@example.org").stdout.startswith("Lou signs in with the new address")
    with live_works.begin() as work:
        assert set(work.session.scalars(select(Account.address))) == {"new@example.org", "taken@example.org"}
        assert work.session.scalars(select(OutboxMessage.recipient)).all() == ["old@example.org"]


@pytest.mark.parametrize(
    ("options", "why"),
    [
        (["--to=taken@example.org"], "another account has the new address"),
        (["--to=nothing"], "@"),
        (["--from=nobody@example.org", "--to=new@example.org"], "no account has that address"),
    ],
)
def test_an_address_that_cannot_be_given_is_told_and_nothing_changes(
    command: Command, live_works: WorkFactory, options: list[str], why: str
) -> None:
    done = command.try_to_run(*CHANGE, *options)
    assert done.returncode == 1
    assert why in done.stderr
    with live_works.begin() as work:
        assert set(work.session.scalars(select(Account.address))) == {"old@example.org", "taken@example.org"}
