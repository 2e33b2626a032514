"""A real SMTP server that keeps what it receives."""

import socket
from asyncio import AbstractServer
from collections.abc import Awaitable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope
from aiosmtpd.smtp import Session as SmtpSession


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """A letter as it came over the wire."""

    mail_from: str
    recipients: tuple[str, ...]
    content: bytes


@dataclass(kw_only=True)
class Mailbox:
    """An SMTP server at ``host`` and ``port``.

    Answers may be set at any moment: to RCPT by the recipient's address, to MAIL and to DATA for all letters.
    An answer is a whole line such as ``550 5.1.1 unknown``; without one the server accepts.
    """

    host: str = "127.0.0.1"
    port: int
    received: list[Received] = field(default_factory=list)
    recipient_answers: dict[str, str] = field(default_factory=dict)
    sender_answer: str | None = None
    data_answer: str | None = None

    async def handle_MAIL(  # noqa: N802
        self, server: SMTP, session: SmtpSession, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Answer to MAIL FROM."""
        if self.sender_answer is not None:
            return self.sender_answer
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 OK"

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, session: SmtpSession, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Answer to RCPT TO."""
        answer = self.recipient_answers.get(address, "250 OK")
        if answer.startswith("2"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, server: SMTP, session: SmtpSession, envelope: Envelope) -> str:  # noqa: N802
        """Keep the letter, unless the answer is set to a refusal."""
        answer = self.data_answer or "250 OK"
        if answer.startswith("2"):
            content: Any = envelope.original_content
            self.received.append(
                Received(
                    mail_from=envelope.mail_from or "", recipients=tuple(envelope.rcpt_tos), content=content
                )
            )
        return answer


class _Listener(Controller):
    """A controller on a socket that is bound already, so that nobody else can take its port in between."""

    def __init__(self, mailbox: Mailbox, bound: socket.socket) -> None:
        super().__init__(mailbox, hostname=mailbox.host, port=mailbox.port)
        self.bound = bound

    def _create_server(self) -> Awaitable[AbstractServer]:
        return self.loop.create_server(self._factory_invoker, sock=self.bound)


@contextmanager
def smtp_server() -> Iterator[Mailbox]:
    """An SMTP server on a free port of the loopback, ended afterwards."""
    with socket.create_server(("127.0.0.1", 0)) as bound:
        host, port = bound.getsockname()
        mailbox = Mailbox(host=host, port=port)
        controller = _Listener(mailbox, bound)
        controller.start()
        try:
            yield mailbox
        finally:
            controller.stop()
