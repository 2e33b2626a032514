"""Logs: one line of JSON an event on standard error, with ids and never addresses or tokens."""

import logging
import re
import sys

import structlog
from structlog.typing import EventDict, WrappedLogger

_ADDRESS = re.compile(r"[^\s<>()\"',;:=]+@[^\s<>()\"',;:=]+")


def without_addresses(text: str) -> str:
    """``text`` with each e-mail address in it made an ellipsis."""
    return _ADDRESS.sub("…", text)


def _hide_addresses(logger: WrappedLogger, name: str, event: EventDict) -> EventDict:  # noqa: ARG001
    # A mail server's answer and a database's error quote the addresses that they are about.
    return {
        key: without_addresses(value) if isinstance(value, str) else value for key, value in event.items()
    }


def set_up_logs(level: str) -> None:
    """Write events of ``level`` ("debug", "info", "warning", "error") and above."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            _hide_addresses,
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(getattr(logging, level.upper())),
        logger_factory=structlog.PrintLoggerFactory(file=sys.stderr),
    )
