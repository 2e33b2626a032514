"""Signed texts: one purpose each, one installation's secret, an age."""

from datetime import datetime, timedelta

import pytest
import time_machine
from itsdangerous import URLSafeTimedSerializer

from matchmaker.base.tokens import ExpiredToken, InvalidToken, Tokens
from tests.builders import NOW

TOKENS = Tokens("a secret that is long enough for the tests")


def test_what_was_signed_comes_back() -> None:
    assert TOKENS.read("link", TOKENS.sign("link", "42 é")) == "42 é"


@pytest.mark.parametrize("token", ["", "x", "a.b.c", "é", "\0", "x" * 10_000])
def test_what_was_not_signed_is_refused(token: str) -> None:
    with pytest.raises(InvalidToken):
        TOKENS.read("link", token)


def test_another_purpose_does_not_open_it() -> None:
    with pytest.raises(InvalidToken):
        TOKENS.read("unsubscribe", TOKENS.sign("link", "42"))


def test_another_secret_does_not_open_it() -> None:
    with pytest.raises(InvalidToken):
        Tokens("another secret that is long enough, too").read("link", TOKENS.sign("link", "42"))


def test_what_is_no_text_is_refused() -> None:
    serializer = URLSafeTimedSerializer("a secret that is long enough for the tests", salt="matchmaker.link")
    with pytest.raises(InvalidToken):
        TOKENS.read("link", serializer.dumps(["42"]))


def test_a_changed_payload_is_refused() -> None:
    payload, rest = TOKENS.sign("link", "42").split(".", 1)
    other = Tokens("x").sign("link", "43").split(".", 1)[0]
    assert other != payload
    with pytest.raises(InvalidToken):
        TOKENS.read("link", f"{other}.{rest}")


@pytest.mark.parametrize(
    ("after", "good"), [(timedelta(hours=1), True), (timedelta(hours=2, seconds=1), False)]
)
def test_an_old_one_is_told_apart_from_a_forged_one(after: timedelta, good: bool) -> None:
    def at(moment: datetime) -> time_machine.travel:
        return time_machine.travel(moment, tick=False)

    with at(NOW):
        token = TOKENS.sign("link", "42")
    with at(NOW + after):
        if good:
            assert TOKENS.read("link", token, max_age=timedelta(hours=2)) == "42"
        else:
            with pytest.raises(ExpiredToken):
                TOKENS.read("link", token, max_age=timedelta(hours=2))


def test_a_fingerprint_is_the_same_each_time_and_tells_nothing() -> None:
    print_ = TOKENS.fingerprint("limit", "amina@example.org")
    assert print_ == TOKENS.fingerprint("limit", "amina@example.org")
    assert len(print_) == 64
    assert "amina" not in print_


def test_fingerprints_of_other_purposes_texts_and_secrets_differ() -> None:
    prints = {
        TOKENS.fingerprint("limit", "amina@example.org"),
        TOKENS.fingerprint("letter", "amina@example.org"),
        TOKENS.fingerprint("limit", "amina@example.com"),
        Tokens("another secret that is long enough, too").fingerprint("limit", "amina@example.org"),
    }
    assert len(prints) == 4


def test_a_bound_token_is_good_for_what_it_was_signed_for_and_no_other() -> None:
    bound = TOKENS.read_bound("link", TOKENS.sign_bound("link", "42", to="camille@example.org"))
    assert bound.name == "42"
    assert TOKENS.is_bound(bound, to="camille@example.org")
    assert not TOKENS.is_bound(bound, to="bruno@example.org")
    elsewhere = Tokens("another secret that is long enough, too")
    assert not elsewhere.is_bound(bound, to="camille@example.org")
    unbound = TOKENS.read_bound("link", TOKENS.sign("link", "42"))
    assert not TOKENS.is_bound(unbound, to="camille@example.org")
