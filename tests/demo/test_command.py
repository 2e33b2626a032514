"""``matchmaker demo`` as people run it: a real process with its children, and nothing left of them afterwards."""

import os
import re
import shutil
import signal
import socket
import stat
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlencode

import pytest

from matchmaker.base import settings
from matchmaker.cli import demo as command
from matchmaker.cli import demo_processes
from matchmaker.demo import service
from tests.cli.processes import PATIENCE, free_port
from tests.doors import site_of

CSRF = re.compile(r'name="csrf_token" value="([^"]+)"')


@dataclass
class Browser:
    """Somebody who keeps one cookie."""

    port: int
    cookie: str = ""

    def ask(self, path: str, form: dict[str, str] | None = None) -> tuple[int, str, str]:
        """Status, text and where it leads."""
        connection = HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        headers = {"Cookie": self.cookie} if self.cookie else {}
        if form is None:
            connection.request("GET", path, headers=headers)
        else:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
            connection.request("POST", path, body=urlencode(form), headers=headers)
        answer = connection.getresponse()
        text = answer.read().decode()
        for note in answer.headers.get_all("Set-Cookie") or ():
            if note.startswith("session="):
                self.cookie = note.partition(";")[0]
        connection.close()
        return answer.status, text, answer.headers.get("Location", "")

    def post(self, path: str, **form: str) -> tuple[int, str, str]:
        """Send the form of a page."""
        token = CSRF.search(self.ask(path)[1])
        assert token is not None
        return self.ask(path, {**form, "csrf_token": token[1]})


@dataclass
class Demo:
    """A running demonstration, in a process group of its own."""

    process: subprocess.Popen[str]
    port: int
    told: str

    def end(self, number: int, *, whole_group: bool) -> tuple[int, str]:
        """Send a signal; exit status, and what was told until the end."""
        (os.killpg if whole_group else os.kill)(self.process.pid, number)
        return self.wait()

    def wait(self) -> tuple[int, str]:
        """Wait for the end; exit status, and what was told meanwhile."""
        told, _ = self.process.communicate(timeout=PATIENCE)
        return self.process.returncode, told

    def survivors(self) -> list[int]:
        """The processes of the group that are left."""
        left = []
        for status in Path("/proc").glob("[0-9]*/stat"):
            try:
                fields = status.read_text().rpartition(")")[2].split()
            except OSError:
                continue
            if int(fields[2]) == self.process.pid and fields[0] != "Z":
                left.append(int(status.parent.name))
        return left


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which the first start loads, and the next ones go on."""
    return tmp_path_factory.mktemp("demo") / "data"


@contextmanager
def running(folder: Path) -> Iterator[Demo]:
    """A demonstration that has told its address."""
    port = free_port()
    process = subprocess.Popen(
        [sys.executable, "-m", "matchmaker", "demo", "--port", str(port), "--data", str(folder)],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
        env={**os.environ, "MATCHMAKER_DATABASE_URL": "postgresql://not.this.example/one"},
    )
    try:
        assert process.stdout is not None
        told = ""
        for line in process.stdout:
            told += line
            if line.startswith("Ctrl-C"):
                break
        yield Demo(process=process, port=port, told=told)
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.communicate()


def eventually(condition: Callable[[], bool]) -> bool:
    """Whether the condition comes true in good time."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        if condition():
            return True
        time.sleep(0.2)
    return False


@pytest.mark.slow
def test_a_visitor_signs_in_reads_a_letter_and_ctrl_c_ends_everything(folder: Path) -> None:
    with running(folder) as demo:
        assert f"http://127.0.0.1:{demo.port}" in demo.told
        assert all(address in demo.told for address in service.sign_in_addresses())
        assert service.PASSWORD in demo.told
        browser = Browser(demo.port)
        assert browser.ask("/")[0] == 200
        assert "Ma bouteille" in browser.ask("/t/valence-romans")[1]

        citizen = service.sign_in_addresses()[0]
        status, _, where = browser.post("/sign-in", address=citizen, password=service.PASSWORD)
        assert (status, where) == (302, "/home")
        assert "nos premières sandales" in browser.ask("/home")[1]

        # Browsers open connections before they have anything to say; these must not hold up the end.
        silent = socket.create_connection(("127.0.0.1", demo.port))
        Browser(demo.port).post("/sign-in", address="orga@demo.example", password="")
        mailbox = "/demo/mailbox?to=orga@demo.example"
        assert eventually(lambda: "/sign-in/" in browser.ask(mailbox)[1].partition("letter-text")[2])

        status, told = demo.end(signal.SIGINT, whole_group=True)
        assert status == 0, told
        assert told.strip() == ""
        silent.close()
        assert demo.survivors() == []
    assert stat.S_IMODE((folder / "secret_key").stat().st_mode) == 0o600


