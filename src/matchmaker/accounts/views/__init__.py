"""The doors of accounts."""

from matchmaker.accounts.views.blueprint import blueprint
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
    "blueprint",
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
