"""The weeks, runs, letters and edits of a territory whose desk the visitor runs."""

from dataclasses import dataclass

from matchmaker.digests import queries, service
from matchmaker.digests.models import DigestEdit, DigestLetter, DigestRun
from matchmaker.digests.rules import RunState, iso_week
from matchmaker.places.access import own_territory
from matchmaker.places.models import Territory
from matchmaker.web import now, or_404, reading


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """A territory's week on its organisers' table: the run of this week if there is one, and the letters to come."""

    territory: Territory
    this_week: str
    coming: service.Coming
    run: DigestRun | None

    @property
    def week(self) -> str:
        """The week that leaves next, whose letters are shown and changed."""
        return self.coming.iso_week

    @property
    def sent(self) -> bool:
        """Whether this week's letters were asked for; those of a missed week were not."""
        return self.run is not None and self.run.state is not RunState.EXPIRED


def own_desk(slug: str) -> Desk:
    """The week of an own territory. Raises Missing."""
    territory = own_territory(slug)
    this_week = iso_week(now(), territory.time_zone)
    return Desk(
        territory=territory,
        this_week=this_week,
        coming=service.coming(reading(), territory, now=now()),
        run=queries.find_run(reading(), territory_id=territory.id, iso_week=this_week),
    )


def own_run(slug: str, iso_week: str) -> DigestRun:
    """The run of an own territory's week. Raises Missing."""
    return or_404(queries.find_run(reading(), territory_id=own_territory(slug).id, iso_week=iso_week))


def own_letter(slug: str, iso_week: str, letter_id: int) -> DigestLetter:
    """A letter of an own territory's week. Raises Missing."""
    territory = own_territory(slug)
    return or_404(
        queries.find_letter(reading(), territory_id=territory.id, iso_week=iso_week, letter_id=letter_id)
    )


def own_edit(slug: str, edit_id: int) -> DigestEdit:
    """What was changed in the letters of an own territory. Raises Missing."""
    return or_404(queries.find_edit(reading(), territory_id=own_territory(slug).id, edit_id=edit_id))
