"""Where in a list a request is, and the addresses of the pages beside it: what else the address says stays."""

from urllib.parse import urlencode

from flask import Flask, request

from matchmaker.base.paging import Place

AFTER, BEFORE = "after", "before"


def place_in_list() -> Place:
    """What ``?after=`` and ``?before=`` say; the beginning for whatever is no number."""
    return Place(after=request.args.get(AFTER, type=int), before=request.args.get(BEFORE, type=int))


def list_url(**place: int) -> str:
    """The address of this page at another ``place`` of its list, ``after=`` or ``before=`` a row; else at the beginning."""
    kept = [(name, value) for name, value in request.args.items(multi=True) if name not in {AFTER, BEFORE}]
    asked = urlencode([*kept, *place.items()])
    return f"{request.path}?{asked}" if asked else request.path


def install_paging(app: Flask) -> None:
    """Let templates lead to the pages of a list."""
    app.jinja_env.globals["list_url"] = list_url
