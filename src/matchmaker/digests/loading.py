"""The week's plan: who would get what, and why nobody else, read in a fixed number of queries."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from matchmaker.catalogue.models import Territory
from matchmaker.digests import queries
from matchmaker.digests.queries import Recipient
from matchmaker.digests.rules import (
    LINES_AT_MOST,
    PlannedLetter,
    Reader,
    Silence,
    iso_week,
    plan_letter,
)
from matchmaker.groups.models import Need
from matchmaker.matching import queries as matching_queries
from matchmaker.matching import service as matching
from matchmaker.matching.rules import Match
from matchmaker.tokens import Tokens

CITIZENS_AT_ONCE = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """One person's letter before it is written: the needs with their matches, best first."""

    recipient: Recipient
    recipient_key: str
    lines: tuple[tuple[Need, Match], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Who would get what this week, and who gets nothing and why; both by the citizen's id."""

    iso_week: str
    letters: tuple[PlannedLetter, ...]
    silent: tuple[tuple[Recipient, Silence], ...]
    people: Mapping[str, Recipient]
    matches: matching.TerritoryMatches

    @property
    def eligible(self) -> int:
        """How many people asked for the letter."""
        return len(self.letters) + sum(why is not Silence.NO_CONSENT for _, why in self.silent)


def compose(session: Session, territory: Territory, *, now: datetime, tokens: Tokens) -> Plan:
    """Who would get what now, and why nobody else; nothing is kept.

    The number of queries grows by one for every 500 people, not by person.
    """
    everyone = {
        str(person.citizen_id): person for person in queries.recipients(session, territory_id=territory.id)
    }
    readers = {
        citizen_id: Reader(
            citizen_id=citizen_id,
            recipient_key=tokens.fingerprint("recipient", person.address),
            consents=person.consents,
        )
        for citizen_id, person in everyone.items()
    }
    told = queries.told(session, recipient_keys=(reader.recipient_key for reader in readers.values()))
    matches = matching.territory_matches(session, territory, now=now)
    # Somebody may sign up between two reads; their week is the next one.
    known = [citizen_id for citizen_id in matches.citizen_ids if citizen_id in readers]
    planned: list[PlannedLetter] = []
    silent: list[tuple[Recipient, Silence]] = []
    for start in range(0, len(known), CITIZENS_AT_ONCE):
        batch = known[start : start + CITIZENS_AT_ONCE]
        most = max(len(told.get(readers[citizen_id].recipient_key, ())) for citizen_id in batch)
        ranked = matches.ranked(batch, limit=LINES_AT_MOST + most)
        for citizen_id in batch:
            reader = readers[citizen_id]
            one = plan_letter(
                reader, [match.need_id for match in ranked[citizen_id]], told.get(reader.recipient_key, set())
            )
            if isinstance(one, PlannedLetter):
                planned.append(one)
            else:
                silent.append((everyone[one.citizen_id], one.why))
    return Plan(
        iso_week=iso_week(now, territory.time_zone),
        letters=tuple(planned),
        silent=tuple(silent),
        people=everyone,
        matches=matches,
    )


def drafts(session: Session, plan: Plan, letters: Sequence[PlannedLetter]) -> tuple[Draft, ...]:
    """Some letters of a plan with their needs and the reasons of each line, in a fixed number of queries."""
    needs = matching_queries.needs_by_id(
        session, (int(need_id) for letter in letters for need_id in letter.need_ids)
    )
    return tuple(
        Draft(
            recipient=plan.people[letter.citizen_id],
            recipient_key=letter.recipient_key,
            lines=tuple(
                (needs[int(need_id)], plan.matches.match(need_id=need_id, citizen_id=letter.citizen_id))
                for need_id in letter.need_ids
            ),
        )
        for letter in letters
    )


def find_draft(session: Session, plan: Plan, *, citizen_id: int) -> Draft | None:
    """The letter of one citizen in a plan."""
    letters = [letter for letter in plan.letters if letter.citizen_id == str(citizen_id)]
    return next(iter(drafts(session, plan, letters)), None)
