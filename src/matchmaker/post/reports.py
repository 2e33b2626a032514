"""What a refusal says about a recipient, and what a delivery report (RFC 3464) says about a letter.

Pure: bytes and codes in, frozen values out.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import Message
from email.parser import HeaderParser

from matchmaker.base.logs import without_addresses
from matchmaker.post.meanings import ENHANCED_CODE, Bounce, judge

__all__ = [
    "DIAGNOSTIC_LENGTH",
    "LARGEST_REPORT",
    "Bounce",
    "DeliveryReport",
    "RecipientReport",
    "judge",
    "read_report",
]

LARGEST_REPORT = 1_000_000
DIAGNOSTIC_LENGTH = 300

# What mail.to_wire writes, and nothing else: who knows this number had our letter in hand.
_OUR_ID = re.compile(r"<([0-9a-f]{32})@[^<>@\s]+>")


@dataclass(frozen=True, slots=True, kw_only=True)
class RecipientReport:
    """What a report says about one recipient. ``diagnostic`` holds no address."""

    addresses: frozenset[str]
    action: str
    bounce: Bounce | None
    diagnostic: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryReport:
    """A delivery report about a letter with an id such as ours: ``message_key`` finds its row, if it is one."""

    message_key: str
    recipients: tuple[RecipientReport, ...]

    def about(self, address: str) -> RecipientReport | None:
        """What it says about ``address``, or about somebody it does not name; None if it is about others."""
        for recipient in self.recipients:
            if not recipient.addresses or address.lower() in recipient.addresses:
                return recipient
        return None


def read_report(raw: bytes) -> DeliveryReport | None:
    """The delivery report in the first megabyte of ``raw``, or None if it is none that names a letter such as ours.

    Nothing that anybody may send raises.
    """
    try:
        message = message_from_bytes(raw[:LARGEST_REPORT], policy=policy.compat32)
        if message.get_content_type() != "multipart/report" or not message.is_multipart():
            return None
        parts = _parts(message)
        status = next((part for part in parts if part.get_content_type() == "message/delivery-status"), None)
        key = next(filter(None, map(_our_key, parts)), None)
        if status is None or key is None:
            return None
        # The first block is about the message; those with an action are about a recipient each.
        recipients = tuple(_recipient(block) for block in _parts(status) if block["Action"])
    except (RecursionError, ValueError, LookupError, TypeError, AttributeError):
        # The parser takes nearly all; what it stumbles over (a thousand parts in each other, a charset that does
        # not exist) is no report of a mail server's.
        return None
    return DeliveryReport(message_key=key, recipients=recipients)


def _parts(message: Message) -> list[Message]:
    payload = message.get_payload()
    return [part for part in payload if isinstance(part, Message)] if isinstance(payload, list) else []


def _our_key(part: Message) -> str | None:
    kind = part.get_content_type()
    if kind == "message/rfc822":
        original = next(iter(_parts(part)), None)
    elif kind == "text/rfc822-headers":
        content = part.get_payload(decode=True)
        text = content.decode("latin-1") if isinstance(content, bytes) else ""
        original = HeaderParser(policy=policy.compat32).parsestr(text)
    else:
        return None
    found = _OUR_ID.search(str(original["Message-ID"])) if original is not None else None
    return found[1] if found else None


def _recipient(block: Message) -> RecipientReport:
    # What stands before the semicolon is the kind of the words: nearly always "smtp".
    status, words = _line(block, "Status"), _line(block, "Diagnostic-Code").partition(";")[2].strip()
    action = _line(block, "Action").partition(" ")[0].lower()
    code = _code(status, words)
    return RecipientReport(
        addresses=frozenset(_addresses(block)),
        action=action,
        bounce=judge(code) if action == "failed" else None,
        diagnostic=without_addresses(words if code in words else f"{code} {words}")[:DIAGNOSTIC_LENGTH],
    )


def _code(status: str, words: str) -> str:
    """The status code that says most: some servers (Exim) report 5.0.0 and leave the code to the answer they got."""
    found = [match[0] for match in map(ENHANCED_CODE.search, (status, words)) if match]
    return next((code for code in found if not code.endswith(".0.0")), found[0] if found else "5.0.0")


def _addresses(block: Message) -> Iterator[str]:
    # What the sender had written, where it is given, and where the letter was sent on to.
    for name in ("Original-Recipient", "Final-Recipient"):
        address = _line(block, name).rpartition(";")[2].strip().strip("<>").lower()
        if address:
            yield address


def _line(block: Message, name: str) -> str:
    value = block[name]
    text = "" if value is None else str(value)
    return " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())
