"""Any order of beats, deaths, refusals, farewells and hours: one letter a week at most, and what is sent has arrived."""

from collections import Counter
from contextlib import ExitStack, suppress
from datetime import timedelta
from pathlib import Path
from typing import NoReturn

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from sqlalchemy import select

from matchmaker.accounts.models import Account
from matchmaker.base.outbox import MessageState, OutboxMessage
from matchmaker.citizens import service as citizens
from matchmaker.citizens.models import Citizen
from matchmaker.digests import service as digests
from matchmaker.digests.models import DigestLetter
from matchmaker.places.models import Territory
from matchmaker.post import delivery
from matchmaker.post.delivery import LEASE
from tests import builders
from tests.builders import make_settings
from tests.clock import MovableClock
from tests.databases import SqliteTemplate, sqlite_template
from tests.doors import live_app, works_of
from tests.extent import part_of
from tests.kernel.scripted_smtp import scripted_server
from tests.weeks.programs import live_a_week, mortal
from tests.weeks.towns import add_news, address, make_town

pytestmark = [pytest.mark.slow, pytest.mark.unmeasured]

READERS = 3


class Died(BaseException):
    """The process is gone; nothing catches this."""


def die() -> NoReturn:
    """End a process that is not one of its own."""
    raise Died


ANSWERS = st.sampled_from(
    [
        # A server is in a good mood half of the time.
        *[{}] * 9,
        {"GREETING": "421 4.3.2 busy"},
        {"MAIL": "451 4.3.0 later"},
        {"RCPT": "451 4.7.1 greylisted"},
        {"RCPT": "550 5.1.1 unknown"},
        {"RCPT": ""},
        {"DATA": "451 4.3.0 later"},
        {"DATA": ""},
        {"MIDDLE": ""},
        {"BODY": ""},
    ]
)


class Weeks(RuleBasedStateMachine):
    """A town of a few readers, its mail server and its clock."""

    town: SqliteTemplate

    def __init__(self) -> None:
        """A copy of the town, and nobody has done anything yet."""
        super().__init__()
        self.closing = ExitStack()
        url = self.town.copy()
        self.closing.callback(self.town.drop, url)
        self.clock = MovableClock()
        self.server = self.closing.enter_context(scripted_server())
        app = self.closing.enter_context(live_app(url, clock=self.clock))
        self.works = works_of(app)
        self.settings = make_settings(
            database_url=url, mail_host="127.0.0.1", mail_port=self.server.port, mail_timeout=60
        )

    def teardown(self) -> None:
        """The town is no more."""
        self.closing.close()

    @initialize()
    def begin(self) -> None:
        """There are letters from the start."""
        self.tick()

    @rule()
    def tick(self) -> None:
        """The scheduler asks for what is due, plans and writes it."""
        digests.request_due(self.works)
        digests.advance(self.works)

    @rule(answers=ANSWERS, limit=st.integers(1, READERS), pause=st.sampled_from([timedelta(), LEASE]))
    def send(self, answers: dict[str, str], limit: int, pause: timedelta) -> None:
        """A round of the sender, at once or when the leases have run out, with a server in some mood."""
        self.clock.advance(pause)
        self.server.answers = answers
        delivery.deliver(self.works, self.settings, limit=limit)

    @rule()
    def claim(self) -> None:
        """A sender claims a letter and is never heard of again."""
        with self.works.begin() as work:
            delivery.claim(work)

    @rule(answers=ANSWERS, last=st.integers(1, 20), after=st.booleans())
    def crash(self, answers: dict[str, str], last: int, after: bool) -> None:
        """A process does what is to be done, and dies at one of its commits."""
        self.server.answers = answers
        with suppress(Died):
            live_a_week(mortal(self.works, last=last, after=after, die=die), self.settings)

    @rule(last=st.integers(2, 4), after=st.booleans())
    def crash_sending(self, last: int, after: bool) -> None:
        """A sender of a new week dies as it claims, begins to send, or notes that it sent; another takes over."""
        self.begin_another_week()
        self.server.answers = {}
        with suppress(Died):
            delivery.deliver(mortal(self.works, last=last, after=after, die=die), self.settings)
        self.clock.advance(LEASE)
        delivery.deliver(self.works, self.settings)

    @rule(time=st.sampled_from([timedelta(minutes=1), LEASE, timedelta(days=1)]))
    def wait(self, time: timedelta) -> None:
        """Time passes."""
        self.clock.advance(time)

    @rule(hours=st.integers(1, 3))
    def put_back(self, hours: int) -> None:
        """Somebody puts the clock back."""
        self.clock.advance(-timedelta(hours=hours))

    @rule()
    def begin_another_week(self) -> None:
        """There is something new to tell, and the hour for it comes."""
        with self.works.begin() as work:
            add_news(work)
        self.clock.advance(timedelta(days=7))
        self.tick()

    @rule(number=st.integers(0, READERS - 1), erased=st.booleans())
    def leave_or_come_back(self, number: int, erased: bool) -> None:
        """A reader wants no letters any more or is erased; who is gone joins again."""
        with self.works.begin() as work:
            query = select(Citizen).join(Account).where(Account.address == address(number))
            citizen = work.session.scalars(query).one_or_none()
            if citizen is None:
                home = work.session.scalars(select(Territory).where(Territory.slug == "valence-romans")).one()
                builders.add_citizen(work, home, address=address(number))
            elif erased:
                citizens.delete_profile(work, citizen_id=citizen.id)
            else:
                digests.stop_letters(work, account_id=builders.account_of(citizen).id)

    @invariant()
    def nobody_has_two_letters_in_a_week_and_what_is_sent_arrived(self) -> None:
        """The promise."""
        arrived = Counter(key_of(letter) for letter in self.server.letters)
        with self.works.begin() as work:
            rows = work.session.execute(
                select(
                    OutboxMessage.message_key,
                    OutboxMessage.state,
                    OutboxMessage.recipient,
                    DigestLetter.iso_week,
                ).join(DigestLetter, DigestLetter.message_id == OutboxMessage.id)
            ).all()
        each = Counter[tuple[str, str]]()
        for key, state, recipient, week in rows:
            each[recipient, week] += arrived[key]
            assert state is not MessageState.SENT or arrived[key] == 1
        assert set(each.values()) <= {0, 1}
        assert set(arrived) <= {key for key, *_ in rows}


def key_of(letter: bytes) -> str:
    """What the Message-ID of a letter says of its row."""
    return letter.partition(b"Message-ID: <")[2].partition(b"@")[0].decode()


def test_whatever_happens_in_whatever_order_nobody_gets_two_letters_in_a_week(tmp_path: Path) -> None:
    town = sqlite_template(tmp_path)
    with live_app(town.url, clock=MovableClock()) as app, works_of(app).begin() as work:
        make_town(work, readers=READERS)
    machine = type("WeeksOfThisTown", (Weeks,), {"town": town})
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=part_of(25),
            stateful_step_count=20,
            derandomize=True,
            database=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
