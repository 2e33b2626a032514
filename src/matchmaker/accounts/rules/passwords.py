"""Which passwords are guessed first: those that many people have, and those that say who somebody is."""

import enum
import gzip
import re
from collections.abc import Iterable
from functools import cache
from pathlib import Path

from matchmaker.base.text import fold

_COMMON = Path(__file__).parents[1] / "data/common_passwords.txt.gz"

_OURS = frozenset(
    {
        "matchmaker", "startupdeterritoire", "territoire", "monmotdepasse", "nouveaumotdepasse", "bienvenue",
        "jaimelafrance", "vivelafrance", "mercibeaucoup", "bonneannee", "joyeuxnoel", "jenesaispas",
    }
)  # fmt: skip
"""What people choose in France, and here, and the list lacks."""

_ROWS = (
    "azertyuiopqsdfghjklmwxcvbn",
    "qwertyuiopasdfghjklzxcvbnm",
    "qwertzuiopasdfghjklyxcvbnm",
    "abcdefghijklmnopqrstuvwxyz",
)
_DISGUISED = str.maketrans("013457@$!|", "oieastasil")

_SHORT_UNIT = 8
_FEW_SIGNS = 4
_ADDED = 6
"""How many signs beside a name or an address make a password of its own."""


class Weakness(enum.StrEnum):
    """Why a password is refused."""

    COMMON = "common"
    OWN = "own"


def weakness_of(password: str, *, about: Iterable[str] = ()) -> Weakness | None:
    """Why a password would be guessed among the first, or None.

    ``about`` is what others know of its owner: name and address. Digits and signs before and after a common word, and in
    the place of its letters, make it no better.
    """
    plain = _plain(password)
    if _says_who(plain, about):
        return Weakness.OWN
    return Weakness.COMMON if _is_common(plain) else None


def _plain(text: str) -> str:
    """Small letters without accents; other signs stay."""
    return "".join(fold(sign) or sign for sign in text.casefold())


def _says_who(password: str, about: Iterable[str]) -> bool:
    squeezed = _squeezed(password)
    known = set()
    for text in map(_plain, about):
        known |= {text, *re.split(r"[@+]", text)}
    names = {_squeezed(name) for name in known}
    return any(len(name) > 2 and name in squeezed and len(squeezed) - len(name) < _ADDED for name in names)


def _is_common(password: str) -> bool:
    repeated = re.fullmatch(r"(.+?)\1+", password)
    if repeated and len(repeated[1]) < _SHORT_UNIT:
        return True
    once = repeated[1] if repeated else password
    return len(set(once)) < _FEW_SIGNS or any(_is_guessed(one) for one in (once, once.translate(_DISGUISED)))


def _is_guessed(text: str) -> bool:
    core = re.sub(r"^[^a-z]+|[^a-z]+$", "", text)
    if len(core) < _FEW_SIGNS and not re.search(r"[^\W\d_]", text.replace(core, "", 1)):
        return True
    known = _common() | _OURS
    if text in known or core in known or _squeezed(core) in known:
        return True
    return any(core in row or core[::-1] in row for row in _ROWS)


def _squeezed(text: str) -> str:
    return re.sub(r"[\W_]+", "", text)


@cache
def _common() -> frozenset[str]:
    return frozenset(gzip.decompress(_COMMON.read_bytes()).decode().split())
