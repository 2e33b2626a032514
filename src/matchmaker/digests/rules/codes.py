"""The short codes beside the needs of a letter on paper, which somebody types."""

from datetime import timedelta

ALPHABET = "23456789ABCDEFGHJKMNPQRTVWXYZ"
"""29 signs, none of which is easily read as another; a prime number, so that the check below finds every slip."""

LENGTH = 6
CODES = len(ALPHABET) ** (LENGTH - 1)
CODE_LASTS = timedelta(weeks=8)


class MistypedCode(ValueError):
    """The text is no code: a sign is wrong, missing, or in another's place."""


def code_of(number: int) -> str:
    """The code of a number from 0 to ``CODES`` - 1: five signs, then one that checks them.

    The places weigh 1 to 6, and a code's weighted sum is a multiple of the prime 29 (as that of an ISBN-10 is one of 11):
    any one wrong sign, and any two that changed places, give another sum.
    """
    signs = []
    for _ in range(LENGTH - 1):
        number, sign = divmod(number, len(ALPHABET))
        signs.append(sign)
    # 6 is the weight of the last place, and 5 its inverse modulo 29.
    check = -5 * _weighted(signs) % len(ALPHABET)
    return "".join(ALPHABET[sign] for sign in (*signs, check))


def read_code(text: str) -> str:
    """The code that somebody typed, in any case, with spaces or hyphens; raises MistypedCode."""
    code = "".join(sign for sign in text.upper() if not sign.isspace() and sign not in "-.·")
    if len(code) != LENGTH or not set(code) <= set(ALPHABET):
        raise MistypedCode(text)
    if _weighted([ALPHABET.index(sign) for sign in code]) % len(ALPHABET):
        raise MistypedCode(text)
    return code


def readable_code(code: str) -> str:
    """A code as it is printed: "K7M 2QY"."""
    return f"{code[:3]} {code[3:]}"


def _weighted(signs: list[int]) -> int:
    return sum(weight * sign for weight, sign in enumerate(signs, start=1))
