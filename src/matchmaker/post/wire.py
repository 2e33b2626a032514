"""A letter as it goes over the wire: RFC 5322, in seven bits."""

from datetime import UTC, datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import EmailPolicy
from email.utils import format_datetime

from matchmaker.base.outbox import OutboxMessage


class WirePolicy(EmailPolicy):
    """How a letter is written for the wire: as RFC 5322 says, in seven bits, which every server takes.

    Python folds a List-Unsubscribe of more than 78 characters into an encoded word, which mail programs do not
    understand; so that header alone is never folded. The others must be: an encoded word is at most 75 characters long.
    """

    def fold_binary(self, name: str, value: str) -> bytes:
        """A header as it goes over the wire."""
        policy = _UNFOLDED if name.lower() == "list-unsubscribe" else self
        return EmailPolicy.fold_binary(policy, name, value)


# With a space before it, an encoded word then has the 75 characters that RFC 2047 allows.
WIRE_POLICY = WirePolicy(linesep="\r\n", cte_type="7bit", max_line_length=76)
_UNFOLDED = WIRE_POLICY.clone(max_line_length=998)


def to_wire(message: OutboxMessage, *, sender: str, sender_name: str, now: datetime) -> EmailMessage:
    """The message as RFC 5322 text with a plain and an HTML part, of the moment at which it leaves."""
    wire = EmailMessage(policy=WIRE_POLICY)
    domain = sender.rpartition("@")[2]
    wire["From"] = Address(_printable(sender_name), addr_spec=sender)
    wire["To"] = Address(_printable(message.recipient_name), addr_spec=message.recipient)
    wire["Subject"] = _printable(message.subject)
    wire["Date"] = format_datetime(now.astimezone(UTC))
    wire["Message-ID"] = f"<{message.message_key}@{domain}>"
    wire["Auto-Submitted"] = "auto-generated"
    if message.list_id:
        wire["List-Id"] = message.list_id
    if message.unsubscribe_url:
        wire["List-Unsubscribe"] = f"<{message.unsubscribe_url}>"
        wire["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    wire.set_content(message.text)
    wire.add_alternative(message.html, subtype="html")
    # Last, because setting the content drops every header that begins with "Content-".
    wire["Content-Language"] = message.locale
    return wire


def _printable(text: str) -> str:
    # A line break would end the header, and what follows it would be read as one of our own.
    return " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())
