"""Addresses and passwords: what is accepted, and the one form in which an address is kept."""

import enum
from datetime import timedelta

from email_validator import EmailNotValidError, validate_email

from matchmaker.base.verbs import Verb

SESSION_LASTS = timedelta(days=30)
IDLE_LASTS = timedelta(days=14)
"""After how long without a page a browser is signed out: whoever comes for the weekly letter stays signed in."""
SEEN_EVERY = timedelta(days=1)
"""How exactly it is known when a browser was used last."""
LINK_LASTS = timedelta(hours=2)
FRESH_LASTS = timedelta(minutes=15)
"""How long a link that was followed just now stands in for the password, for who has forgotten or never had one."""
PASSWORD_LENGTH = (10, 200)
NAME_LENGTH = 60


class AccountVerb(Verb):
    """What is put on record of accounts."""

    LINK_ASKED = "account.link_asked"
    ASKED = "account.asked"
    OPENED = "account.opened"
    SIGNED_IN = "account.signed_in"
    SIGNED_OUT = "account.signed_out"
    BROWSERS_SIGNED_OUT = "account.browsers_signed_out"
    CHANGED = "account.changed"
    PASSWORD_SET = "account.password_set"  # noqa: S105
    ADDRESS_ASKED = "account.address_asked"
    ADDRESS_CHANGED = "account.address_changed"
    LETTERS_RESUMED = "account.letters_resumed"
    CLOSED = "account.closed"


class LinkPurpose(enum.StrEnum):
    """What a mailed link may be used for."""

    SIGN_IN = "sign_in"
    OPEN_ACCOUNT = "open_account"
    CHANGE_ADDRESS = "change_address"


class InvalidAddress(ValueError):
    """The text is not an e-mail address that a letter could be sent to."""


def canonical_address(text: str) -> str:
    """The one form in which an address is kept and compared: normalised and in lower case.

    No name server is asked. Raises InvalidAddress.
    """
    try:
        checked = validate_email(text.strip(), check_deliverability=False, allow_smtputf8=False, strict=True)
    except EmailNotValidError as error:
        raise InvalidAddress(str(error)) from error
    return (checked.ascii_email or checked.normalized).lower()
