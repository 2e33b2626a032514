"""What is missing is told in clear lines, and the exit tells programs so."""

import subprocess
import sys
from pathlib import Path

import pytest

from matchmaker.cli import COMMANDS
from tests.cli.command import Command


@pytest.fixture
def command(tmp_path: Path) -> Command:
    """The command with no settings at all."""
    return Command(folder=tmp_path)


GOOD = {
    "SECRET_KEY": "a secret that is long enough for the tests",
    "BASE_URL": "http://localhost",
    "MAIL_FROM": "bonjour@territoire.example",
}


@pytest.mark.parametrize(
    "arguments",
    [
        ("serve",),
        ("scheduler",),
        ("catalogue", "load"),
        ("digest", "run"),
        ("digest", "status"),
        ("mail", "bounces", "-"),
        ("organiser", "name", "--territory=x", "--address=x@example.org", "--first-name=X"),
        ("match", "explain", "--need=1", "--citizen=1"),
        ("doctor",),
    ],
)
def test_a_missing_setting_is_told_by_name_and_ends_with_two(
    command: Command, arguments: tuple[str, ...]
) -> None:
    done = command.try_to_run(*arguments)
    assert done.returncode == 2
    told = done.stdout + done.stderr
    for name in GOOD:
        assert f"MATCHMAKER_{name}: is missing" in told
    assert "Traceback" not in told
    assert list(command.folder.iterdir()) == []


def test_a_wrong_setting_is_told_without_its_value(command: Command) -> None:
    done = command.try_to_run("digest", "status", **{**GOOD, "SECRET_KEY": "hush"})
    assert done.returncode == 2
    assert done.stderr == "MATCHMAKER_SECRET_KEY: must have at least 32 characters\n"


@pytest.mark.parametrize("process", ["serve", "scheduler"])
def test_no_process_starts_that_would_be_unsafe_in_public(command: Command, process: str) -> None:
    unsafe = {"SECRET_KEY": "a" * 40, "BASE_URL": "http://aide.example.org", "DEMO_MAILBOX": "letters"}
    command.run("db", "upgrade", **GOOD)
    done = command.try_to_run(process, **{**GOOD, **unsafe})
    assert done.returncode == 2
    told = [line.partition(":")[0] for line in done.stderr.splitlines()]
    assert told == ["MATCHMAKER_SECRET_KEY", "MATCHMAKER_BASE_URL", "MATCHMAKER_DEMO_MAILBOX"]


def test_help_needs_no_setting_and_names_every_command(command: Command) -> None:
    help_ = command.run("--help").stdout
    for name in COMMANDS:
        assert f"  {name} " in help_


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_every_command_explains_itself(command: Command, name: str) -> None:
    assert command.run(name, "--help").stdout.startswith(f"Usage: matchmaker {name}")


def test_an_unknown_command_is_refused(command: Command) -> None:
    done = command.try_to_run("nonsense")
    assert done.returncode == 2
    assert "nonsense" in done.stderr


def test_ranking_files_loads_neither_the_web_nor_the_database(tmp_path: Path) -> None:
    code = (
        "import sys; from matchmaker.cli import cli; cli.get_command(None, 'match');"
        "print([name for name in ('flask', 'sqlalchemy', 'alembic') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
