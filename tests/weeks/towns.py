"""A town whose citizens all get one letter a week, and what is known of these letters from both sides."""

from collections import Counter
from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import select

from matchmaker.base.outbox import MessageState, OutboxMessage
from matchmaker.base.work import Work, WorkFactory
from matchmaker.digests import queries
from matchmaker.digests.models import DigestRun
from matchmaker.digests.rules import RunState
from matchmaker.groups.models import Need
from matchmaker.places.models import Territory
from tests import builders
from tests.builders import World
from tests.digests.weeks import add_quiet_need
from tests.mailbox import Mailbox

KIND = "digests.weekly"


def make_town(work: Work, *, readers: int) -> World:
    """A world with one need, which so many citizens are told of this Tuesday."""
    world = builders.make_world(work)
    add_quiet_need(work, world.challenge)
    for number in range(readers):
        builders.add_citizen(work, world.territory, address=address(number))
    for territory in (world.territory, world.other_territory):
        territory.created_at = work.now - timedelta(days=2)
    return world


def address(number: int) -> str:
    """A reader's address."""
    return f"reader-{number}@example.org"


def letters(works: WorkFactory) -> Sequence[OutboxMessage]:
    """The weekly letters in the outbox, as they are now."""
    with works.begin() as work:
        return work.session.scalars(
            select(OutboxMessage)
            .where(OutboxMessage.kind == KIND)
            .order_by(OutboxMessage.id)
            .execution_options(populate_existing=True)
        ).all()


def states(works: WorkFactory) -> Counter[MessageState]:
    """How many weekly letters are in each state."""
    return Counter(message.state for message in letters(works))


def runs(works: WorkFactory, *, slug: str = "valence-romans") -> Sequence[DigestRun]:
    """A territory's runs."""
    with works.begin() as work:
        return work.session.scalars(
            select(DigestRun).join(Territory).where(Territory.slug == slug).order_by(DigestRun.iso_week)
        ).all()


def add_news(work: Work) -> None:
    """A need that nobody was told of yet."""
    need = work.session.scalars(select(Need).order_by(Need.id).limit(1)).one()
    builders.add_need(work, need.group, title="Réparer encore un vélo")


def written(works: WorkFactory) -> bool:
    """Whether there is a run, and every letter of every run is written."""
    with works.begin() as work:
        found = work.session.scalars(select(DigestRun)).all()
        return bool(found) and all(
            run.state is not RunState.PREPARING and not queries.progress(work.session, run).unwritten
            for run in found
        )


def settled(works: WorkFactory) -> bool:
    """Whether every letter of every run is written, and has come to an end."""
    over = {MessageState.SENT, MessageState.FAILED, MessageState.UNKNOWN, MessageState.SKIPPED}
    return written(works) and set(states(works)) <= over


def received(mailbox: Mailbox) -> Counter[str]:
    """How many letters each recipient got."""
    return Counter(recipient for one in mailbox.received for recipient in one.recipients)


def check_promise(works: WorkFactory, got: Counter[str], *, doubts_at_most: int) -> None:
    """Nobody got two letters, what is said to be sent arrived, and every letter that did not is in doubt."""
    outbox = letters(works)
    assert len({message.recipient for message in outbox}) == len(outbox)
    assert max(got.values()) == 1
    told = {message.recipient for message in outbox if message.state is MessageState.SENT}
    doubtful = {message.recipient for message in outbox if message.state is MessageState.UNKNOWN}
    assert told <= set(got)
    assert told | doubtful == {message.recipient for message in outbox}
    assert len(doubtful) <= doubts_at_most
