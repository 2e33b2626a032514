"""Signing in and out, opening accounts, changing them."""

from matchmaker.accounts.service.accounts import (
    change_account,
    close_if_unused,
    delete_account,
    find_account,
    find_by_token,
    find_suppressed,
    obstacles,
    open_account,
    resume_letters,
)
from matchmaker.accounts.service.addresses import (
    AddressTaken,
    change_address,
    check_address_link,
    request_address,
    use_address_link,
)
from matchmaker.accounts.service.forgetting import forget_strangers
from matchmaker.accounts.service.links import (
    AddressMismatch,
    LinkUnusable,
    check_link,
    enter_by_letter,
    forget_expired,
    post_sign_in_link,
    request_account,
    request_sign_in,
    use_link,
)
from matchmaker.accounts.service.passwords import (
    WeakPassword,
    WrongPassword,
    hashed_password,
    set_password,
    sign_in_by_password,
)
from matchmaker.accounts.service.sessions import SignedIn, end_session, find_session, is_fresh, start_session

__all__ = [
    "AddressMismatch",
    "AddressTaken",
    "LinkUnusable",
    "SignedIn",
    "WeakPassword",
    "WrongPassword",
    "change_account",
    "change_address",
    "check_address_link",
    "check_link",
    "close_if_unused",
    "delete_account",
    "end_session",
    "enter_by_letter",
    "find_account",
    "find_by_token",
    "find_session",
    "find_suppressed",
    "forget_expired",
    "forget_strangers",
    "hashed_password",
    "is_fresh",
    "obstacles",
    "open_account",
    "post_sign_in_link",
    "request_account",
    "request_address",
    "request_sign_in",
    "resume_letters",
    "set_password",
    "sign_in_by_password",
    "start_session",
    "use_address_link",
    "use_link",
]
