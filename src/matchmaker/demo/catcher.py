"""A mail server on the loopback that keeps every letter in a folder and sends none on."""

import socket
from asyncio import AbstractServer
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from matchmaker.demo import mailbox


class _Keeper:
    """What the server does with a letter: it is written down, and that is all."""

    def __init__(self, folder: Path, clock: Callable[[], datetime]) -> None:
        self._folder = folder
        self._clock = clock

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: ARG002, N802
        """Keep a letter."""
        content = envelope.original_content or b""
        mailbox.keep(self._folder, content, recipients=envelope.rcpt_tos, now=self._clock())
        return "250 kept in the demonstration's mailbox"


class _BoundController(Controller):
    """A controller on a socket that is bound already, so that its port is known before it listens to anybody."""

    def __init__(self, handler: _Keeper, bound: socket.socket) -> None:
        host, port = bound.getsockname()[:2]
        super().__init__(handler, hostname=host, port=port)
        self._bound = bound

    def _create_server(self) -> Awaitable[AbstractServer]:
        created: Awaitable[AbstractServer] = self.loop.create_server(self._factory_invoker, sock=self._bound)
        return created


@contextmanager
def catching(bound: socket.socket, folder: Path, *, clock: Callable[[], datetime]) -> Iterator[None]:
    """Catch letters on a bound socket inside the block, in a thread of its own."""
    controller = _BoundController(_Keeper(folder, clock), bound)
    controller.start()
    try:
        yield
    finally:
        controller.stop()
