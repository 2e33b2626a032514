"""A mail server that answers as it is told, and hangs up where it is told: for what aiosmtpd is too well-behaved to do."""

import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from threading import Lock, Thread
from typing import BinaryIO


class HangUp(Exception):
    """The server ends the conversation without a word."""


@dataclass(kw_only=True)
class ScriptedServer:
    """An SMTP server on a real socket. ``answers`` are by verb; "GREETING" and "BODY" (after the dot) are verbs too.

    An answer may be "" to hang up instead. ``before`` is called with the verb before it is answered. "MIDDLE" set to ""
    hangs up after the first line of a letter. ``letters`` are those that came whole, whatever was answered to them.
    """

    port: int = 0
    answers: dict[str, str] = field(default_factory=dict)
    before: Callable[[str], object] = str
    letters: list[bytes] = field(default_factory=list)
    verbs: list[str] = field(default_factory=list)
    lock: Lock = field(default_factory=Lock)

    def converse(self, stream: BinaryIO) -> None:
        """One conversation, to its end."""
        self._answer(stream, "GREETING", "220 here")
        while line := stream.readline():
            # Who speaks TLS to it sends bytes of which some make an empty line.
            verb = line.decode("latin-1").strip().partition(" ")[0].upper()
            if verb == "DATA":
                self._answer(stream, verb, "354 go on")
                if self.answers.get(verb, "354").startswith("354"):
                    self._receive(stream)
                    self._answer(stream, "BODY", "250 taken")
                continue
            self._answer(
                stream,
                verb,
                {"EHLO": "250-here\r\n250 AUTH PLAIN LOGIN", "QUIT": "221 bye"}.get(verb, "250 ok"),
            )
            if verb == "QUIT":
                return

    def _receive(self, stream: BinaryIO) -> None:
        lines = []
        while (line := stream.readline()) not in {b".\r\n", b""}:
            if self.answers.get("MIDDLE") == "":
                raise HangUp
            lines.append(line)
        with self.lock:
            self.letters.append(b"".join(lines))

    def _answer(self, stream: BinaryIO, verb: str, usual: str) -> None:
        with self.lock:
            self.verbs.append(verb)
        self.before(verb)
        answer = self.answers.get(verb, usual)
        if not answer:
            raise HangUp
        stream.write(answer.encode() + b"\r\n")
        stream.flush()


@contextmanager
def scripted_server(**answers: str) -> Iterator[ScriptedServer]:
    """A server on a free port of the loopback, ended afterwards with all its conversations."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        server = ScriptedServer(port=listening.getsockname()[1], answers=answers)
        opened: list[socket.socket] = []
        threads: list[Thread] = []

        def talk(connection: socket.socket) -> None:
            with suppress(HangUp, OSError), connection, connection.makefile("rwb") as stream:
                server.converse(stream)  # type: ignore[arg-type]

        def accept() -> None:
            with suppress(OSError):
                while True:
                    connection, _ = listening.accept()
                    opened.append(connection)
                    threads.append(Thread(target=talk, args=(connection,)))
                    threads[-1].start()

        accepting = Thread(target=accept)
        accepting.start()
        try:
            yield server
        finally:
            listening.shutdown(socket.SHUT_RDWR)
            accepting.join()
            for connection in opened:
                with suppress(OSError):
                    connection.shutdown(socket.SHUT_RDWR)
            for thread in threads:
                thread.join()
