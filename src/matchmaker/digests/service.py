"""The week's letters: who would get what, the run that queues them, and the example for oneself."""

from typing import Protocol
from urllib.parse import urlsplit

import structlog
from sqlalchemy.exc import IntegrityError

from matchmaker import db, i18n
from matchmaker.accounts.models import Account
from matchmaker.catalogue import queries as catalogue
from matchmaker.catalogue.models import Territory
from matchmaker.digests import letters, queries
from matchmaker.digests.loading import Draft, Plan, compose, drafts, find_draft
from matchmaker.digests.models import DigestLetter, DigestLine, DigestRun
from matchmaker.digests.rules import (
    LINES_AT_MOST,
    Due,
    RunState,
    Schedule,
    due_week,
)
from matchmaker.groups import queries as groups
from matchmaker.mail import Letter, LetterRenderer
from matchmaker.matching import queries as matching_queries
from matchmaker.matching.queries import NeedCard
from matchmaker.matching.rules import match_to_mapping
from matchmaker.tokens import Tokens
from matchmaker.work import Links, Work, WorkFactory

__all__ = [
    "AlreadyRun",
    "Draft",
    "NothingToShow",
    "Plan",
    "cards",
    "compose",
    "drafts",
    "find_draft",
    "run_due",
    "run_week",
    "schedule_of",
    "send_test",
    "write",
]

UNSUBSCRIBE = "unsubscribe"
LETTERS_AT_ONCE = 200

log = structlog.get_logger()


class AlreadyRun(Exception):
    """The territory's letters of this week were queued before."""


class NothingToShow(Exception):
    """There is no open need that an example could tell of."""


class Press(Protocol):
    """What letters are made with; a unit of work and its factory both have it."""

    @property
    def tokens(self) -> Tokens:
        """Signs the link that stops the letters."""

    @property
    def letters(self) -> LetterRenderer:
        """Renders the templates."""

    @property
    def links(self) -> Links:
        """Makes absolute addresses."""


def schedule_of(territory: Territory) -> Schedule:
    """A territory's weekly moment."""
    return Schedule(
        weekday=territory.digest_weekday, hour=territory.digest_hour, time_zone=territory.time_zone
    )


def cards(press: Press, draft: Draft, *, locale: str) -> tuple[NeedCard, ...]:
    """The lines of a letter in words."""
    with i18n.using(locale):
        return tuple(
            matching_queries.need_card(need, to=press.links.to, locale=locale, match=match)
            for need, match in draft.lines
        )


def write(press: Press, territory: Territory, draft: Draft) -> Letter:
    """A draft as the letter that its reader gets."""
    person = draft.recipient
    token = press.tokens.sign_bound(UNSUBSCRIBE, str(person.citizen_id), to=person.address)
    return letters.weekly(
        press.letters,
        address=person.address,
        first_name=person.first_name,
        locale=person.locale,
        territory_name=territory.name,
        lines=cards(press, draft, locale=person.locale),
        home_url=press.links.to("matching.home"),
        unsubscribe_url=press.links.to("digests.unsubscribe", token=token),
        list_id=_list_id(press, territory),
    )


def run_week(work: Work, *, territory_id: int, started_by: int | None, week: str | None = None) -> DigestRun:
    """Queue a territory's letters of ``week``, this one unless given: one run a week, nobody twice, none empty.

    An organiser (``started_by``) may still run a week that was missed. Raises AlreadyRun.
    """
    territory = work.session.get_one(Territory, territory_id)
    plan = compose(work.session, territory, now=work.now, tokens=work.tokens)
    run = _claim_week(
        work, territory=territory, week=week or plan.iso_week, state=RunState.COMPOSED, started_by=started_by
    )
    run.eligible = plan.eligible
    run.without_lines = plan.eligible - len(plan.letters)
    for start in range(0, len(plan.letters), LETTERS_AT_ONCE):
        for draft in drafts(work.session, plan, plan.letters[start : start + LETTERS_AT_ONCE]):
            _queue(work, territory, run, draft)
        work.session.flush()
    log.info("week_run", territory=territory.slug, week=run.iso_week, letters=len(plan.letters))
    return run


