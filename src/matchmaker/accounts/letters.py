"""The letters about signing in."""

from matchmaker.accounts.rules import LINK_LASTS
from matchmaker.base.i18n import mark
from matchmaker.base.letter import Letter, LetterRenderer


def sign_in_link(renderer: LetterRenderer, *, address: str, first_name: str, locale: str, url: str) -> Letter:
    """A link that signs its reader in, once."""
    return renderer.compose(
        "accounts/letters/sign_in",
        recipient=address,
        recipient_name=first_name,
        locale=locale,
        subject=mark("Your link to sign in"),
        asked_for=True,
        has_key=True,
        lasts=LINK_LASTS,
        url=url,
    )


def open_account_link(renderer: LetterRenderer, *, address: str, locale: str, url: str) -> Letter:
    """A link that confirms an address and opens its account. It has no word of whoever typed the address."""
    return renderer.compose(
        "accounts/letters/open_account",
        recipient=address,
        recipient_name="",
        locale=locale,
        subject=mark("Confirm your address"),
        asked_for=True,
        has_key=True,
        lasts=LINK_LASTS,
        url=url,
    )


def no_account(renderer: LetterRenderer, *, address: str, locale: str, url: str) -> Letter:
    """Tells somebody who asked to sign in that this address has no account."""
    return renderer.compose(
        "accounts/letters/no_account",
        recipient=address,
        recipient_name="",
        locale=locale,
        subject=mark("No account with this address yet"),
        asked_for=True,
        lasts=LINK_LASTS,
        url=url,
    )


def password_changed(
    renderer: LetterRenderer, *, address: str, first_name: str, locale: str, url: str
) -> Letter:
    """Tells the owner of an account that it has another password; ``url`` is where to ask for a link."""
    return renderer.compose(
        "accounts/letters/password_changed",
        recipient=address,
        recipient_name=first_name,
        locale=locale,
        subject=mark("Your password has changed"),
        asked_for=True,
        url=url,
    )


def change_address(renderer: LetterRenderer, *, address: str, locale: str, url: str) -> Letter:
    """A link that gives an account this address. It names nobody: the address may be a stranger's."""
    return renderer.compose(
        "accounts/letters/change_address",
        recipient=address,
        recipient_name="",
        locale=locale,
        subject=mark("Confirm your new address"),
        asked_for=True,
        has_key=True,
        lasts=LINK_LASTS,
        url=url,
    )


def address_taken(renderer: LetterRenderer, *, address: str, first_name: str, locale: str) -> Letter:
    """Tells the owner of an account that their address was asked for by another one, which does not get it."""
    return renderer.compose(
        "accounts/letters/address_taken",
        recipient=address,
        recipient_name=first_name,
        locale=locale,
        subject=mark("This address has an account already"),
        asked_for=True,
        lasts=LINK_LASTS,
    )


def address_changed(renderer: LetterRenderer, *, address: str, first_name: str, locale: str) -> Letter:
    """Tells the address that an account had that it has another one by now."""
    return renderer.compose(
        "accounts/letters/address_changed",
        recipient=address,
        recipient_name=first_name,
        locale=locale,
        subject=mark("Your account has another address"),
        asked_for=True,
    )
