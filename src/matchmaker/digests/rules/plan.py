"""What each reader is told, or why they are told nothing."""

from collections.abc import Sequence, Set
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from matchmaker.base.i18n import Labelled, mark
from matchmaker.base.ids import AccountId, CitizenId, GroupId, NeedId

LINES_AT_MOST = 5
HELPERS_AT_MOST = 10
NEWS_AT_MOST = 3
MONTH = timedelta(days=27)
"""Who wants one letter a month gets none for so many days after one: it comes on the same weekday four weeks later."""


class PlanningStopped(Exception):
    """The process was asked to end, and leaves the choice to another."""


class Frequency(Labelled):
    """How often somebody wants the letter."""

    WEEKLY = "weekly", mark("Every week")
    MONTHLY = "monthly", mark("Once a month")
    OFF = "off", mark("Never")


class LineKind(StrEnum):
    """A need that the reader could help with, an introduction that waits for their answer, a person who could help the
    reader's group, or news of a défi.
    """

    NEED = "need"
    WAITING = "waiting"
    HELPER = "helper"
    NEWS = "news"


class EditKind(StrEnum):
    """What an organiser changed in a week's letters."""

    HOLD = "hold"
    PIN = "pin"
    PARAGRAPH = "paragraph"


class PinProblem(StrEnum):
    """Why a need cannot be put into somebody's letter.

    GATE: something excludes the two. NOT_PROPOSED: it fits them too little, or they were told of it before. NO_ROOM: the
    letter's lines and the month's groups are taken, by what is pinned or by needs that reach too few people.
    """

    GATE = "gate"
    NOT_PROPOSED = "not_proposed"
    NO_ROOM = "no_room"


class Silence(Labelled):
    """Why somebody gets no letter this week."""

    NO_CONSENT = "no_consent", mark("Did not ask for the letter")
    OFF = "off", mark("Chose to get no letters")
    PAUSED = "paused", mark("Paused their letters")
    MONTHLY = "monthly", mark("Wants one letter a month, and had it")
    CAME_BACK = "came_back", mark("Letters to their address came back")
    HAD_ONE = "had_one", mark("Had a letter this week already")
    NOTHING_FITS = "nothing_fits", mark("No open need fits their skills")
    ALL_TOLD = "all_told", mark("Was told before of everything that fits")
    ENOUGH = "enough", mark("Was offered to enough groups this month")
    HELD = "held", mark("All that fits was held by an organiser")
    GONE = "gone", mark("Left before their letter was written")


@dataclass(frozen=True, slots=True)
class ReaderId:
    """Whom a letter is for: an account, or a citizen without one, whose letter is for paper. One of the two is None."""

    account_id: AccountId | None
    citizen_id: CitizenId | None = None

    def __str__(self) -> str:
        """The text by which a run's seed knows the reader."""
        return f"citizen:{self.citizen_id}" if self.account_id is None else str(self.account_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """Somebody as the letter sees them; ``recipient_key`` stands for the address, or for who has none.

    ``consents`` says that they asked for needs that fit them, ``member`` that they belong to a group, whose letters need
    no other consent. ``came_back`` says that letters do not arrive at their address; ``last_letter`` is the day of their
    last one.
    """

    reader_id: ReaderId
    recipient_key: str
    consents: bool
    member: bool
    frequency: Frequency = Frequency.WEEKLY
    paused_until: date | None = None
    came_back: bool = False
    last_letter: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedLine:
    """A line of a letter by the ids of what it is about; ``citizen_id`` is the reader's profile, or the helper's.

    ``turn`` tells the times apart at which the same answer is asked for: when it was asked first, and each reminder.
    """

    kind: LineKind
    need_id: NeedId | None = None
    citizen_id: CitizenId | None = None
    group_id: GroupId | None = None
    turn: str | None = None

    @property
    def subject(self) -> str:
        """What nobody is told of twice."""
        match self.kind:
            case LineKind.NEED:
                return f"need:{self.need_id}"
            case LineKind.WAITING:
                return f"waiting:{self.need_id}:{self.citizen_id}:{self.turn}"
            case LineKind.HELPER:
                return f"helper:{self.need_id}:{self.citizen_id}"
            case LineKind.NEWS:
                return f"group:{self.group_id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedLetter:
    """Whom one letter goes to, and its lines, of which there is at least one."""

    reader_id: ReaderId
    recipient_key: str
    lines: tuple[PlannedLine, ...]


def silence_of(reader: Reader, *, today: date, had_one: bool) -> Silence | None:
    """Why a reader wants no letter on a day, whatever there is to tell; None if they do."""
    if not (reader.consents or reader.member):
        return Silence.NO_CONSENT
    # Who stops the letters withdraws every consent with it: one that is in force was given since.
    if reader.frequency is Frequency.OFF and not reader.consents:
        return Silence.OFF
    if reader.paused_until is not None and today <= reader.paused_until:
        return Silence.PAUSED
    if reader.came_back:
        return Silence.CAME_BACK
    if had_one:
        return Silence.HAD_ONE
    if (
        reader.frequency is Frequency.MONTHLY
        and reader.last_letter is not None
        and today - reader.last_letter <= MONTH
    ):
        return Silence.MONTHLY
    return None


def lines_of(
    needs: Sequence[PlannedLine],
    helpers: Sequence[PlannedLine],
    news: Sequence[PlannedLine],
    *,
    told: Set[str],
    waiting: Sequence[PlannedLine] = (),
) -> tuple[PlannedLine, ...]:
    """The lines of a letter, section by section, without what was told before; each section has its own limit."""

    def fresh(lines: Sequence[PlannedLine], at_most: int) -> list[PlannedLine]:
        return [line for line in lines if line.subject not in told][:at_most]

    return (
        *fresh(needs, LINES_AT_MOST),
        *fresh(waiting, HELPERS_AT_MOST),
        *fresh(helpers, HELPERS_AT_MOST),
        *fresh(news, NEWS_AT_MOST),
    )