@pytest.mark.slow
def test_the_next_start_goes_on_and_sigterm_ends_it_too(folder: Path) -> None:
    with running(folder):
        pass
    key = (folder / "secret_key").read_text()
    letters = sorted((folder / "mailbox").iterdir())

    with running(folder) as demo:
        assert "citizens and" not in demo.told
        assert (folder / "secret_key").read_text() == key
        assert sorted((folder / "mailbox").iterdir()) == letters
        status, told = demo.end(signal.SIGTERM, whole_group=False)

        assert status == 0, told
        assert demo.survivors() == []


@pytest.mark.slow
def test_the_death_of_a_child_ends_the_rest(folder: Path) -> None:
    with running(folder) as demo:
        children = [number for number in demo.survivors() if number != demo.process.pid]
        scheduler = [
            number
            for number in children
            if b"scheduler" in Path(f"/proc/{number}/cmdline").read_bytes().split(b"\0")
        ]
        assert len(scheduler) == 1
        os.kill(scheduler[0], signal.SIGKILL)

        status, told = demo.wait()
        assert status == 1
        assert "The scheduler has ended" in told
        assert demo.survivors() == []


@pytest.mark.slow
def test_ctrl_c_while_loading_leaves_nothing_and_the_next_start_begins_anew(tmp_path: Path) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "matchmaker", "demo", "--port", str(free_port()), "--data", str(tmp_path)],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline().startswith("The demonstration lives in")
    demo = Demo(process=process, port=0, told="")

    status, told = demo.end(signal.SIGINT, whole_group=True)

    assert status == 0, told
    assert "Ctrl-C" not in told
    assert demo.survivors() == []


def refused(*arguments: str, cwd: Path) -> str:
    """What the command says when it will not start."""
    done = subprocess.run(
        [sys.executable, "-m", "matchmaker", "demo", *arguments],
        cwd=cwd,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
    return done.stderr


def test_a_port_in_use_is_a_clear_line(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]

        assert f"Port {port} is in use." in refused("--port", str(port), cwd=tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_cannot_be_used_is_a_clear_line(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    told = refused("--port", str(free_port()), "--data", "file/below", cwd=tmp_path)

    assert "cannot be used" in told
    assert "--data" in told


def test_a_file_that_is_no_database_is_a_clear_line(tmp_path: Path) -> None:
    (tmp_path / "matchmaker.sqlite").write_bytes(b"this is a letter to my grandmother" * 200)

    told = refused("--port", str(free_port()), "--data", ".", cwd=tmp_path)

    assert "cannot be used" in told
    assert "--data" in told


def test_without_the_mail_catcher_a_line_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "aiosmtpd", None)

    with pytest.raises(SystemExit) as ended:
        command.demo.main(["--port", "1"], standalone_mode=False)

    assert ended.value.code == 2
    assert "matchmaker-territoire[demo]" in capsys.readouterr().err


def test_a_worker_of_the_web_leaves_ctrl_c_to_its_parent(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    environment = command._environment(tmp_path, url="http://127.0.0.1:8000", mail_port=2525)
    for name in (name for name in environment if name.startswith(settings.PREFIX)):
        monkeypatch.setenv(name, environment[name])
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGQUIT)}
    try:
        app = demo_processes.web()

        assert signal.getsignal(signal.SIGINT) is signal.SIG_IGN
        assert signal.getsignal(signal.SIGQUIT) is not before[signal.SIGQUIT]
        assert "demo.mailbox" in app.view_functions
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
    site_of(app).engine.dispose()


def test_settings_of_another_installation_stay_outside(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("MATCHMAKER_MAIL_PASSWORD", "of another")
    monkeypatch.setenv("GUNICORN_CMD_ARGS", "--bind=0.0.0.0:80")

    environment = command._environment(tmp_path, url="http://127.0.0.1:8000", mail_port=2525)

    ours = {name for name in environment if name.startswith(settings.PREFIX)}
    assert {name.removeprefix(settings.PREFIX).lower() for name in ours} <= set(
        settings.Settings.model_fields
    )
    assert "MATCHMAKER_MAIL_PASSWORD" not in ours
    assert "GUNICORN_CMD_ARGS" not in environment
    assert command.PREFIX == settings.PREFIX
    shutil.rmtree(tmp_path / "mailbox")
