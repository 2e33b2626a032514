"""``matchmaker account``: what an operator does for the owner of an account."""

import click

from matchmaker.accounts import service as accounts
from matchmaker.accounts.rules import InvalidAddress, canonical_address
from matchmaker.cli import site


@click.group()
def account() -> None:
    """Accounts of people who cannot help themselves."""


@account.command("change-address")
@click.option("--from", "before", required=True, help="The address that the account has.")
@click.option("--to", "after", required=True, help="Its new address. Be sure that it is its owner's.")
def change_address(before: str, after: str) -> None:
    """Give an account another address, for who lost the old mailbox and can no longer sign in. The old one is told."""
    try:
        old, new = canonical_address(before), canonical_address(after)
    except InvalidAddress as error:
        raise click.ClickException(str(error)) from error
    with site().works.begin() as work:
        found = accounts.find_account(work.session, address=old)
        if found is None:
            raise click.ClickException("no account has that address")
        try:
            accounts.change_address(work, account_id=found.id, address=new)
        except accounts.AddressTaken as error:
            raise click.ClickException("another account has the new address") from error
        first_name = found.first_name
    click.echo(f"{first_name} signs in with the new address; all their browsers are signed out.")
