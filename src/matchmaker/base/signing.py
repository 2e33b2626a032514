"""DKIM: the signature by which a receiver knows that the sender's domain sent a letter, and sent it as it came."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import dkim
from dkim.asn1 import ASN1FormatError
from dkim.crypto import UnparsableKeyError, parse_pem_private_key

FEWEST_BITS = 1024
"""RFC 8301: a receiver takes a signature by fewer bits for none."""
BETTER_BITS = 2048

# All that is in a letter once. Those of the second line are signed once more than they are there, so that
# nobody on the way can add one: a second sender, or another way to unsubscribe.
_SIGNED = (
    *(b"auto-submitted", b"content-language", b"feedback-id", b"list-help", b"list-id", b"mime-version"),
    *2 * (b"from", b"reply-to", b"to", b"subject", b"date", b"message-id", b"content-type"),
    *2 * (b"list-unsubscribe", b"list-unsubscribe-post"),
)

# What the library raises besides its own errors for bytes that are no key.
_ODD = (AssertionError, LookupError, TypeError, ValueError)


class KeyUnusable(ValueError):
    """The file holds no key that letters can be signed with; ``str()`` says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SigningKey:
    """A private RSA key, with the number that its public half in the DNS must have too."""

    pem: bytes = field(repr=False)
    modulus: int = field(repr=False)

    @property
    def bits(self) -> int:
        """How long the key is."""
        return self.modulus.bit_length()


@dataclass(frozen=True, slots=True, kw_only=True)
class Signer:
    """Signs as ``domain``, whose public key is at ``selector``."""

    key: SigningKey
    domain: str
    selector: str

    @property
    def record(self) -> str:
        """The name in the DNS under which the public key stands."""
        return f"{self.selector}._domainkey.{self.domain}"

    def sign(self, wire: bytes) -> bytes:
        """``wire`` with its signature before it; not a byte of it may change afterwards."""
        # The library reads the key for each letter, which is a small part of what the signature costs.
        signature: bytes = dkim.DKIM(wire).sign(
            self.selector.encode(),
            self.domain.encode(),
            self.key.pem,
            canonicalize=(b"relaxed", b"relaxed"),
            include_headers=_SIGNED,
        )
        return signature + wire


def read_key(path: Path) -> SigningKey:
    """The private key in a PEM file; raises KeyUnusable."""
    try:
        pem = path.read_bytes().replace(b"\r\n", b"\n")
    except OSError as error:
        raise KeyUnusable(f"cannot be read: {error.strerror}") from error
    if not re.search(rb"-----BEGIN (RSA )?PRIVATE KEY-----\n", pem):
        raise KeyUnusable("holds no private RSA key in PEM")
    try:
        parts: Mapping[str, int] = parse_pem_private_key(pem)
        key = SigningKey(pem=pem, modulus=parts["modulus"])
    except (UnparsableKeyError, ASN1FormatError, *_ODD) as error:
        raise KeyUnusable("holds no private RSA key in PEM") from error
    if key.bits < FEWEST_BITS:
        raise KeyUnusable(f"has {key.bits} bits, and receivers want {FEWEST_BITS} at least")
    return key


def public_modulus(record: str) -> int | None:
    """The number in the public RSA key of a DKIM record in the DNS, or None if there is none in it."""
    try:
        public, _, kind, _ = dkim.evaluate_pk("the record", record)
    except (dkim.DKIMException, NameError, AttributeError, *_ODD):
        # A record of another kind (NameError: of one for which the library lacks another library) is none of ours.
        return None
    modulus: int | None = public["modulus"] if kind == b"rsa" else None
    return modulus
