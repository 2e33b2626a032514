"""An example of the week's letter for the organiser who asks for it."""

from dataclasses import replace

from matchmaker.accounts.models import Account
from matchmaker.base import i18n
from matchmaker.base.work import Work
from matchmaker.digests import letters, queries
from matchmaker.digests.letters import Sections
from matchmaker.digests.loading import compose, drafts
from matchmaker.digests.rules import LINES_AT_MOST, LineKind, PlannedLetter, iso_week
from matchmaker.digests.rules.verbs import DigestVerb
from matchmaker.digests.service.composing import list_id, need_line, sections
from matchmaker.digests.service.runs import seed_of
from matchmaker.groups import queries as groups
from matchmaker.places.models import Territory


class NothingToShow(Exception):
    """There is no open need that an example could tell of."""


def send_test(work: Work, *, territory_id: int, account_id: int) -> None:
    """Send an organiser an example: somebody's letter of this week without their name, else the newest open needs.

    Nothing counts as told. Raises NothingToShow when no need is open.
    """
    territory = work.session.get_one(Territory, territory_id)
    organiser = work.session.get_one(Account, account_id)
    week = iso_week(work.now, territory.time_zone)
    plan = compose(
        work.session, territory, now=work.now, tokens=work.tokens, seed=seed_of(territory, week), week=week
    )
    longest = max(plan.letters, key=_told_to_anybody, default=None)
    if longest is not None and _told_to_anybody(longest):
        (draft,) = drafts(work.session, plan.people, [longest], now=work.now)
        edits = queries.edits(work.session, territory_id=territory_id, iso_week=week)
        told = sections(work, draft, edits, locale=organiser.locale)
    else:
        needs = groups.open_needs(work.session, territory=territory, now=work.now, limit=LINES_AT_MOST)
        with i18n.using(organiser.locale):
            told = Sections(needs=tuple(need_line(work, need, locale=organiser.locale) for need in needs))
    # Who waits for somebody's answer, or could help a group, is told to those alone whom it concerns.
    told = replace(told, helpers=(), waiting=())
    if not (told.needs or told.news):
        raise NothingToShow
    work.post(
        letters.example(
            work.letters,
            address=organiser.address,
            first_name=organiser.first_name,
            locale=organiser.locale,
            territory_name=territory.name,
            sections=told,
            home_url=work.links.to("matching.home"),
            wishes_url=work.links.to("digests.wishes"),
            list_id=list_id(work, territory),
        )
    )
    work.record(DigestVerb.EXAMPLE_SENT, Territory, territory_id, territory_id=territory_id)


def _told_to_anybody(letter: PlannedLetter) -> int:
    """How many of a letter's lines an example may show."""
    return sum(line.kind in {LineKind.NEED, LineKind.NEWS} for line in letter.lines)
