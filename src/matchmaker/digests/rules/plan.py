"""What each reader is told, or why they are told nothing."""

from collections.abc import Sequence, Set
from dataclasses import dataclass

from matchmaker.i18n import Labelled, mark

LINES_AT_MOST = 5


class Silence(Labelled):
    """Why a citizen gets no letter this week."""

    NO_CONSENT = "no_consent", mark("Did not ask for the letter")
    NOTHING_FITS = "nothing_fits", mark("No open need fits their skills")
    ALL_TOLD = "all_told", mark("Was told before of everything that fits")


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """A citizen as the letter sees them; ``recipient_key`` stands for the address."""

    citizen_id: str
    recipient_key: str
    consents: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedLetter:
    """Whom one letter goes to, and the needs that it tells of, best first. There is at least one."""

    citizen_id: str
    recipient_key: str
    need_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Silent:
    """Somebody who gets no letter, and why."""

    citizen_id: str
    why: Silence


def plan_letter(
    reader: Reader, ranked: Sequence[str], told: Set[str], *, lines_at_most: int = LINES_AT_MOST
) -> PlannedLetter | Silent:
    """One reader's letter: the first of the ranked needs that they have not been told of.

    ``ranked`` are ids of needs, best first, ``told`` those that this reader was told of in any week.
    """
    if not reader.consents:
        return Silent(citizen_id=reader.citizen_id, why=Silence.NO_CONSENT)
    fresh = tuple(need_id for need_id in ranked if need_id not in told)[:lines_at_most]
    if not fresh:
        why = Silence.ALL_TOLD if ranked else Silence.NOTHING_FITS
        return Silent(citizen_id=reader.citizen_id, why=why)
    return PlannedLetter(citizen_id=reader.citizen_id, recipient_key=reader.recipient_key, need_ids=fresh)
