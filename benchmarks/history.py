"""What weeks leave behind in a town: letters that were sent, what they told, who was shown, who was introduced.

The words of old letters are left out, as no page that is measured reads them; `./run bench years` weighs these.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Table, insert, select
from sqlalchemy.orm import joinedload

from matchmaker.accounts.models import Account
from matchmaker.accounts.service.passwords import hashed_password
from matchmaker.base.ids import CitizenId
from matchmaker.base.outbox import MessageState, OutboxMessage
from matchmaker.base.work import Work
from matchmaker.citizens.models import Citizen
from matchmaker.digests.models import DigestLetter, DigestLine, DigestRun
from matchmaker.digests.rules import LineKind, RunState, iso_week
from matchmaker.groups.models import Membership, Need
from matchmaker.groups.rules import Role
from matchmaker.introductions.models import Introduction
from matchmaker.introductions.rules import DeclineReason, Party, State
from matchmaker.matching import service as matching
from matchmaker.matching.models import ProfileShowing
from matchmaker.matching.rules import ShownWhere, match_to_mapping
from matchmaker.places import service as places
from matchmaker.places.models import Territory
from matchmaker.relays import service as relays
from matchmaker.relays.models import RelayMember
from matchmaker.relays.rules import RelayKind

WEEKS = 8
LINES_A_LETTER = 3
SHOWN_A_WEEK = 5
"""People who were shown to a group for a need, each week."""

INTRODUCED = 3
"""Of two needs, in eight weeks."""

PASSWORD = "un mot de passe pour mesurer"  # noqa: S105
"""Of everybody in a town with a history."""

AT_ONCE = 5_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Cast:
    """The accounts of people who sign in, and what they look at."""

    citizens: Sequence[int]
    leads: Sequence[tuple[int, int]]
    """Each with a need of their group's."""
    waiting: Sequence[tuple[int, int]]
    """Leads, each with an offer that waits for their answer."""
    wanted: Sequence[tuple[int, Sequence[str]]]
    """Needs that anybody can fill from home, with all that they ask for."""
    organiser: int
    relay_worker: int
    relay_id: int


def cast_of(work: Work) -> Cast:
    """Who is in a town that was given its history; the first thousand of each kind."""
    citizens = work.session.scalars(select(Citizen.account_id).order_by(Citizen.id).limit(1_000)).all()
    leads = work.session.execute(
        select(Membership.account_id, Need.id)
        .join(Need, Need.group_id == Membership.group_id)
        .where(Membership.role == Role.LEAD)
        .order_by(Need.id)
        .limit(1_000)
    ).all()
    waiting = work.session.execute(
        select(Membership.account_id, Introduction.id)
        .join(Introduction, Introduction.group_id == Membership.group_id)
        .where(Membership.role == Role.LEAD, Introduction.state == State.OFFERED)
        .order_by(Introduction.id)
        .limit(1_000)
    ).all()
    open_to_all = work.session.scalars(
        select(Need).where(Need.remote, Need.hours_a_week.is_(None)).order_by(Need.id).limit(50)
    ).all()
    (organiser,) = work.session.scalars(select(Account.id).where(Account.address == "equipe@example.org"))
    (worker,) = work.session.scalars(select(RelayMember.account_id))
    (relay_id,) = work.session.scalars(select(RelayMember.relay_id))
    return Cast(
        citizens=[number for number in citizens if number is not None],
        leads=[(account_id, need_id) for account_id, need_id in leads],
        waiting=[(account_id, number) for account_id, number in waiting],
        wanted=[(need.id, [wanted.phrase for wanted in need.wanted]) for need in open_to_all],
        organiser=organiser,
        relay_worker=worker,
        relay_id=relay_id,
    )


def add_history(work: Work, *, weeks: int = WEEKS) -> None:
    """Eight weeks of letters, of people shown and introduced, in a town that `make_town` made; a desk and a relay."""
    town = _Past(work)
    town.add_desk_and_relay()
    for number in range(weeks, 0, -1):
        town.add_week(work.now - timedelta(weeks=number))
    town.add_showings(weeks)
    town.add_introductions()


