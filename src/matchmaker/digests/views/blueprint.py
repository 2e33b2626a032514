"""The blueprint, and what its pages share."""

from flask import Blueprint

from matchmaker.digests import loading, service
from matchmaker.digests.access import Desk
from matchmaker.web import now, reading, site

blueprint = Blueprint("digests", __name__)


def plan_of(desk: Desk) -> loading.Plan:
    """What the letters of the week to come would say, as things stand now."""
    return loading.compose(
        reading(),
        desk.territory,
        now=now(),
        tokens=site().works.tokens,
        seed=service.seed_of(desk.territory, desk.week),
        week=desk.week,
    )


def without_key(text: str, unsubscribe_url: str | None) -> str:
    """A letter's text or HTML for other eyes: the link that stops the letters works for its reader alone."""
    if unsubscribe_url is None:
        return text
    return text.replace(unsubscribe_url, f"{unsubscribe_url.rpartition('/')[0]}/…")
