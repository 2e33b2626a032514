"""How the web's processes read and answer: a request is whole before one of their threads takes it up.

Whoever sends slowly, or reads slowly, costs a connection and no thread. Gunicorn starts, watches and ends the
processes; inside of each, waitress reads, calls the application and writes.
"""

import logging
import os
import time
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from gunicorn.workers.base import Worker  # type: ignore[import-untyped]
from waitress import wasyncore  # type: ignore[import-untyped]
from waitress.channel import HTTPChannel  # type: ignore[import-untyped]
from waitress.server import BaseWSGIServer, create_server  # type: ignore[import-untyped]

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

CONNECTIONS = 800
"""Of one process: systems commonly allow 1,024 open files."""

SILENCE = 60
"""Seconds after which a connection is closed on which nothing has come."""

BODY_READ = 1_000_000
"""Bytes of a body that are read at all; the application refuses less, with a page of its own."""


class BufferingWorker(Worker):  # type: ignore[misc]
    """One process of the web."""

    def run(self) -> None:
        """Answer until the process is asked to end, or has answered as often as one does."""
        # That requests wait for a thread for a moment is no news.
        logging.getLogger("waitress.queue").setLevel(logging.ERROR)
        connections: dict[int, Any] = {}
        server = create_server(
            self._answer,
            map=connections,
            sockets=[listener.sock for listener in self.sockets],
            threads=self.cfg.threads,
            connection_limit=CONNECTIONS,
            channel_timeout=SILENCE,
            max_request_body_size=BODY_READ,
            # Whose headers count is the application's to say; it knows how many proxies there are.
            clear_untrusted_proxy_headers=False,
            ident=None,
        )
        while self.alive and self.ppid == os.getppid():
            self._beat(connections)
        self._finish(connections)
        server.task_dispatcher.shutdown(timeout=1)

    def _answer(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        self.nr += 1
        if self.nr >= self.max_requests:
            self.alive = False
        answer: Iterable[bytes] = self.wsgi(environ, start_response)
        return answer

    def _beat(self, connections: dict[int, Any]) -> None:
        self.notify()
        wasyncore.loop(timeout=1, use_poll=True, map=connections, count=1)

    def _finish(self, connections: dict[int, Any]) -> None:
        """Take no new connection, and answer the requests that are there."""
        for listener in [one for one in connections.values() if isinstance(one, BaseWSGIServer)]:
            listener.del_channel(connections)
        deadline = time.monotonic() + self.cfg.graceful_timeout
        while time.monotonic() < deadline and any(map(_is_busy, connections.values())):
            self._beat(connections)


def _is_busy(connection: object) -> bool:
    return isinstance(connection, HTTPChannel) and bool(connection.requests or connection.total_outbufs_len)
