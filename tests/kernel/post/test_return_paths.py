"""Each letter has a return path of its own, where the settings allow it, so that a report to it names its letter."""

import pytest

from matchmaker.base.outbox import MessageState
from matchmaker.base.settings import Settings, SettingsError, load_settings
from matchmaker.base.work import WorkFactory
from matchmaker.post import delivery
from matchmaker.post.bounces import Outcome, take_report
from tests.builders import make_settings
from tests.kernel.letters import outbox, post
from tests.mailbox import Mailbox

AMINA, LOU = "amina@example.org", "lou@example.org"

# No id of ours, no returned letter, no address of the recipient's: the words of a server that keeps all to itself.
SECRETIVE = """\
From: Mail Delivery System <MAILER-DAEMON@mx.example.net>
To: {to}
Subject: Undelivered Mail Returned to Sender
Content-Type: text/plain; charset=utf-8

Your message could not be delivered. 550 5.1.1 User unknown
"""


@pytest.fixture
def verp(settings: Settings) -> Settings:
    """Settings with an address for reports."""
    return make_settings(
        mail_host=settings.mail_host, mail_port=settings.mail_port, mail_return_path="retour@aide.example.org"
    )


def take(works: WorkFactory, to: str) -> Outcome:
    """Read a report that was sent to an address."""
    with works.begin() as work:
        return take_report(work, raw=SECRETIVE.format(to=to).encode())


def test_a_report_to_a_letters_own_return_path_is_about_that_letter(
    works: WorkFactory, verp: Settings, smtp_server: Mailbox
) -> None:
    post(works, AMINA, LOU)
    assert delivery.deliver(works, verp).sent == 2
    paths = [received.mail_from for received in smtp_server.received]
    assert paths == [f"retour+{message.message_key}@aide.example.org" for message in outbox(works)]
    assert [received.recipients for received in smtp_server.received] == [(AMINA,), (LOU,)]
    # Mail programs show the address that is in the letter.
    assert b"From: Startup de territoire <bonjour@territoire.example>" in smtp_server.received[0].content
    assert take(works, "retour@aide.example.org") is Outcome.NO_REPORT
    assert take(works, f"retour+{'0' * 32}@aide.example.org") is Outcome.UNKNOWN_LETTER
    assert take(works, paths[1].upper()) is Outcome.SUPPRESSED
    assert take(works, f"<{paths[1]}>") is Outcome.KNOWN
    first, second = outbox(works)
    assert (first.state, second.state) == (MessageState.SENT, MessageState.SENT)


def test_a_forwarder_may_have_rewritten_it(works: WorkFactory, verp: Settings, smtp_server: Mailbox) -> None:
    post(works, AMINA)
    delivery.deliver(works, verp)
    name = smtp_server.received[0].mail_from.partition("@")[0]
    assert take(works, f"SRS0=4fXa=ZZ=aide.example.org={name}@forwarder.example") is Outcome.SUPPRESSED


@pytest.mark.parametrize("value", ["retour", "retour+x@example.org", "r" * 32 + "@example.org", "a@b@c"])
def test_an_address_that_has_no_room_for_it_is_refused(value: str) -> None:
    with pytest.raises(SettingsError, match="MATCHMAKER_MAIL_RETURN_PATH"):
        load_settings({**make_settings().model_dump(), "mail_return_path": value})


def test_the_name_is_never_longer_than_a_server_takes() -> None:
    settings = make_settings(mail_return_path="r" * 31 + "@example.org")
    assert len(settings.return_path("0" * 32).partition("@")[0]) == 64
