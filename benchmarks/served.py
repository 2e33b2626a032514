"""An installation that `matchmaker serve` serves to this machine, and connections to one or the other of its processes."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from html.parser import HTMLParser
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from time import perf_counter
from urllib.parse import urlencode

from matchmaker.base.settings import PREFIX
from tests.cli.processes import eventually

HOST = "127.0.0.1"
TRIES, AT_ONCE = 40, 6
"""Connections are opened until one is answered by the process that is wanted: the system chooses which takes it."""

LONG = 120
"""Seconds to wait for an answer: what takes as long is told as a figure, not as a failure."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What came back to one request, and after how many milliseconds."""

    status: int
    body: str
    location: str
    milliseconds: float


class Line:
    """A connection that is kept, to one process of a server, opened again when it was closed.

    The browser of whoever has ``cookie`` is behind it, which keeps the cookies that come back.
    """

    def __init__(self, port: int, worker: int | None = None, *, cookie: str | None = None) -> None:
        self._port, self.worker, self.cookie = port, worker, cookie
        self._connection: HTTPConnection | None = None

    def get(self, path: str) -> Answer:
        """Open a page."""
        return self._ask("GET", path, None)

    def post(self, path: str, fields: Sequence[tuple[str, str]]) -> Answer:
        """Send a form."""
        return self._ask("POST", path, urlencode(fields))

    def close(self) -> None:
        """End the connection."""
        if self._connection is not None:
            self._connection.close()
        self._connection = None

    def _ask(self, method: str, path: str, body: str | None) -> Answer:
        headers = {"X-Forwarded-For": _network(self.cookie)}
        if self.cookie:
            headers["Cookie"] = f"session={self.cookie}"
        if body is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        with suppress(HTTPException, ConnectionError):
            return self._once(method, path, body, headers)
        # The process has ended since, as each does after so many requests, or nothing came for a minute.
        self.close()
        if self.worker is not None and not Path(f"/proc/{self.worker}").exists():
            self.worker = None
        return self._once(method, path, body, headers)

    def _once(self, method: str, path: str, body: str | None, headers: Mapping[str, str]) -> Answer:
        connection = self._connection = self._connection or self._open()
        started = perf_counter()
        connection.request(method, path, body, dict(headers))
        answer = connection.getresponse()
        text = answer.read().decode(errors="replace")
        took = (perf_counter() - started) * 1000
        kept = (
            ", ".join(answer.headers.get_all("Set-Cookie") or ()).partition("session=")[2].partition(";")[0]
        )
        self.cookie = kept or self.cookie
        return Answer(
            status=answer.status,
            body=text,
            location=answer.headers["Location"] or "",
            milliseconds=took,
        )

    def _open(self) -> HTTPConnection:
        if self.worker is None:
            return HTTPConnection(HOST, self._port, timeout=LONG)
        for _ in range(TRIES):
            # Some at once: of one alone the same process would be the first each time.
            several = [HTTPConnection(HOST, self._port, timeout=LONG) for _ in range(AT_ONCE)]
            for connection in several:
                connection.request("GET", "/healthz")
            mine = [one for one in several if _answered_by(one, self.worker, self._port)]
            for connection in several:
                if connection not in mine[:1]:
                    connection.close()
            if mine:
                return mine[0]
        raise AssertionError(f"process {self.worker} takes no connection")


def _answered_by(connection: HTTPConnection, process: int, port: int) -> bool:
    connection.getresponse().read()
    return _holds(process, _inode(connection.sock.getsockname()[1], port))


def _network(cookie: str | None) -> str:
    """An address of its own for each person: limits are counted by network."""
    number = hash(cookie) % 2**24
    return f"10.{number >> 16}.{number >> 8 & 255}.{number & 255}"


def _inode(client: int, server: int) -> str | None:
    """The number of the server's socket of a connection on this machine, by both of its ports."""
    for line in Path("/proc/net/tcp").read_text().splitlines()[1:]:
        _, local, remote, *rest = line.split()
        if int(local.split(":")[1], 16) == server and int(remote.split(":")[1], 16) == client:
            return rest[6]
    return None


