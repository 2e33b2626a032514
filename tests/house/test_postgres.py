"""The PostgreSQL of the tests is shared while it is used, and leaves nothing behind."""

import os
import subprocess
import sys
import time
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests import postgres
from tests.checkout import ROOT
from tests.cli.processes import eventually

USE = (
    "import pathlib, sys; from tests import postgres\n"
    "with postgres.server(pathlib.Path(sys.argv[1])) as url: print(url, flush=True); sys.stdin.read()"
)


@pytest.mark.slow
def test_the_server_ends_with_the_last_process_that_uses_it(tmp_path: Path) -> None:
    environment = {name: value for name, value in os.environ.items() if name != postgres.GIVEN_SERVER}
    with ExitStack() as stack:
        users = [
            stack.enter_context(
                subprocess.Popen(
                    [sys.executable, "-c", USE, tmp_path],
                    cwd=ROOT,
                    env=environment,
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    text=True,
                )
            )
            for _ in range(2)
        ]
        addresses = {user.stdout.readline().strip() for user in users if user.stdout is not None}
        (address,) = addresses
        folder = Path(address.partition("host=")[2])

        users[0].kill()
        users[0].wait()
        time.sleep(0.5)
        assert postgres.answers(folder), "the other still uses it"

        users[1].kill()
        users[1].wait()
        eventually(lambda: not folder.exists())
