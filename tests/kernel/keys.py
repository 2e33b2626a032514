"""RSA keys as files and as records in the DNS, the same each time."""

import base64
import random
from dataclasses import dataclass
from functools import cache

RSA = bytes.fromhex("06092a864886f70d0101010500")
"""The DER of the object identifier rsaEncryption, with its empty parameter."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TestKey:
    """A private key in both forms of PEM, and its public half as a DKIM record."""

    pem: bytes
    pkcs1: bytes
    record: str


@cache
def make_key(bits: int = 1024, *, seed: int = 1) -> TestKey:
    """An RSA key of ``bits``. It protects nothing: whoever knows the seed has it."""
    numbers = random.Random(seed * bits)
    while True:
        p, q = _prime(numbers, bits // 2), _prime(numbers, bits // 2)
        if p != q and (p - 1) * (q - 1) % 65537:
            break
    n, e = p * q, 65537
    d = pow(e, -1, (p - 1) * (q - 1))
    private = _sequence(*map(_integer, (0, n, e, d, p, q, d % (p - 1), d % (q - 1), pow(q, -1, p))))
    public = _sequence(_sequence(RSA), _tagged(0x03, b"\0" + _sequence(_integer(n), _integer(e))))
    wrapped = _sequence(_integer(0), _sequence(RSA), _tagged(0x04, private))
    return TestKey(
        pem=_pem("PRIVATE KEY", wrapped),
        pkcs1=_pem("RSA PRIVATE KEY", private),
        record=f"v=DKIM1; k=rsa; p={base64.b64encode(public).decode()}",
    )


def _prime(numbers: random.Random, bits: int) -> int:
    while True:
        # The two highest bits, so that the product of two has all its bits.
        candidate = numbers.getrandbits(bits) | 3 << (bits - 2) | 1
        if all(pow(base, candidate - 1, candidate) == 1 for base in (2, 3, 5, 7)):
            return candidate


def _tagged(tag: int, content: bytes) -> bytes:
    size = len(content)
    width = (size.bit_length() + 7) // 8
    length = bytes([size]) if size < 128 else bytes([0x80 | width]) + size.to_bytes(width, "big")
    return bytes([tag]) + length + content


def _sequence(*parts: bytes) -> bytes:
    return _tagged(0x30, b"".join(parts))


def _integer(number: int) -> bytes:
    return _tagged(0x02, number.to_bytes(number.bit_length() // 8 + 1, "big"))


def _pem(label: str, content: bytes) -> bytes:
    lines = base64.encodebytes(content).decode()
    return f"-----BEGIN {label}-----\n{lines}-----END {label}-----\n".encode()
