"""A mail server that takes whatever it is given as fast as it can, in a process of its own, and counts it."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager

ANSWERS = {b"EHLO": b"250 sink", b"DATA": b"354 go on", b"QUIT": b"221 bye"}


@contextmanager
def sink() -> Iterator[tuple[int, Callable[[], Counter[str]]]]:
    """The server's port, and how to end it and hear how many letters each recipient got."""
    with subprocess.Popen(
        [sys.executable, "-m", "benchmarks.sink"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None

        def taken() -> Counter[str]:
            told, _ = process.communicate()
            return Counter(json.loads(told))

        try:
            yield int(process.stdout.readline()), taken
        finally:
            process.kill()


async def take_letters() -> None:
    """Say the port, serve until standard input ends, then tell what was taken."""
    taken: Counter[str] = Counter()

    async def converse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 sink\r\n")
        recipient = ""
        while line := await reader.readline():
            verb = line[:4].upper()
            if verb == b"RCPT":
                recipient = line.partition(b"<")[2].partition(b">")[0].decode()
            writer.write(ANSWERS.get(verb, b"250 ok") + b"\r\n")
            if verb == b"QUIT":
                break
            if verb == b"DATA":
                await reader.readuntil(b"\r\n.\r\n")
                taken[recipient] += 1
                writer.write(b"250 taken\r\n")
        writer.close()

    server = await asyncio.start_server(converse, "127.0.0.1", 0, limit=1_000_000)
    print(server.sockets[0].getsockname()[1], flush=True)
    await asyncio.to_thread(sys.stdin.read)
    server.close()
    print(json.dumps(taken))


if __name__ == "__main__":
    asyncio.run(take_letters())
