"""What comes back about a letter: delivery reports (RFC 3464), those in a server's own words, complaints (RFC 5965).

Pure: bytes in, frozen values out.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import Message
from email.parser import HeaderParser
from email.utils import parseaddr

from matchmaker.base.logs import without_addresses
from matchmaker.post.meanings import ENHANCED_CODE, Bounce, judge

LARGEST_REPORT = 1_000_000
DIAGNOSTIC_LENGTH = 300

# What mail.to_wire writes, and nothing else: who knows this number had our letter in hand.
_OUR_ID = re.compile(r"<([0-9a-f]{32})@[^<>@\s]+>")
# The same wherever it stands: in a field that quotes it, in a returned text, in a link to a log.
_OUR_ID_ANYWHERE = re.compile(r"(?<![0-9a-f])([0-9a-f]{32})@[a-z0-9]", re.IGNORECASE)
KEYS_AT_MOST = 5

_MAIL_SYSTEM = re.compile(
    r"(mailer|mail|mdaemon|delivery|bounce)[-_.]?(daemon|system|subsystem)?|postmaster", re.IGNORECASE
)
_COMPLAINTS = frozenset({"abuse", "fraud", "other"})
_FAILURE = re.compile(
    r"undeliver|(could|can)( ?not|n't) be delivered|(delivery|message|mail)\b.{0,40}\b(fail|return|abort|reject)"
    r"|failure notice|returned (mail|to sender)|permanent error|non (remis|distribu|delivr)"
    r"|(echec|échec).{0,30}(remise|livraison|distribution)|n'a (pas|pu) .{0,40}(remis|distribu|delivr|délivr)"
    r"|retour.{0,10}exp[eé]diteur",
    re.IGNORECASE | re.DOTALL,
)
_DELAY = re.compile(
    r"delayed|will (be retried|keep trying|continue)|temporar(y|ily) .{0,30}delay|retard[eé]|diff[eé]r[eé]",
    re.IGNORECASE,
)
_ORIGINAL = re.compile(
    r"^[-= ]*(original message|(this is a |below this line is a )?copy of|message original|forwarded message)"
    r"|^(return-path|received): ",
    re.IGNORECASE | re.MULTILINE,
)
_TAG = re.compile(r"<[^>]{0,2000}>")
_REPLY_CODE = re.compile(r"(?<![\d.])([45]\d\d)[ -]")


@dataclass(frozen=True, slots=True, kw_only=True)
class RecipientReport:
    """What a report says about one recipient. ``diagnostic`` holds no address."""

    addresses: frozenset[str]
    action: str
    bounce: Bounce | None
    diagnostic: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryReport:
    """A report about a letter with an id such as ours: one of ``message_keys`` finds its row, if it is one.

    A ``complaint`` says that its reader called it unwanted, and nothing of recipients.
    """

    message_keys: tuple[str, ...]
    recipients: tuple[RecipientReport, ...] = ()
    complaint: bool = False

    @property
    def message_key(self) -> str:
        """The id that is most likely ours."""
        return self.message_keys[0]

    def about(self, address: str) -> RecipientReport | None:
        """What it says about ``address``, or about somebody it does not name; None if it is about others."""
        for recipient in self.recipients:
            if not recipient.addresses or address.lower() in recipient.addresses:
                return recipient
        return None


def read_report(raw: bytes) -> DeliveryReport | None:
    """The report in the first megabyte of ``raw``, or None if it is none that names a letter such as ours.

    Nothing that anybody may send raises.
    """
    try:
        message = message_from_bytes(raw[:LARGEST_REPORT], policy=policy.compat32)
        return _read(message, raw[:LARGEST_REPORT])
    except (RecursionError, ValueError, LookupError, TypeError, AttributeError):
        # The parser takes nearly all; what it stumbles over (a thousand parts in each other, a charset that does
        # not exist) is no report of a mail server's.
        return None


def _read(message: Message, raw: bytes) -> DeliveryReport | None:
    parts = list(message.walk())
    keys = _keys(parts, raw)
    if not keys:
        return None
    feedback = next((part for part in parts if part.get_content_type() == "message/feedback-report"), None)
    if feedback is not None:
        return DeliveryReport(message_keys=keys, complaint=True) if _is_complaint(feedback) else None
    statuses = [part for part in parts if part.get_content_type() == "message/delivery-status"]
    # The first block is about the message; those with an action are about a recipient each.
    blocks = [block for status in statuses for block in _parts(status)] or list(_loose_blocks(raw))
    recipients = tuple(_recipient(block) for block in blocks if block["Action"])
    if recipients:
        return DeliveryReport(message_keys=keys, recipients=recipients)
    told = _in_its_own_words(message, parts)
    return DeliveryReport(message_keys=keys, recipients=(told,)) if told else None


def _keys(parts: list[Message], raw: bytes) -> tuple[str, ...]:
    """The ids such as ours that are named, that of the returned letter first."""
    named = list(filter(None, map(_our_key, parts)))
    for text in (raw.decode("latin-1"), *map(_text, parts)):
        named += [key.lower() for key in _OUR_ID_ANYWHERE.findall(text)]
    return tuple(dict.fromkeys(named))[:KEYS_AT_MOST]


def _is_complaint(feedback: Message) -> bool:
    blocks = _parts(feedback) or [HeaderParser(policy=policy.compat32).parsestr(_text(feedback))]
    return any(_line(block, "Feedback-Type").lower() in _COMPLAINTS for block in blocks)


def _loose_blocks(raw: bytes) -> Iterator[Message]:
    """The fields of a delivery status that stands in a report whose parts cannot be told apart."""
    for block in re.split(r"\r?\n[ \t]*\r?\n", raw.decode("latin-1")):
        if re.search(r"^(original|final)-recipient:", block, re.IGNORECASE | re.MULTILINE):
            yield HeaderParser(policy=policy.compat32).parsestr(block.lstrip())


def _in_its_own_words(message: Message, parts: list[Message]) -> RecipientReport | None:
    """What a mail system says in a text alone; None for a text of somebody's, as that they are on holiday."""
    failed = _line(message, "X-Failed-Recipients").lower()
    sender = parseaddr(_line(message, "From"))[1].partition("@")[0]
    if not failed and not _MAIL_SYSTEM.fullmatch(sender):
        return None
    said = _ORIGINAL.split("\n".join(map(_text, parts)), maxsplit=1)[0]
    subject = _line(message, "Subject")
    said = " ".join(said.split())
    code, reply = _code("", said), _REPLY_CODE.search(said)
    if code.startswith("4") or (_DELAY.search(f"{subject} {said}") and not ENHANCED_CODE.search(said)):
        return RecipientReport(addresses=frozenset(), action="delayed", bounce=None, diagnostic="")
    if not (_FAILURE.search(f"{subject} {said}") or failed):
        return None
    start = reply.start() if reply else 0
    return RecipientReport(
        addresses=frozenset(filter(None, (one.strip() for one in failed.split(",")))),
        action="failed",
        bounce=judge(code, said, reply=reply[1] if reply else ""),
        diagnostic=without_addresses(said[start:])[:DIAGNOSTIC_LENGTH],
    )


def _parts(message: Message) -> list[Message]:
    payload = message.get_payload()
    return [part for part in payload if isinstance(part, Message)] if isinstance(payload, list) else []


def _text(part: Message) -> str:
    """The words of a part that is a text, and nothing of any other."""
    if part.get_content_maintype() != "text" and part.get_content_type() != "message/feedback-report":
        return ""
    content = part.get_payload(decode=True)
    if not isinstance(content, bytes):
        return ""
    text = content.decode(part.get_content_charset() or "utf-8", errors="replace")
    return _TAG.sub(" ", text) if part.get_content_subtype() == "html" else text


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
    code, reply = _code(status, words), _REPLY_CODE.match(words)
    return RecipientReport(
        addresses=frozenset(_addresses(block)),
        action=action,
        bounce=judge(code, words, reply=reply[1] if reply else "") if action == "failed" else None,
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
