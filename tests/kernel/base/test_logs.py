"""Logs: a line of JSON each on standard error, without addresses."""

import json
import subprocess
import sys
import textwrap
from typing import Any

import pytest

from matchmaker.base.logs import without_addresses


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("550 <amina@example.org>: unknown", "550 <…>: unknown"),
        ("to=amina@example.org, from='lou@example.org'", "to=…, from='…'"),
        ("Key (address)=(amina@example.org) already exists", "Key (address)=(…) already exists"),
        ("nothing @ all", "nothing @ all"),
    ],
)
def test_addresses_are_left_out(text: str, left: str) -> None:
    assert without_addresses(text) == left


def logged(level: str) -> list[dict[str, Any]]:
    """What a process writes that logs an event of each level, one with an error."""
    code = f"""
        import structlog
        from matchmaker.base.logs import set_up_logs

        log = structlog.get_logger()
        set_up_logs({level!r})
        log.debug("looked")
        log.info("sent", message=7)
        try:
            raise ValueError("amina@example.org is taken")
        except ValueError:
            log.exception("failed")
    """
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(code)], capture_output=True, text=True, check=True
    )
    assert done.stdout == ""
    return [json.loads(line) for line in done.stderr.splitlines()]


def test_an_event_is_a_line_of_json_with_its_moment_and_level() -> None:
    sent, failed = logged("info")
    assert (sent["event"], sent["message"], sent["level"]) == ("sent", 7, "info")
    assert sent["timestamp"].endswith("Z")
    assert "ValueError: … is taken" in failed["exception"]


def test_less_than_the_level_is_not_written() -> None:
    assert [line["event"] for line in logged("error")] == ["failed"]
    assert [line["event"] for line in logged("debug")] == ["looked", "sent", "failed"]
