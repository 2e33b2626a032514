"""The blueprint, and what its pages share."""

from dataclasses import dataclass
from datetime import timedelta

from flask import Blueprint, abort

from matchmaker.digests import loading, queries, service
from matchmaker.digests.models import DigestRun
from matchmaker.digests.rules import RunState, iso_week
from matchmaker.places import queries as places_queries
from matchmaker.places import service as places
from matchmaker.places.models import Territory
from matchmaker.web import account_id, now, reading, site

blueprint = Blueprint("digests", __name__)

WEEK = timedelta(days=7)


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """A territory's week on its organisers' table: the run of this week if there is one, and the week to come.

    ``week`` is the one whose letters can still be changed: this one until it is asked for, then the next.
    """

    territory: Territory
    this_week: str
    week: str
    run: DigestRun | None

    @property
    def sent(self) -> bool:
        """Whether this week's letters were asked for."""
        return has_left(self.run)


def has_left(run: DigestRun | None) -> bool:
    """Whether letters were asked for; those of a missed week were not."""
    return run is not None and run.state is not RunState.EXPIRED


def own_territory(slug: str) -> Territory:
    """The territory of that slug if the visitor runs its desk; else there is no such page."""
    territory = places_queries.find_territory(reading(), slug=slug)
    if territory is None or not places.is_organiser(
        reading(), territory_id=territory.id, account_id=account_id()
    ):
        abort(404)
    return territory


def own_desk(slug: str) -> Desk:
    """The week of an own territory."""
    territory = own_territory(slug)
    this_week = iso_week(now(), territory.time_zone)
    run = queries.find_run(reading(), territory_id=territory.id, iso_week=this_week)
    week = iso_week(now() + WEEK, territory.time_zone) if has_left(run) else this_week
    return Desk(territory=territory, this_week=this_week, week=week, run=run)


def own_run(slug: str, iso_week: str) -> DigestRun:
    """The run of an own territory's week."""
    run = queries.find_run(reading(), territory_id=own_territory(slug).id, iso_week=iso_week)
    if run is None:
        abort(404)
    return run


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
