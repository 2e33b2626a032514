"""The doors of accounts."""

from matchmaker.accounts.views.address import address, address_link
from matchmaker.accounts.views.blueprint import blueprint
from matchmaker.accounts.views.browsers import browsers
from matchmaker.accounts.views.settings import data, delete, letters, settings
from matchmaker.accounts.views.sign_in import (
    language,
    load_visitor,
    new,
    open_link,
    sign_in,
    sign_in_link,
    sign_out,
)

__all__ = [
    "address",
    "address_link",
    "blueprint",
    "browsers",
    "data",
    "delete",
    "language",
    "letters",
    "load_visitor",
    "new",
    "open_link",
    "settings",
    "sign_in",
    "sign_in_link",
    "sign_out",
]
