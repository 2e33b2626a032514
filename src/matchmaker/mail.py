"""Letters as values, and the outbox: the table in which a letter waits, queued with its cause.

A service renders a letter and queues it in its own transaction; ``delivery`` hands it to the mail server later. So a
letter exists if and only if its cause was committed.
"""

import enum
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import EmailPolicy
from email.utils import format_datetime

import css_inline
from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from sqlalchemy import (
    CheckConstraint,
    ColumnElement,
    Index,
    String,
    Text,
    UniqueConstraint,
    and_,
    false,
    update,
)
from sqlalchemy.orm import Mapped, Session, mapped_column

from matchmaker import i18n
from matchmaker.db import Base, enum_column
from matchmaker.resources import folder


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """One e-mail to one person, ready but for its sender."""

    kind: str
    recipient: str
    recipient_name: str
    locale: str
    subject: str
    text: str
    html: str
    unsubscribe_url: str | None = None
    list_id: str | None = None
    asked_for: bool = False
    """Whether it answers what its reader did just now: such a letter is tried even where others came back."""


class MessageState(enum.StrEnum):
    """Where a queued letter stands."""

    PENDING = "pending"
    HELD = "held"
    CLAIMED = "claimed"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"
    UNKNOWN = "unknown"
    SKIPPED = "skipped"


class OutboxMessage(Base):
    """A letter that waits, or what became of it."""

    __tablename__ = "outbox_messages"

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(40))
    recipient: Mapped[str] = mapped_column(String(254))
    recipient_name: Mapped[str] = mapped_column(String(80))
    locale: Mapped[str] = mapped_column(String(8))
    subject: Mapped[str] = mapped_column(String(300))
    text: Mapped[str] = mapped_column(Text)
    html: Mapped[str] = mapped_column(Text)
    unsubscribe_url: Mapped[str | None] = mapped_column(String(500))
    list_id: Mapped[str | None] = mapped_column(String(200))
    asked_for: Mapped[bool] = mapped_column(server_default=false())
    message_key: Mapped[str] = mapped_column(String(40))
    state: Mapped[MessageState] = mapped_column(enum_column(MessageState), default=MessageState.PENDING)
    attempts: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime]
    due_at: Mapped[datetime]
    lease_token: Mapped[str | None] = mapped_column(String(40))
    lease_until: Mapped[datetime | None]
    settled_at: Mapped[datetime | None]
    last_error: Mapped[str | None] = mapped_column(String(300))

    __table_args__ = (
        UniqueConstraint("message_key"),
        CheckConstraint("attempts >= 0", name="attempts_not_negative"),
        CheckConstraint(
            "state NOT IN ('claimed', 'sending') OR (lease_token IS NOT NULL AND lease_until IS NOT NULL)",
            name="work_has_lease",
        ),
        Index("ix_outbox_messages_state_due_at_id", "state", "due_at", "id"),
    )


def queue(session: Session, letter: Letter, *, now: datetime) -> OutboxMessage:
    """Put ``letter`` into the outbox, as part of the transaction of its cause."""
    message = OutboxMessage(
        kind=letter.kind,
        recipient=letter.recipient,
        recipient_name=letter.recipient_name,
        locale=letter.locale,
        subject=letter.subject,
        text=letter.text,
        html=letter.html,
        unsubscribe_url=letter.unsubscribe_url,
        list_id=letter.list_id,
        asked_for=letter.asked_for,
        message_key=secrets.token_hex(16),
        created_at=now,
        due_at=now,
    )
    session.add(message)
    return message


def skip_waiting(session: Session, *, recipient: str, kind: str, now: datetime) -> int:
    """Take back the letters of ``kind`` to ``recipient`` that no mail server has been offered; how many they were.

    The sender compares the state once more just before it hands a letter over, so this holds at once.
    """
    those = and_(OutboxMessage.recipient == recipient, OutboxMessage.kind == kind)
    waiting = (MessageState.PENDING, MessageState.HELD, MessageState.CLAIMED)
    return _move(session, those, waiting, MessageState.SKIPPED, settled_at=now)


