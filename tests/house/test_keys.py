"""Letters whose links let somebody in: nothing of them is left to read once they have left."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from flask import Flask
from sqlalchemy import select

from matchmaker.base import outbox
from matchmaker.base.letter import Letter
from matchmaker.base.outbox import MessageState, OutboxMessage
from matchmaker.base.work import Work, WorkFactory
from matchmaker.introductions.service import send_notices
from matchmaker.post import claims
from tests.doors import works_of
from tests.house import given
from tests.house.town import make_town

LETTER = Letter(
    kind="accounts.sign_in",
    recipient="camille@example.org",
    recipient_name="Camille",
    locale="fr",
    subject="Votre lien",
    text="https://aide.example.org/sign-in/token",
    html="<p>https://aide.example.org/sign-in/token</p>",
    lasts=timedelta(days=1),
)

ENDS_LETTERS = {"digests.unsubscribe", "introductions.stop"}
"""What only ends letters to their reader."""

KEPT = {"digests.weekly": "organisers read it as it was sent, for eight weeks, without its keys"}


def ended(state: MessageState) -> Callable[[Work], None]:
    """A letter's end at the mail server."""

    def settle(work: Work) -> None:
        (message,) = claims.claim(work)
        work.session.flush()
        claims.settle(work, message, state)

    return settle


def died(work: Work) -> None:
    """The sender stops in the middle."""
    (message,) = claims.claim(work)
    claims.begin_sending(work, message)
    message.lease_until = work.now
    work.session.flush()
    claims.settle_expired(work)


def came_too_late(work: Work) -> None:
    """Nobody sends it in its time."""
    message = work.session.scalars(select(OutboxMessage)).one()
    message.not_after = work.now
    work.session.flush()
    claims.settle_expired(work)


def was_taken_back(work: Work) -> None:
    """Its reader wants it no more."""
    outbox.skip_waiting(work.session, recipient=LETTER.recipient, kind=LETTER.kind, now=work.now)


ENDS = [
    ended(MessageState.SENT),
    ended(MessageState.FAILED),
    ended(MessageState.UNKNOWN),
    ended(MessageState.SKIPPED),
    died,
    came_too_late,
    was_taken_back,
]


@pytest.mark.parametrize("end", ENDS)
@pytest.mark.parametrize("has_key", [True, False])
def test_a_key_is_gone_with_whatever_ends_its_letter(
    works: WorkFactory, end: Callable[[Work], None], has_key: bool
) -> None:
    with works.begin() as work:
        work.post(replace(LETTER, has_key=has_key))
    with works.begin() as work:
        message = work.session.scalars(select(OutboxMessage)).one()
        assert message.text == LETTER.text, "what waits has its words"
    with works.begin() as work:
        end(work)
    with works.begin() as work:
        message = work.session.scalars(select(OutboxMessage)).one()
        assert message.settled_at is not None
        left = (message.text, message.html)
        assert left == (("", "") if has_key else (LETTER.text, LETTER.html))
        assert message.subject == LETTER.subject


def test_every_letter_with_a_link_that_lets_somebody_in_says_so(settled: None, app: Flask) -> None:
    town = make_town(app)
    makes: list[given.Given] = [
        given.sign_in_link,
        given.new_account,
        given.new_address,
        given.sign_up,
        given.invited("zoe@example.org"),
        given.invited_to_relay("zoe@example.org"),
    ]
    send_notices(works_of(app))
    for make in (*makes, given.week):
        with works_of(app).begin() as work:
            make(work, town)
    doors = app.url_map.bind("localhost")
    seen = set()
    with works_of(app).begin() as work:
        for message in work.session.scalars(select(OutboxMessage)):
            paths = [urlsplit(url).path for url in re.findall(r"https?://\S+", message.text)]
            opened = {doors.match(path)[0] for path in paths if "token" in doors.match(path)[1]}
            if opened - ENDS_LETTERS and message.kind not in KEPT:
                seen.add(message.kind)
                assert message.has_key, message.kind
    assert len(seen) >= 5
