"""What a reader finds on a page, and in a letter."""

import re
from html import unescape
from urllib.parse import urlsplit

from sqlalchemy import select
from sqlalchemy.orm import Session

from matchmaker.base.outbox import OutboxMessage

_TAG = re.compile(r"<[^>]+>")


def words(html: str) -> str:
    """The text of a piece of HTML, without its marks."""
    return " ".join(unescape(_TAG.sub(" ", html)).split())


def error_beside(html: str, field: str) -> str:
    """What a page says is wrong beside the field of that id; "" if nothing."""
    found = re.search(rf'id="{re.escape(field)}-error">(.*?)</p>', html, re.DOTALL)
    return words(found[1]) if found else ""


def value_of(html: str, name: str) -> str:
    """What stands in a text field."""
    found = re.search(rf'<input(?=[^>]*\bname="{re.escape(name)}")[^>]*\bvalue="([^"]*)"', html)
    assert found is not None, name
    return unescape(found[1])


def chosen_of(html: str, name: str) -> str:
    """The value that is chosen in a list of choices."""
    found = re.search(rf'<select(?=[^>]*\bname="{re.escape(name)}").*?</select>', html, re.DOTALL)
    assert found is not None, name
    chosen = re.search(r'<option selected value="([^"]*)"', found[0])
    assert chosen is not None, found[0]
    return chosen[1]


def letters_to(session: Session, address: str) -> list[OutboxMessage]:
    """The letters on their way to an address, the oldest first."""
    return list(
        session.scalars(
            select(OutboxMessage).where(OutboxMessage.recipient == address).order_by(OutboxMessage.id)
        )
    )


def link_in(letter: OutboxMessage, start: str) -> str:
    """The path of the first address in a letter whose path begins with ``start``."""
    paths: list[str] = [urlsplit(url).path for url in re.findall(r"https?://\S+", letter.text)]
    return next(path for path in paths if path.startswith(start))
