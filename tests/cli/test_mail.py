"""``matchmaker mail bounces``: reports from files, an mbox or a pipe, a line each."""

import mailbox
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import func, select

from matchmaker.base.outbox import MessageState
from matchmaker.base.work import WorkFactory
from matchmaker.post import brake
from matchmaker.post.suppression import SuppressedAddress
from tests.cli.command import Command
from tests.kernel.letters import letter, outbox
from tests.kernel.reports import AMINA, LOU, full, report

SUPPRESSED = "the letter came back, and its address gets no more letters"
NO_REPORT = "no report about a letter of ours"


@pytest.fixture
def keys(live_works: WorkFactory) -> tuple[str, str]:
    """What reports name of two letters that were sent."""
    with live_works.begin() as work:
        messages = [work.post(letter(address)) for address in (AMINA, LOU)]
        for message in messages:
            message.state, message.settled_at = MessageState.SENT, work.now
        return messages[0].message_key, messages[1].message_key


def suppressed(works: WorkFactory) -> int:
    """How many addresses get no letters."""
    with works.begin() as work:
        return work.session.scalar(select(func.count()).select_from(SuppressedAddress)) or 0


def piped(command: Command, raw: bytes) -> str:
    """What it prints for a message on its standard input."""
    done = subprocess.run(
        [sys.executable, "-m", "matchmaker", "mail", "bounces", "-"],
        cwd=command.folder,
        env=command.environment(),
        input=raw,
        capture_output=True,
        check=True,
    )
    return done.stdout.decode()


def test_a_message_a_file_is_read_and_told(
    command: Command, live_works: WorkFactory, keys: tuple[str, str], tmp_path: Path
) -> None:
    (tmp_path / "one").write_bytes(report(keys[0]))
    (tmp_path / "two").write_bytes(full(keys[1], LOU))
    (tmp_path / "three").write_bytes(b"Subject: Thank you\n\n")
    done = command.run("mail", "bounces", "one", "two", "three")
    assert done.stdout.splitlines() == [
        f"one: {SUPPRESSED}",
        "two: the letter came back, which was noted",
        f"three: {NO_REPORT}",
    ]
    assert done.stderr == ""
    assert command.run("mail", "bounces", "one").stdout == "one: was read before\n"
    assert suppressed(live_works) == 1


def test_an_mbox_is_read_message_by_message(
    command: Command, live_works: WorkFactory, keys: tuple[str, str], tmp_path: Path
) -> None:
    box = mailbox.mbox(tmp_path / "box")
    for raw in (report(keys[0]), b"Subject: Thank you\n\n", report(keys[1], LOU)):
        box.add(raw)
    box.close()
    before = (tmp_path / "box").read_bytes()
    assert command.run("mail", "bounces", "box").stdout.splitlines() == [
        f"box 1: {SUPPRESSED}",
        f"box 2: {NO_REPORT}",
        f"box 3: {SUPPRESSED}",
    ]
    assert suppressed(live_works) == 2
    assert (tmp_path / "box").read_bytes() == before


@pytest.mark.parametrize("envelope", [b"", b"From MAILER-DAEMON  Tue Nov 24 10:31:07 2026\n"])
def test_a_message_that_a_mail_server_pipes_is_read(
    command: Command, live_works: WorkFactory, keys: tuple[str, str], envelope: bytes
) -> None:
    assert piped(command, envelope + report(keys[0])) == f"-: {SUPPRESSED}\n"
    assert suppressed(live_works) == 1


def test_garbage_and_forgeries_are_told_and_are_no_failure(
    command: Command, live_works: WorkFactory, tmp_path: Path
) -> None:
    for name, raw in {"a": b"", "b": b"\xff\0" * 99, "c": report("0" * 32), "d": b"From \n" * 9}.items():
        (tmp_path / name).write_bytes(raw)
    done = command.run("mail", "bounces", "a", "b", "c", "d")
    assert done.stdout.splitlines()[:3] == [
        f"a: {NO_REPORT}",
        f"b: {NO_REPORT}",
        "c: names no letter that was sent from here",
    ]
    assert suppressed(live_works) == 0


def test_a_file_of_two_megabytes_is_read_as_far_as_a_report_goes(
    command: Command, keys: tuple[str, str], tmp_path: Path
) -> None:
    (tmp_path / "long").write_bytes(report(keys[0]) + b"x" * 2_000_000)
    assert command.run("mail", "bounces", "long").stdout == f"long: {SUPPRESSED}\n"


def test_a_file_that_cannot_be_read_is_told_and_the_others_are_read(
    command: Command, live_works: WorkFactory, keys: tuple[str, str], tmp_path: Path
) -> None:
    (tmp_path / "there").write_bytes(report(keys[0]))
    done = command.try_to_run("mail", "bounces", "nowhere", "there")
    assert done.returncode == 1
    assert done.stderr == "nowhere: cannot be read: No such file or directory\n"
    assert done.stdout == f"there: {SUPPRESSED}\n"
    assert suppressed(live_works) == 1
    folder = command.try_to_run("mail", "bounces", ".")
    assert folder.returncode != 0
    assert "Traceback" not in folder.stderr


def test_no_line_tells_an_address(command: Command, keys: tuple[str, str], tmp_path: Path) -> None:
    (tmp_path / "one").write_bytes(report(keys[0]))
    done = command.run("mail", "bounces", "one")
    assert "example.org" not in done.stdout + done.stderr


def test_letters_in_doubt_of_whatever_kind_are_listed_and_settled_one_by_one_or_all_at_once(
    command: Command, live_works: WorkFactory
) -> None:
    kinds = ["accounts.sign_in", "citizens.confirmation", "introductions.notices", "digests.weekly"]
    with live_works.begin() as work:
        messages = [work.post(letter(AMINA, kind=kind)) for kind in kinds]
        for message in messages:
            message.state, message.settled_at = MessageState.UNKNOWN, work.now
            message.last_error = "SMTPServerDisconnected"
        work.session.flush()
        numbers = [message.id for message in messages]
    listed = command.run("mail", "doubts").stdout
    assert [line.split("\t")[1] for line in listed.splitlines()] == kinds
    assert "example.org" not in listed

    assert command.run("mail", "settle", "arrived", str(numbers[0])).stdout == f"{numbers[0]}: arrived\n"
    again = command.try_to_run("mail", "settle", "lost", str(numbers[0]))
    assert (again.returncode, again.stderr) == (1, f"{numbers[0]}: is not in doubt\n")
    assert command.try_to_run("mail", "settle", "lost").returncode == 2
    assert len(command.run("mail", "settle", "lost", "--all").stdout.splitlines()) == 3
    assert command.run("mail", "doubts").stdout == ""
    assert [message.state for message in outbox(live_works)] == [
        MessageState.SENT,
        *[MessageState.FAILED] * 3,
    ]


def test_letters_that_are_held_back_are_let_go(command: Command, live_works: WorkFactory) -> None:
    assert command.run("mail", "resume").stdout == "Nothing was held back.\n"
    with live_works.begin() as work:
        for _ in range(brake.DOUBTS_IN_A_ROW):
            brake.note_doubt(work, "SMTPServerDisconnected")
        assert brake.find_pause(work.session, now=work.now) is not None
    assert command.run("mail", "resume").stdout == "Letters may leave again.\n"
    with live_works.begin() as work:
        assert brake.find_pause(work.session, now=work.now) is None
