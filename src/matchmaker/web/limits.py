"""How often somebody may do something: told with 429, and when to try again.

Tries are counted in a unit of work apart, so that a refused one counts as well.
"""

import math
from datetime import timedelta
from ipaddress import ip_address, ip_network

from flask import request, session
from werkzeug.exceptions import TooManyRequests

from matchmaker.base import limits
from matchmaker.web.site import begin_apart, now, site, visitor_id

ACTS, ACTS_PERIOD = 300, timedelta(minutes=10)
"""Forms of one account, whatever they do."""

LETTERS_FROM_HERE, LETTERS_TO_ONE, LETTERS_PERIOD = 5, 15, timedelta(hours=1)
"""Letters that one network, and all together, have us write to one address that may not be the visitor's own."""

LETTERS_OF_A_NETWORK, LETTERS_OF_ALL, LONG_PERIOD = 2_000, 10_000, timedelta(days=1)
"""Such letters to whomever. A hall of 1,400 people behind one address signs up in one evening; nobody does so for days."""

LOOKS, LOOKS_PERIOD = 1_000, timedelta(minutes=10)
"""Suggestions to one browser; to one network that keeps no cookie."""

PICTURE = 10
"""How many suggestions a picture counts for."""


def network() -> str:
    """The network that the request comes from: an address of IPv4, or the 64 bits that a household has of IPv6."""
    try:
        address = ip_address(request.remote_addr or "")
    except ValueError:
        return ""
    return f"{ip_network((address, 64), strict=False)}" if address.version == 6 else f"{address}"


def check_limit(purpose: str, subject: str, *, capacity: int, period: timedelta) -> None:
    """Answer 429, with the time to wait, when ``subject`` has used up its tries for ``purpose``."""
    with begin_apart() as work:
        wait = limits.take_or_wait(work, purpose=purpose, subject=subject, capacity=capacity, period=period)
    _refuse(wait)


def check_letter(address: str) -> None:
    """Answer 429 when too many letters went to a canonical address, from this network, or in all.

    For letters to an address of which nobody has proved that it is theirs, to whoever asks for them.
    """
    for purpose, subject, capacity, period in (
        ("letter_from", f"{address} {network()}", LETTERS_FROM_HERE, LETTERS_PERIOD),
        ("letter_to", address, LETTERS_TO_ONE, LETTERS_PERIOD),
        ("letters_of", network(), LETTERS_OF_A_NETWORK, LONG_PERIOD),
        ("letters", "", LETTERS_OF_ALL, LONG_PERIOD),
    ):
        check_limit(purpose, subject, capacity=capacity, period=period)


def check_look(cost: int = 1) -> None:
    """Answer 429 when a browser has asked too often for what is thought out anew each time. Nothing is written."""
    account, browser = visitor_id(), session.get("csrf_token")
    subject = f"account {account}" if account else f"browser {browser}" if browser else f"network {network()}"
    _refuse(site().looks.take_or_wait(subject, now=now(), cost=cost, capacity=LOOKS, period=LOOKS_PERIOD))


def limit_acts() -> None:
    """Answer 429 to an account that sends one form after the other, as no person does."""
    if request.method == "POST" and request.endpoint is not None and (account := visitor_id()) is not None:
        check_limit("acts", f"{account}", capacity=ACTS, period=ACTS_PERIOD)


def _refuse(wait: timedelta | None) -> None:
    if wait is not None:
        raise TooManyRequests(retry_after=max(1, math.ceil(wait.total_seconds())))
