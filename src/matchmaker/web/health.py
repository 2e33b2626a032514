"""What programs ask that watch over the service: whether it answers, and whether it can do its work."""

from flask import Blueprint, Response
from sqlalchemy.exc import SQLAlchemyError

from matchmaker.base import heartbeats, migrate
from matchmaker.web.access import Access, access
from matchmaker.web.site import now, reading

PATHS = frozenset({"/healthz", "/readyz"})
"""Answered under any host name: who watches a process asks it by the address at which it listens."""

blueprint = Blueprint("health", __name__)


@blueprint.get("/healthz")
@access(Access.PUBLIC)
def healthz() -> Response:
    """200 as long as this process answers; nothing else is asked."""
    return _told([])


@blueprint.get("/readyz")
@access(Access.PUBLIC)
def readyz() -> Response:
    """200 when the database answers, its schema fits and a scheduler runs; else 503, with a line for each that is wrong."""
    return _told(_reasons())


def _reasons() -> list[str]:
    try:
        old = migrate.too_old(reading().connection())
        if old is not None:
            return [old]
        alive = heartbeats.is_alive(reading(), now=now())
    except SQLAlchemyError:
        # Its own words may tell where it is.
        return ["the database cannot be read"]
    return [] if alive else ["no scheduler runs: start 'matchmaker scheduler'"]


def _told(wrong: list[str]) -> Response:
    lines = wrong or ["ok"]
    return Response(
        "".join(f"{line}\n" for line in lines),
        status=503 if wrong else 200,
        mimetype="text/plain",
        headers={"Cache-Control": "no-store"},
    )
