"""The wheel, installed in an environment of its own and run from another folder, has all that it needs."""

import os
import socket
import subprocess
import sys
import sysconfig
import urllib.request
import venv
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from email import message_from_bytes
from email.policy import default
from pathlib import Path

import pytest

from tests.checkout import ROOT, kept_files
from tests.cli.processes import PATIENCE, eventually, free_port
from tests.mailbox import Mailbox

# Where the files of a top-level folder are in the wheel.
PLACES = {
    "src/matchmaker": "matchmaker",
    "templates": "matchmaker/templates",
    "migrations": "matchmaker/migrations",
}

# The wheel is built once, by the one process that runs all of these.
pytestmark = [pytest.mark.slow, pytest.mark.unmeasured, pytest.mark.xdist_group("wheel")]


@dataclass(frozen=True, slots=True, kw_only=True)
class Installation:
    """The wheel in a fresh environment; commands are run in ``folder``, with ``settings`` as their environment."""

    command: Path
    folder: Path
    settings: dict[str, str]

    def run(self, *arguments: str) -> str:
        """Run the command, which must end well, and give what it said."""
        done = self.try_to_run(*arguments)
        assert done.returncode == 0, done.stdout
        return done.stdout

    def try_to_run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run the command and give how it ended."""
        return subprocess.run(
            [self.command, *arguments],
            cwd=self.folder,
            env=self.settings,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
            timeout=PATIENCE,
        )

    @contextmanager
    def running(self, *arguments: str) -> Iterator[Callable[[], None]]:
        """Run the command beside the test; gives a function that fails the test if it has ended by itself.

        SIGTERM must end it within 20 seconds, well.
        """
        log = self.folder / "log"
        with log.open("wb") as output:
            process = subprocess.Popen(
                [self.command, *arguments], cwd=self.folder, env=self.settings, stdout=output, stderr=output
            )

        def alive() -> None:
            assert process.poll() is None, log.read_text(encoding="utf-8")

        try:
            yield alive
        finally:
            process.terminate()
            try:
                code = process.wait(PATIENCE)
            finally:
                process.kill()
        assert code == 0, log.read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built from the checkout without a network."""
    target = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", target],
        cwd=ROOT,
        check=True,
        capture_output=True,
    )
    (built,) = target.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the commands of an environment that holds the wheel alone.

    Its dependencies are those of the environment that runs the tests, which it sees by a path file. That does not
    bring in the checkout, which is installed there by a path file of its own: those are read in one place only.
    """
    environment = tmp_path_factory.mktemp("environment")
    venv.create(environment, symlinks=True)
    commands = environment / "bin"
    where = "import sysconfig; print(sysconfig.get_path('purelib'))"
    packages = subprocess.run(
        [commands / "python", "-c", where], check=True, capture_output=True, text=True
    ).stdout
    borrowed = {sysconfig.get_path("purelib"), sysconfig.get_path("platlib")}
    Path(packages.strip(), "borrowed.pth").write_text("\n".join(sorted(borrowed)), encoding="utf-8")
    subprocess.run([commands / "python", "-m", "installer", wheel], check=True, capture_output=True)
    return commands


@pytest.fixture
def installation(installed: Path, tmp_path: Path, smtp_server: Mailbox) -> Installation:
    """The installed wheel with a database and a mail server, in a folder that has nothing of the checkout."""
    return Installation(
        command=installed / "matchmaker",
        folder=tmp_path,
        settings={
            "PATH": os.environ["PATH"],
            "MATCHMAKER_SECRET_KEY": "a-key-for-this-test-of-the-wheel-only",
            "MATCHMAKER_BASE_URL": "http://localhost",
            "MATCHMAKER_DATABASE_URL": f"sqlite:///{tmp_path}/service.sqlite",
            "MATCHMAKER_MAIL_FROM": "bonjour@localhost.test",
            "MATCHMAKER_MAIL_HOST": smtp_server.host,
            "MATCHMAKER_MAIL_PORT": str(smtp_server.port),
            "MATCHMAKER_WEB_WORKERS": "1",
        },
    )


def test_it_holds_every_file_of_package_templates_and_migrations(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        held = {name for name in archive.namelist() if name.startswith("matchmaker/")}

    wanted = {
        f"{place}/{path.relative_to(ROOT / folder)}"
        for folder, place in PLACES.items()
        for path in kept_files(ROOT / folder)
    }
    compiled = {name.removesuffix(".po") + ".mo" for name in wanted if name.endswith(".po")}
    assert compiled
    assert held == wanted | compiled


def test_it_holds_the_licence_and_the_command(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = {Path(name).name: name for name in archive.namelist() if ".dist-info/" in name}
        assert "LICENSE" in names
        assert "matchmaker = matchmaker.cli:main" in archive.read(names["entry_points.txt"]).decode()


def test_it_is_set_up_from_another_folder(installation: Installation, smtp_server: Mailbox) -> None:
    found = ["--slug", "valence", "--name", "Valence", "--summary-fr", "Valence", "--summary-en", "Valence"]
    found += ["--commune", "26362", "--challenge", "Se déplacer|Getting about"]
    organiser = ["--territory", "valence", "--address", "camille@example.org", "--first-name", "Camille"]
    installation.run("db", "upgrade")
    installation.run("db", "check")
    installation.run("catalogue", "load")
    no_territory = installation.try_to_run("doctor")
    installation.run("organiser", "found", *found)
    installation.run("organiser", "name", *organiser)

    with installation.running("scheduler") as alive:
        wait_for(lambda: bool(smtp_server.received), alive)
        told = installation.run("doctor")

    assert no_territory.returncode == 1
    assert str(ROOT) not in told
    letter = message_from_bytes(smtp_server.received[0].content, policy=default)
    html = letter.get_body(("html",))
    assert html is not None
    assert "Bonjour Camille" in html.get_content(), "templates and translations are found"


def test_its_pages_are_served_from_another_folder(installation: Installation) -> None:
    installation.run("db", "upgrade")
    port = free_port()

    with installation.running("serve", "--port", str(port)) as alive:
        wait_for(lambda: answers(port), alive)
        page = fetch(port, "/sign-in")
        styles = fetch(port, "/static/matchmaker.css")

    assert "</html>" in page
    assert 'lang="fr"' in page
    assert "Se connecter" in page, "the compiled translations are found"
    assert "{" in styles


def wait_for(happened: Callable[[], bool], alive: Callable[[], None]) -> None:
    """Wait until something has happened, while the process is alive."""

    def happened_or_ended() -> bool:
        alive()
        return happened()

    eventually(happened_or_ended)


def answers(port: int) -> bool:
    """Whether somebody listens."""
    try:
        socket.create_connection(("127.0.0.1", port), timeout=5).close()
    except OSError:
        return False
    return True


def fetch(port: int, path: str) -> str:
    """The text of a page, which must be there."""
    request = urllib.request.Request(f"http://127.0.0.1:{port}{path}", headers={"Host": "localhost"})
    with urllib.request.urlopen(request, timeout=PATIENCE) as answer:  # noqa: S310
        text: str = answer.read().decode()
    return text
