"""What names somebody in the words of others, and how it is taken out of them."""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, and_, inspect, select, true, update
from sqlalchemy.orm import InstrumentedAttribute, Session

LEFT_OUT = "…"
"""What stands for what was taken out."""

WORDS = 60
"""Characters of a name at most that are looked for; a longer one is nobody's."""

_TAG = re.compile(r"(<[^>]*>)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Naming:
    """By what somebody is named: their names, their addresses, their telephone numbers as they are kept, their words.

    ``words`` are phrases of their own that others may have been told.
    """

    names: Sequence[str] = ()
    addresses: Sequence[str] = ()
    telephones: Sequence[str] = ()
    words: Sequence[str] = ()

    def out_of(self, text: str) -> str:
        """``text`` without what names them, however it is written: in capitals, without accents, with spaces or points."""
        for pattern in self._patterns():
            text = pattern.sub(LEFT_OUT, text)
        return _without_numbers(text, self.telephones) if self.telephones else text

    def out_of_html(self, html: str) -> str:
        """The same of what a page shows; its tags stay as they are."""
        parts = _TAG.split(html)
        return "".join(part if part.startswith("<") else self.out_of(part) for part in parts)

    def _patterns(self) -> Iterable[re.Pattern[str]]:
        for address in self.addresses:
            yield re.compile(rf"(?<![\w.+-]){re.escape(address)}(?!\.?[\w-])", re.IGNORECASE)
        for phrase in sorted((*self.words, *self.names), key=len, reverse=True):
            yield re.compile(rf"(?<!\w){_spelled(phrase[:WORDS])}(?!\w)", re.IGNORECASE)


def _spelled(phrase: str) -> str:
    """A pattern of a phrase with or without its accents, with either apostrophe, over the ends of lines."""
    return r"\s+".join("".join(map(_letter, word)) for word in phrase.split())


def _letter(sign: str) -> str:
    if sign in "'’":
        return "(?:['’]|&#39;)"
    base = unicodedata.normalize("NFD", sign)[0]
    return re.escape(sign) if base == sign else f"[{re.escape(sign)}{re.escape(base)}]"


def _without_numbers(text: str, telephones: Iterable[str]) -> str:
    if not any(sign.isdigit() for sign in text):
        return text
    # As in the rules of citizens: loading it takes long, and few processes need it.
    import phonenumbers

    wanted = set(telephones)
    matcher = phonenumbers.PhoneNumberMatcher(
        text, "FR", leniency=phonenumbers.Leniency.POSSIBLE, max_tries=len(text)
    )
    form = phonenumbers.PhoneNumberFormat.E164
    found = [one for one in matcher if phonenumbers.format_number(one.number, form) in wanted]
    for one in reversed(found):
        text = text[: one.start] + LEFT_OUT + text[one.end :]
    return text


def take_out(
    session: Session,
    columns: Iterable[InstrumentedAttribute[Any]],
    naming: Naming,
    *,
    of: ColumnElement[bool] | None = None,
) -> None:
    """Take what names somebody out of columns of texts, in the rows ``of`` their table or in all of them."""
    for column in columns:
        keys = inspect(column.class_).primary_key
        rows = session.execute(
            select(*keys, column).where(column.is_not(None), true() if of is None else of)
        ).all()
        for *numbers, text in rows:
            left = naming.out_of(text)
            if left != text:
                row = and_(*(key == number for key, number in zip(keys, numbers, strict=True)))
                session.execute(update(column.class_).where(row).values({column: left}))
