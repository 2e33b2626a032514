"""An example of the week's letter for the organiser who asks for it."""

from collections.abc import Sequence
from dataclasses import replace

from matchmaker.accounts.models import Account
from matchmaker.base import i18n
from matchmaker.base.work import Work
from matchmaker.digests import letters, queries
from matchmaker.digests.letters import Sections
from matchmaker.digests.loading import compose, drafts
from matchmaker.digests.models import DigestEdit
from matchmaker.digests.rules import LINES_AT_MOST, EditKind, LineKind, PlannedLetter
from matchmaker.digests.rules.verbs import DigestVerb
from matchmaker.digests.service.coming import coming, seed_of
from matchmaker.digests.service.composing import list_id, need_line, sections
from matchmaker.groups import queries as groups
from matchmaker.groups.models import Need
from matchmaker.places.models import Territory


class NothingToShow(Exception):
    """There is no open need that an example could tell of, and no paragraph."""


def send_test(work: Work, *, territory_id: int, account_id: int) -> None:
    """Send an organiser an example of the week to come: somebody's letter without their name, else the newest open needs.

    Nothing counts as told. Raises NothingToShow when no need is open and no paragraph is written.
    """
    territory = work.session.get_one(Territory, territory_id)
    organiser = work.session.get_one(Account, account_id)
    week = coming(work.session, territory, now=work.now).iso_week
    plan = compose(
        work.session, territory, now=work.now, tokens=work.tokens, seed=seed_of(territory, week), week=week
    )
    edits = queries.edits(work.session, territory_id=territory_id, iso_week=week)
    longest = max(plan.letters, key=_told_to_anybody, default=None)
    if longest is not None and _told_to_anybody(longest):
        (draft,) = drafts(work.session, plan.people, [longest], now=work.now)
        told = sections(work, draft, edits, locale=organiser.locale)
    else:
        needs = groups.open_needs(work.session, territory=territory, now=work.now, limit=LINES_AT_MOST)
        told = _without_a_reader(work, needs, edits, locale=organiser.locale)
    # Who waits for somebody's answer, or could help a group, is told to those alone whom it concerns.
    told = replace(told, helpers=(), waiting=())
    if not (told.needs or told.news or told.paragraphs):
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


def _without_a_reader(
    work: Work, needs: Sequence[Need], edits: Sequence[DigestEdit], *, locale: str
) -> Sections:
    """Some needs and all paragraphs, whomever they would be for."""
    paragraphs = [edit for edit in edits if edit.kind is EditKind.PARAGRAPH]
    with i18n.using(locale):
        return Sections(
            paragraphs=tuple((edit.text_en if locale == "en" else edit.text_fr) or "" for edit in paragraphs),
            needs=tuple(need_line(work, need, locale=locale) for need in needs),
        )


def _told_to_anybody(letter: PlannedLetter) -> int:
    """How many of a letter's lines an example may show."""
    return sum(line.kind in {LineKind.NEED, LineKind.NEWS} for line in letter.lines)
