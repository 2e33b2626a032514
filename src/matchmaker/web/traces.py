"""What a request leaves in the logs: a name of its own on each of its lines."""

import secrets

from flask import Flask
from structlog.contextvars import bind_contextvars, clear_contextvars


def install_traces(app: Flask) -> None:
    """Name each request, so that the lines that it leaves can be told from those of others."""

    @app.before_request
    def name_request() -> None:
        clear_contextvars()
        bind_contextvars(request=secrets.token_hex(6))

    @app.teardown_request
    def forget_request(error: BaseException | None) -> None:  # noqa: ARG001
        clear_contextvars()
