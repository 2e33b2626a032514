"""Browsers that are signed in before anything is measured, and what is said of many times."""

from __future__ import annotations

from collections.abc import Sequence

from flask import Flask

from matchmaker.accounts.models import Account
from tests.doors import signed_in, site_of


def cookie_of(app: Flask, account_id: int) -> str:
    """The cookie of a browser in which an account is signed in."""
    with site_of(app).works.begin() as work:
        account = work.session.get_one(Account, account_id)
        work.session.expunge(account)
    cookie = signed_in(app, account).client.get_cookie("session")
    assert cookie is not None
    return cookie.value


def quantile(values: Sequence[float], part: float) -> float:
    """The smallest value that so great a part of the values does not exceed."""
    return sorted(values)[min(int(len(values) * part), len(values) - 1)]
