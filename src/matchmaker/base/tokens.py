"""Signed texts for links, one purpose each, and keyed fingerprints of what must not be kept in clear."""

import hashlib
import hmac
from dataclasses import dataclass
from datetime import timedelta

from itsdangerous import BadSignature, SignatureExpired, URLSafeTimedSerializer


class InvalidToken(Exception):
    """The text was not signed here for this purpose."""


class ExpiredToken(InvalidToken):
    """The text was signed here for this purpose, too long ago."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bound:
    """A row's name as a token tells it, with the mark of what the row was about when it was signed."""

    purpose: str
    name: str
    mark: str


class Tokens:
    """Signs and reads with one installation's secret."""

    def __init__(self, secret: str) -> None:
        self._secret = secret

    def sign(self, purpose: str, payload: str) -> str:
        """A text for a URL that only ``read`` with the same ``purpose`` gives back."""
        return self._serializer(purpose).dumps(payload)

    def read(self, purpose: str, token: str, *, max_age: timedelta | None = None) -> str:
        """The payload of ``token``; raises InvalidToken, or ExpiredToken when it is older than ``max_age``."""
        try:
            payload = self._serializer(purpose).loads(
                token, max_age=None if max_age is None else int(max_age.total_seconds())
            )
        except SignatureExpired as error:
            raise ExpiredToken(purpose) from error
        except BadSignature as error:
            raise InvalidToken(purpose) from error
        if not isinstance(payload, str):
            raise InvalidToken(purpose)
        return payload

    def sign_bound(self, purpose: str, name: str, *, to: str) -> str:
        """A text for a URL that names a row, and is good only as long as the row is still about ``to``.

        SQLite gives the number of a deleted row to a later one, and an address may be written anew: an old letter
        must not open what it was not written for. ``name`` holds no full stop.
        """
        return self.sign(purpose, f"{name}.{self._mark(purpose, to)}")

    def read_bound(self, purpose: str, token: str) -> "Bound":
        """What ``sign_bound`` signed; raises InvalidToken. Ask ``is_bound`` once the row is known."""
        name, _, mark = self.read(purpose, token).partition(".")
        return Bound(purpose=purpose, name=name, mark=mark)

    def is_bound(self, bound: "Bound", *, to: str) -> bool:
        """Whether what was read was signed for ``to``."""
        return hmac.compare_digest(bound.mark, self._mark(bound.purpose, to))

    def fingerprint(self, purpose: str, text: str) -> str:
        """64 hexadecimal digits (HMAC-SHA256) that stand for ``text`` where the text itself must not be kept."""
        return hmac.new(self._secret.encode(), f"{purpose}\0{text}".encode(), hashlib.sha256).hexdigest()

    def _mark(self, purpose: str, to: str) -> str:
        return self.fingerprint(f"bound.{purpose}", to)[:16]

    def _serializer(self, purpose: str) -> URLSafeTimedSerializer:
        return URLSafeTimedSerializer(self._secret, salt=f"matchmaker.{purpose}")