class _Past:
    """The same history for one town on every machine."""

    def __init__(self, work: Work) -> None:
        self._work = work
        self._rng = random.Random(2)
        self._territory = work.session.scalars(select(Territory)).one()
        rows = work.session.execute(
            select(Citizen.id, Account.id, Account.address).join(Citizen.account).order_by(Citizen.id)
        ).all()
        self._people = [(citizen_id, account_id) for citizen_id, account_id, _ in rows]
        self._addresses = {citizen_id: address for citizen_id, _, address in rows}
        self._needs = work.session.execute(select(Need.id, Need.group_id).order_by(Need.id)).all()
        self._told: dict[int, list[int]] = {}

    def add_desk_and_relay(self) -> None:
        """An organiser and a relay with somebody at it; everybody gets the password, by one hash."""
        session, now = self._work.session, self._work.now
        organiser, worker = (
            Account(address=f"{name}@example.org", first_name="Camille", locale="fr", created_at=now)
            for name in ("equipe", "relais")
        )
        session.add_all([organiser, worker])
        session.flush()
        places.name_organiser(self._work, territory_id=self._territory.id, account_id=organiser.id)
        relay = relays.name_relay(
            self._work,
            territory_id=self._territory.id,
            name="La Maison",
            kind=next(iter(RelayKind)),
            commune_code=self._work.session.scalars(select(Citizen.commune_code).limit(1)).one(),
        )
        session.flush()
        session.add(RelayMember(relay_id=relay.id, account_id=worker.id, joined_at=now))
        table: Table = Account.metadata.tables[Account.__tablename__]
        session.execute(table.update().values(password_hash=hashed_password(PASSWORD)))

    def add_week(self, moment: datetime) -> None:
        """A letter for everybody with three needs that they were not told of before."""
        session = self._work.session
        week = iso_week(moment, self._territory.time_zone)
        run = DigestRun(
            territory_id=self._territory.id,
            iso_week=week,
            state=RunState.SENDING,
            seed=1,
            started_at=moment,
            planned_at=moment,
            silences={},
            unreached=[],
        )
        session.add(run)
        session.flush()
        for start in range(0, len(self._people), AT_ONCE):
            self._add_letters(run, self._people[start : start + AT_ONCE], moment)

    def _add_letters(self, run: DigestRun, people: Sequence[tuple[CitizenId, int]], moment: datetime) -> None:
        session = self._work.session
        messages = session.scalars(
            insert(OutboxMessage).returning(OutboxMessage.id, sort_by_parameter_order=True),
            [
                {
                    "kind": "digest",
                    "recipient": self._addresses[citizen_id],
                    "recipient_name": "Inès",
                    "locale": "fr",
                    "subject": "La lettre",
                    "text": "…",
                    "html": "…",
                    "message_key": f"{run.iso_week}-{citizen_id}",
                    "state": MessageState.SENT,
                    "attempts": 1,
                    "created_at": moment,
                    "due_at": moment,
                    "settled_at": moment,
                }
                for citizen_id, _ in people
            ],
        ).all()
        letters = session.scalars(
            insert(DigestLetter).returning(DigestLetter.id, sort_by_parameter_order=True),
            [
                {
                    "run_id": run.id,
                    "iso_week": run.iso_week,
                    "recipient_key": self._key(citizen_id),
                    "account_id": account_id,
                    "message_id": message_id,
                }
                for (citizen_id, account_id), message_id in zip(people, messages, strict=True)
            ],
        ).all()
        if lines := list(self._lines(people, letters)):
            session.execute(insert(DigestLine), lines)

    def _lines(
        self, people: Sequence[tuple[CitizenId, int]], letters: Sequence[int]
    ) -> Iterator[dict[str, object]]:
        for (citizen_id, _), letter_id in zip(people, letters, strict=True):
            if citizen_id not in self._told:
                known = min(LINES_A_LETTER * WEEKS, len(self._needs))
                self._told[citizen_id] = self._rng.sample(range(len(self._needs)), known)
            untold = self._told[citizen_id]
            for position in range(min(LINES_A_LETTER, len(untold))):
                need_id, _ = self._needs[untold.pop()]
                yield {
                    "letter_id": letter_id,
                    "recipient_key": self._key(citizen_id),
                    "kind": LineKind.NEED,
                    "subject": f"need:{need_id}",
                    "position": position,
                    "need_id": need_id,
                    "citizen_id": citizen_id,
                }

    def _key(self, citizen_id: CitizenId) -> str:
        """That of the letters to an address, as the week's plan looks it up."""
        return self._work.tokens.fingerprint("recipient", self._addresses[citizen_id])

    def add_showings(self, weeks: int) -> None:
        """People who were shown to groups; the match is that of one pair, whoever is shown."""
        session = self._work.session
        need = session.scalars(select(Need).order_by(Need.id).limit(1).options(joinedload(Need.group))).one()
        match = matching.explain(session, need, citizen_id=self._people[0][0], now=self._work.now).match
        mapping = match_to_mapping(match)
        for week in range(1, weeks + 1):
            moment = self._work.now - timedelta(weeks=week)
            session.execute(
                insert(ProfileShowing),
                [
                    {
                        "citizen_id": citizen_id,
                        "need_id": need_id,
                        "place": ShownWhere.PAGE,
                        "to_organiser": False,
                        "day": moment.date(),
                        "shown_at": moment,
                        "match": mapping,
                    }
                    for need_id, _ in self._needs
                    for citizen_id, _ in self._rng.sample(self._people, min(SHOWN_A_WEEK, len(self._people)))
                ],
            )

    def add_introductions(self) -> None:
        """A part of the needs with offers that wait, and with those that were declined."""
        rows = []
        for number, (need_id, group_id) in enumerate(self._needs):
            for citizen_id, _ in self._rng.sample(self._people, INTRODUCED - number % 2):
                declined = self._rng.random() < 0.7
                begun = self._work.now - timedelta(days=self._rng.randrange(3, 40))
                rows.append(
                    {
                        "need_id": need_id,
                        "citizen_id": citizen_id,
                        "group_id": group_id,
                        "territory_id": self._territory.id,
                        "begun_by": Party.CITIZEN,
                        "begun_at": begun,
                        "state": State.DECLINED if declined else State.OFFERED,
                        "since": begun,
                        "reason": DeclineReason.OTHER if declined else None,
                        "score": 60.0,
                    }
                )
        self._work.session.execute(insert(Introduction), rows)