def _queue(work: Work, territory: Territory, run: DigestRun, draft: Draft) -> None:
    message = work.post(write(work, territory, draft))
    work.session.add(
        DigestLetter(
            run_id=run.id,
            recipient_key=draft.recipient_key,
            citizen_id=draft.recipient.citizen_id,
            message=message,
            lines=[
                DigestLine(
                    need_id=need.id,
                    recipient_key=draft.recipient_key,
                    position=position,
                    match=match_to_mapping(match),
                )
                for position, (need, match) in enumerate(draft.lines)
            ],
        )
    )


def run_due(works: WorkFactory) -> int:
    """Run every week that is due, each territory in its own transaction; how many were run.

    A week whose 48 hours have passed is recorded as missed. Another process that is faster is no error.
    """
    with works.begin() as work:
        waiting = _due(work)
    number = 0
    for territory_id, due in waiting:
        try:
            with works.begin() as work:
                if due.too_late:
                    territory = work.session.get_one(Territory, territory_id)
                    _claim_week(
                        work, territory=territory, week=due.iso_week, state=RunState.EXPIRED, started_by=None
                    )
                    log.warning("week_missed", territory=territory.slug, week=due.iso_week)
                else:
                    run_week(work, territory_id=territory_id, started_by=None, week=due.iso_week)
                    number += 1
        except AlreadyRun:
            continue
        except IntegrityError:
            log.warning("week_overtaken", territory=territory_id, week=due.iso_week)
    return number


def send_test(work: Work, *, territory_id: int, account_id: int) -> None:
    """Send an organiser an example: somebody's letter of this week without their name, else the newest open needs.

    Nothing counts as told. Raises NothingToShow when no need is open.
    """
    territory = work.session.get_one(Territory, territory_id)
    organiser = work.session.get_one(Account, account_id)
    plan = compose(work.session, territory, now=work.now, tokens=work.tokens)
    longest = max(plan.letters, key=lambda letter: len(letter.need_ids), default=None)
    if longest is not None:
        (draft,) = drafts(work.session, plan, [longest])
        lines = cards(work, draft, locale=organiser.locale)
    else:
        needs = groups.open_needs(work.session, territory=territory, now=work.now, limit=LINES_AT_MOST)
        with i18n.using(organiser.locale):
            lines = tuple(
                matching_queries.need_card(need, to=work.links.to, locale=organiser.locale) for need in needs
            )
    if not lines:
        raise NothingToShow
    work.post(
        letters.example(
            work.letters,
            address=organiser.address,
            first_name=organiser.first_name,
            locale=organiser.locale,
            territory_name=territory.name,
            lines=lines,
            home_url=work.links.to("matching.home"),
            list_id=_list_id(work, territory),
        )
    )


def _claim_week(
    work: Work, *, territory: Territory, week: str, state: RunState, started_by: int | None
) -> DigestRun:
    run = queries.find_run(work.session, territory_id=territory.id, iso_week=week)
    if run is not None:
        work.session.refresh(run, with_for_update=True)
        if run.state is not RunState.EXPIRED or started_by is None:
            raise AlreadyRun
        run.state, run.started_by_id, run.started_at = state, started_by, work.now
        return run
    run = DigestRun(
        territory_id=territory.id,
        iso_week=week,
        state=state,
        started_by_id=started_by,
        started_at=work.now,
        eligible=0,
        without_lines=0,
    )
    work.session.add(run)
    try:
        work.session.flush()
    except IntegrityError as error:
        if db.violates(error, "uq_digest_runs_one_a_week"):
            raise AlreadyRun from error
        raise
    return run


def _due(work: Work) -> list[tuple[int, Due]]:
    done = queries.weeks_run(work.session)
    found = []
    for territory in catalogue.territories(work.session):
        due = due_week(work.now, schedule_of(territory), since=territory.created_at)
        if due is not None and (territory.id, due.iso_week) not in done:
            found.append((territory.id, due))
    return found


def _list_id(press: Press, territory: Territory) -> str:
    host = urlsplit(press.links.to("catalogue.home")).hostname
    return f"{territory.name} <{territory.slug}.week.{host}>"
