"""The keys under which letters are kept: who was told of what, whatever address or relay they have by now."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from matchmaker.base.db import in_parts
from matchmaker.base.ids import CitizenId
from matchmaker.base.tokens import Tokens
from matchmaker.citizens.models import Citizen
from matchmaker.digests.models import DigestLetter
from matchmaker.digests.queries import Recipient
from matchmaker.digests.rules import ReaderId


@dataclass(frozen=True, slots=True, kw_only=True)
class RecipientKeys:
    """By what each reader is called in a plan: the key of their letters, and those of the letters on paper that they
    had before they had an account.
    """

    own: Mapping[ReaderId, str]
    former: Mapping[ReaderId, frozenset[str]]

    def owners(self, reader_ids: Iterable[ReaderId]) -> dict[str, ReaderId]:
        """Every key of some readers, with the reader."""
        return {
            key: reader_id
            for reader_id in reader_ids
            for key in (self.own[reader_id], *self.former.get(reader_id, ()))
        }


def keys_of(session: Session, people: Mapping[ReaderId, Recipient], *, tokens: Tokens) -> RecipientKeys:
    """The keys of some recipients, who are given by what they are called in a plan.

    A key stands for the address. Who has none is known by their number and the moment of their sign-up: SQLite gives
    the number of somebody who has left to the next who comes.
    """
    on_paper = [person.citizen_id for person in people.values() if person.citizen_id is not None]
    signed_up: dict[CitizenId, str] = {}
    for numbers in in_parts(on_paper):
        rows = session.execute(select(Citizen.id, Citizen.created_at).where(Citizen.id.in_(numbers)))
        signed_up |= {number: f"citizen:{number} {moment.isoformat()}" for number, moment in rows}
    return RecipientKeys(
        own={
            reader_id: tokens.fingerprint(
                "recipient", person.address if person.citizen_id is None else signed_up[person.citizen_id]
            )
            for reader_id, person in people.items()
        },
        former=_former(session, people),
    )


def _former(session: Session, people: Mapping[ReaderId, Recipient]) -> dict[ReaderId, frozenset[str]]:
    owners = {
        profile.citizen_id: reader_id
        for reader_id, person in people.items()
        for profile in person.profiles
        if person.account_id
    }
    found: dict[ReaderId, set[str]] = defaultdict(set)
    for ids in in_parts(sorted(owners)):
        rows = session.execute(
            select(DigestLetter.citizen_id, DigestLetter.recipient_key)
            .where(DigestLetter.citizen_id.in_(ids))
            .distinct()
        )
        for citizen_id, key in rows:
            if citizen_id is not None:
                found[owners[citizen_id]].add(key)
    return {reader_id: frozenset(keys) for reader_id, keys in found.items()}
