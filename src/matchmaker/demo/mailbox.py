"""The demonstration's mailbox: one file for each letter that was caught, named by its moment."""

import re
import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import default
from email.utils import parsedate_to_datetime
from pathlib import Path
from urllib.parse import urlsplit

RECIPIENT = "Delivered-To"
"""The header that the catcher puts first, so that a mailbox is searched without reading whole letters."""

HEAD = 600
"""Bytes in which that first line is found: an address has up to 254, and a letter may go to two."""

_NAME = re.compile(r"\d{8}T\d{12}-[0-9a-f]{8}")
_LINK = re.compile(r"https?://[^\s<>\"]+[^\s<>\".,;:!?)\]]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Caught:
    """A letter as it came; ``name`` is that of its file. ``sent`` is None when its date cannot be read."""

    name: str
    to: str
    subject: str
    sent: datetime | None
    text: str
    has_html: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A piece of a text; ``link`` is where it leads, or None for plain text."""

    text: str
    link: str | None


def keep(folder: Path, content: bytes, *, recipients: Iterable[str], now: datetime) -> str:
    """Write a letter into the mailbox and give its name; whoever reads at the same time sees all of it or nothing."""
    name = f"{now:%Y%m%dT%H%M%S%f}-{secrets.token_hex(4)}"
    addresses = ", ".join(address for address in recipients if address.isascii() and address.isprintable())
    written = folder / f"{name}.part"
    written.write_bytes(f"{RECIPIENT}: {addresses}\r\n".encode() + content)
    written.rename(folder / f"{name}.eml")
    return name


def names(folder: Path, *, to: str = "") -> Sequence[str]:
    """The letters whose recipient's address has ``to`` in it, newest first."""
    found = sorted((path.stem for path in folder.glob("*.eml") if _NAME.fullmatch(path.stem)), reverse=True)
    wanted = to.strip().lower()
    return [name for name in found if wanted in _recipient(folder, name)] if wanted else found


def read(folder: Path, name: str) -> Caught | None:
    """One letter, or None when there is none of that name."""
    letter = _parse(folder, name)
    if letter is None:
        return None
    return Caught(
        name=name,
        to=str(letter.get("To") or letter.get(RECIPIENT, "")),
        subject=str(letter.get("Subject", "")),
        sent=_moment(letter),
        text=_body(letter, "plain") or "",
        has_html=letter.get_body(("html",)) is not None,
    )


def html(folder: Path, name: str) -> str | None:
    """The HTML part of a letter, or None when there is no such letter or part."""
    letter = _parse(folder, name)
    return None if letter is None else _body(letter, "html")


def parts(text: str, *, host: str) -> tuple[Part, ...]:
    """A text cut at its addresses; only those on ``host`` (with its port) become links."""
    found: list[Part] = []
    end = 0
    for match in _LINK.finditer(text):
        if urlsplit(match[0]).netloc == host:
            found += [Part(text=text[end : match.start()], link=None), Part(text=match[0], link=match[0])]
            end = match.end()
    return (*found, Part(text=text[end:], link=None))


def _recipient(folder: Path, name: str) -> str:
    try:
        with (folder / f"{name}.eml").open("rb") as file:
            return file.read(HEAD).partition(b"\n")[0].decode(errors="replace").lower()
    except FileNotFoundError:
        return ""


def _parse(folder: Path, name: str) -> EmailMessage | None:
    if not _NAME.fullmatch(name):
        return None
    try:
        content = (folder / f"{name}.eml").read_bytes()
    except FileNotFoundError:
        return None
    return BytesParser(policy=default).parsebytes(content)


def _moment(letter: EmailMessage) -> datetime | None:
    try:
        moment = parsedate_to_datetime(str(letter.get("Date", "")))
    except ValueError:
        return None
    return moment if moment.tzinfo else None


def _body(letter: EmailMessage, subtype: str) -> str | None:
    body = letter.get_body((subtype,))
    if body is None:
        return None
    try:
        return str(body.get_content())
    except LookupError:  # a character set that Python does not know
        return ""