def hold(session: Session, messages: ColumnElement[bool]) -> int:
    """Let some waiting letters wait until `release`, whoever has claimed them; how many they were."""
    return _move(session, messages, (MessageState.PENDING, MessageState.CLAIMED), MessageState.HELD)


def release(session: Session, messages: ColumnElement[bool]) -> int:
    """Let letters go on that were held; how many they were."""
    return _move(session, messages, (MessageState.HELD,), MessageState.PENDING)


def _move(
    session: Session,
    messages: ColumnElement[bool],
    before: Sequence[MessageState],
    after: MessageState,
    **values: object,
) -> int:
    result = session.execute(
        update(OutboxMessage)
        .where(messages, OutboxMessage.state.in_(before))
        .values(state=after, lease_token=None, lease_until=None, **values)
        .returning(OutboxMessage.id)
    )
    return len(result.all())


def to_wire(message: OutboxMessage, *, sender: str, sender_name: str) -> EmailMessage:
    """The message as RFC 5322 text with a plain and an HTML part, dated at its cause."""
    wire = EmailMessage(policy=WIRE_POLICY)
    domain = sender.rpartition("@")[2]
    wire["From"] = Address(_printable(sender_name), addr_spec=sender)
    wire["To"] = Address(_printable(message.recipient_name), addr_spec=message.recipient)
    wire["Subject"] = _printable(message.subject)
    wire["Date"] = format_datetime(message.created_at.astimezone(UTC))
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


class LetterRenderer:
    """Renders a room's letter templates; keeps the compiled templates between calls."""

    def __init__(self, *, service_name: str) -> None:
        self._environment = Environment(
            loader=FileSystemLoader(folder("templates")),
            autoescape=select_autoescape(["html"]),
            undefined=StrictUndefined,
            extensions=["jinja2.ext.i18n"],
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._environment.install_gettext_callables(  # type: ignore[attr-defined]
            i18n.translate, i18n.translate_plural, newstyle=True
        )
        self._environment.filters.update(
            date=i18n.format_day,
            datetime=i18n.format_moment,
            number=i18n.format_number,
            percent=i18n.format_percent,
        )
        self._environment.globals["service_name"] = service_name
        self._inliner = css_inline.CSSInliner(load_remote_stylesheets=False, keep_style_tags=True)

    def compose(
        self,
        template: str,
        *,
        recipient: str,
        recipient_name: str,
        locale: str,
        subject: str,
        subject_values: Mapping[str, object] | None = None,
        unsubscribe_url: str | None = None,
        list_id: str | None = None,
        asked_for: bool = False,
        **context: object,
    ) -> Letter:
        """The letter of ``template`` ("accounts/letters/sign_in", without ending) in ``locale``.

        ``subject`` is a marked English text; ``asked_for`` is as in ``Letter``. The templates see ``context``,
        ``subject``, ``locale``, ``recipient_name`` and ``unsubscribe_url``.
        """
        with i18n.using(locale):
            title = " ".join(i18n.gettext(subject, **(subject_values or {})).split())
            values: dict[str, object] = {
                **context,
                "subject": title,
                "locale": locale,
                "recipient_name": recipient_name,
                "unsubscribe_url": unsubscribe_url,
            }
            text = self._environment.get_template(f"{template}.txt").render(values)
            html = self._environment.get_template(f"{template}.html").render(values)
        return Letter(
            kind=template.replace("/letters/", "."),
            recipient=recipient,
            recipient_name=recipient_name,
            locale=locale,
            subject=title,
            text=text.strip() + "\n",
            html=self._inliner.inline(html),
            unsubscribe_url=unsubscribe_url,
            list_id=list_id,
            asked_for=asked_for,
        )
