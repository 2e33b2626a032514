"""A letter as it goes over the wire: RFC 5322, in seven bits."""

from datetime import UTC, datetime
from email.header import Header
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import EmailPolicy
from email.utils import format_datetime

from matchmaker.base.outbox import OutboxMessage


class WirePolicy(EmailPolicy):
    """How a letter is written for the wire: as RFC 5322 says, in seven bits, which every server takes.

    Python folds a List-Unsubscribe of more than 78 characters into an encoded word, which mail programs do not
    understand; so that header alone is never folded. The others must be: an encoded word is at most 75 characters long.
    Where it folds between an encoded word and a plain one it leaves two spaces, and it begins some subjects on a line of
    their own; its older ``Header``, which encodes all words or none, does neither.
    """

    def fold_binary(self, name: str, value: str) -> bytes:
        """A header as it goes over the wire."""
        if name.lower() == "subject":
            return self._written(name, self._words(name, value))
        addresses: tuple[Address, ...] = getattr(value, "addresses", ())
        if len(addresses) == 1 and not addresses[0].display_name.isascii():
            words, address = self._words(name, addresses[0].display_name), f"<{addresses[0].addr_spec}>"
            last = words.rpartition(self.linesep)[2]
            fits = len(f"{name}: {last} {address}") <= (self.max_line_length or 0)
            return self._written(name, f"{words}{'' if fits else self.linesep} {address}")
        policy = self if name.lower() != "list-unsubscribe" else _UNFOLDED
        return EmailPolicy.fold_binary(policy, name, value)

    def _words(self, name: str, text: str) -> str:
        charset = "us-ascii" if text.isascii() else "utf-8"
        return Header(text, charset, header_name=name, maxlinelen=self.max_line_length).encode(
            linesep=self.linesep
        )

    def _written(self, name: str, text: str) -> bytes:
        return f"{name}: {text}{self.linesep}".encode("ascii")


# With a space before it, an encoded word then has the 75 characters that RFC 2047 allows.
WIRE_POLICY = WirePolicy(linesep="\r\n", cte_type="7bit", max_line_length=76)
_UNFOLDED = WIRE_POLICY.clone(max_line_length=998)


def to_wire(
    message: OutboxMessage, *, sender: str, sender_name: str, now: datetime, reply_to: str | None = None
) -> EmailMessage:
    """The message as RFC 5322 text with a plain and an HTML part, of the moment at which it leaves."""
    wire = EmailMessage(policy=WIRE_POLICY)
    domain = sender.rpartition("@")[2]
    wire["From"] = Address(_printable(sender_name), addr_spec=sender)
    wire["To"] = Address(_printable(message.recipient_name), addr_spec=message.recipient)
    wire["Subject"] = _printable(message.subject)
    wire["Date"] = format_datetime(now.astimezone(UTC))
    wire["Message-ID"] = f"<{message.message_key}@{domain}>"
    wire["Auto-Submitted"] = "auto-generated"
    if reply_to:
        wire["Reply-To"] = Address(_printable(sender_name), addr_spec=reply_to)
    if message.list_id:
        wire["List-Id"] = message.list_id
        wire["List-Help"] = f"<mailto:{reply_to or sender}>"
        # Gmail tells a sender how many call which kind of letter unwanted, by this and the name at its end.
        wire["Feedback-ID"] = f"::{message.kind}:matchmaker"
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
