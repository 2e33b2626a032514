"""The link in a letter by which its reader answers one question, signed in or not."""

from sqlalchemy.orm import Session

from matchmaker.accounts.models import Account
from matchmaker.base.tokens import InvalidToken, Tokens
from matchmaker.introductions import queries
from matchmaker.introductions.models import Introduction
from matchmaker.introductions.service.actors import Actor, Stranger, actor_in

ANSWER = "introductions.answer"
"""The purpose of the token that answers."""


class TokenUnusable(Exception):
    """The token is forged, or its question was answered or has passed: ``introduction`` is it where it is known."""

    def __init__(self, introduction: Introduction | None = None) -> None:
        super().__init__()
        self.introduction = introduction


def answer_token(tokens: Tokens, introduction: Introduction, account: Account) -> str:
    """A token for the question that an introduction puts now, to be used by the account whose letter it is in."""
    return tokens.sign_bound(ANSWER, f"{introduction.id}-{account.id}", to=_question(introduction, account))


def find_by_token(session: Session, *, tokens: Tokens, token: str) -> tuple[Introduction, Actor]:
    """The introduction and the side that a token speaks for. Raises TokenUnusable.

    It is good for one question alone: once the introduction stands otherwise, or the account has no side in it any
    more, it opens nothing.
    """
    try:
        bound = tokens.read_bound(ANSWER, token)
    except InvalidToken as error:
        raise TokenUnusable from error
    introduction_id, _, account_id = bound.name.partition("-")
    introduction = queries.find_introduction(session, introduction_id=int(introduction_id))
    account = session.get(Account, int(account_id))
    if introduction is None or account is None:
        raise TokenUnusable
    try:
        actor = actor_in(session, introduction, account_id=account.id)
    except Stranger as error:
        raise TokenUnusable from error
    if not tokens.is_bound(bound, to=_question(introduction, account)):
        raise TokenUnusable(introduction)
    return introduction, actor


def _question(introduction: Introduction, account: Account) -> str:
    return f"{introduction.state} {introduction.since.isoformat()} {account.address}"