def _holds(process: int, inode: str | None) -> bool:
    with suppress(OSError):
        for file in Path(f"/proc/{process}/fd").iterdir():
            with suppress(OSError):
                if str(file.readlink()) == f"socket:[{inode}]":
                    return True
    return False


@dataclass(frozen=True, slots=True, kw_only=True)
class Served:
    """A server at work."""

    port: int
    process: subprocess.Popen[bytes]

    def workers(self) -> list[int]:
        """The processes that answer."""
        number = self.process.pid
        children = Path(f"/proc/{number}/task/{number}/children").read_text().split()
        return sorted(int(child) for child in children)

    def megabytes(self) -> list[int]:
        """What each of them holds in memory."""
        found = []
        for worker in self.workers():
            with suppress(OSError):
                status = Path(f"/proc/{worker}/status").read_text()
                found.append(int(status.partition("VmRSS:")[2].split()[0]) // 1024)
        return found


@contextmanager
def serving(settings: Mapping[str, str], *, port: int, workers: int) -> Iterator[Served]:
    """`matchmaker serve` until the end of the block, from the moment at which each process answers."""
    environment = {f"{PREFIX}{name.upper()}": value for name, value in settings.items()}
    process = subprocess.Popen(
        [sys.executable, "-m", "matchmaker", "serve", f"--host={HOST}", f"--port={port}"],
        env={
            **os.environ,
            **environment,
            f"{PREFIX}WEB_WORKERS": str(workers),
            f"{PREFIX}TRUSTED_PROXIES": "1",
            f"{PREFIX}LOG_LEVEL": "error",
        },
        stdout=subprocess.DEVNULL,
    )
    served = Served(port=port, process=process)
    try:
        eventually(lambda: len(served.workers()) == workers and _answers(port))
        for worker in served.workers():
            Line(port, worker).get("/healthz")
        yield served
    finally:
        process.terminate()
        process.wait()


def _answers(port: int) -> bool:
    try:
        return Line(port).get("/healthz").status == 200
    except OSError:
        return False


@dataclass(slots=True)
class Form:
    """A form of a page as a browser would send it."""

    action: str
    fields: list[tuple[str, str]] = field(default_factory=list)

    def filled(self, values: Mapping[str, str], *, instead_of: str = "\0") -> list[tuple[str, str]]:
        """Its fields with other values, without its rows that wait to be copied, nor those whose names start so."""
        kept = [
            (name, value)
            for name, value in self.fields
            if "__" not in name and name not in values and not name.startswith(instead_of)
        ]
        return [*kept, *values.items()]


class _Forms(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self._inside = False
        self._select: str | None = None
        self._area: tuple[str, list[str]] | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        name, value = given.get("name") or "", given.get("value") or ""
        if tag == "form":
            self._inside = given.get("method", "get") == "post"
            if self._inside:
                self.forms.append(Form(given.get("action") or ""))
        elif not self._inside:
            return
        elif tag == "input" and name and given.get("type") not in {"submit", "file", "image"}:
            boxed = given.get("type") in {"checkbox", "radio"}
            if not boxed or "checked" in given:
                self.forms[-1].fields.append((name, value))
        elif tag == "select":
            self._select = name
        elif tag == "option" and self._select and "selected" in given:
            self.forms[-1].fields.append((self._select, value))
        elif tag == "textarea":
            self._area = (name, [])

    def handle_data(self, data: str) -> None:
        if self._area is not None:
            self._area[1].append(data)

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._inside = False
        elif tag == "select":
            self._select = None
        elif tag == "textarea" and self._area is not None:
            # The first line break after the tag is no part of the text.
            self.forms[-1].fields.append((self._area[0], "".join(self._area[1]).removeprefix("\n")))
            self._area = None


def forms_of(page: str) -> list[Form]:
    """The forms of a page that are sent by POST."""
    parser = _Forms()
    parser.feed(page)
    return parser.forms
