"""The keys under which letters are kept: who was told of what, whatever address or relay they have by now."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from matchmaker.base.db import in_parts
from matchmaker.base.tokens import Tokens
from matchmaker.citizens.models import Citizen
from matchmaker.digests.models import DigestLetter
from matchmaker.digests.queries import Recipient


@dataclass(frozen=True, slots=True, kw_only=True)
class RecipientKeys:
    """By what each reader is called in a plan: the key of their letters, and those of the letters on paper that they
    had before they had an account.
    """

    own: Mapping[str, str]
    former: Mapping[str, frozenset[str]]

    def owners(self, reader_ids: Iterable[str]) -> dict[str, str]:
        """Every key of some readers, with the reader."""
        return {key: one for one in reader_ids for key in (self.own[one], *self.former.get(one, ()))}


def keys_of(session: Session, people: Mapping[str, Recipient], *, tokens: Tokens) -> RecipientKeys:
    """The keys of some recipients, who are given by what they are called in a plan.

    A key stands for the address. Who has none is known by their number and the moment of their sign-up: SQLite gives
    the number of somebody who has left to the next who comes.
    """
    on_paper = [one.citizen_id for one in people.values() if one.citizen_id is not None]
    signed_up: dict[int, str] = {}
    for numbers in in_parts(on_paper):
        rows = session.execute(select(Citizen.id, Citizen.created_at).where(Citizen.id.in_(numbers)))
        signed_up |= {number: f"citizen:{number} {moment.isoformat()}" for number, moment in rows}
    return RecipientKeys(
        own={
            reader_id: tokens.fingerprint(
                "recipient", one.address if one.citizen_id is None else signed_up[one.citizen_id]
            )
            for reader_id, one in people.items()
        },
        former=_former(session, people),
    )


def _former(session: Session, people: Mapping[str, Recipient]) -> dict[str, frozenset[str]]:
    owners = {
        profile.citizen_id: reader_id
        for reader_id, one in people.items()
        for profile in one.profiles
        if one.account_id
    }
    found: dict[str, set[str]] = defaultdict(set)
    for ids in in_parts(sorted(owners)):
        rows = session.execute(
            select(DigestLetter.citizen_id, DigestLetter.recipient_key)
            .where(DigestLetter.citizen_id.in_(ids))
            .distinct()
        )
        for citizen_id, key in rows:
            found[owners[citizen_id or 0]].add(key)
    return {one: frozenset(keys) for one, keys in found.items()}
