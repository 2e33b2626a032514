"""What mail servers write when a letter does not arrive, read and judged; and what anybody may write, survived."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matchmaker.post.meanings import Bounce, judge
from matchmaker.post.reports import DIAGNOSTIC_LENGTH, LARGEST_REPORT, read_report
from tests.extent import part_of
from tests.kernel.reports import AMINA, KEY, LOU, POSTFIX, SHAPES, report, with_recipients


@pytest.mark.parametrize("code", ["5.1.1", "5.1.2", "5.1.3", "5.1.6", "5.1.10", "5.2.1"])
def test_nobody_is_there(code: str) -> None:
    assert judge(code) is Bounce.HARD


@pytest.mark.parametrize(
    "code", ["5.2.2", "4.2.2", "5.2.0", "5.0.0", "4.0.0", "5.1.0", "4.1.1", "5.4.1", "4.4.7", "4.3.2"]
)
def test_it_did_not_arrive_this_time(code: str) -> None:
    assert judge(code) is Bounce.SOFT


@pytest.mark.parametrize(
    "code",
    [
        "5.7.1",
        "4.7.1",
        "5.7.26",
        "5.6.0",
        "5.5.2",
        "4.5.3",
        "5.3.4",
        "5.3.0",
        "5.2.3",
        "5.1.7",
        "5.1.8",
        "4.1.8",
    ],
)
def test_that_is_no_fault_of_the_recipients(code: str) -> None:
    assert judge(code) is None


@pytest.mark.parametrize("code", ["2.1.5", "", "nonsense", "9.1.1"])
def test_what_is_no_failure_says_nothing(code: str) -> None:
    assert judge(code) is None


@pytest.mark.parametrize("shape", SHAPES.values(), ids=SHAPES)
def test_every_server_s_report_names_the_letter_the_recipient_and_the_reason(shape: str) -> None:
    read = read_report(report(shape=shape))
    assert read is not None
    assert read.message_key == KEY
    about = read.about(AMINA)
    assert about is not None
    assert (about.action, about.bounce) == ("failed", Bounce.HARD)
    assert about.diagnostic == "550 5.1.1 <…>: Recipient address rejected: User unknown"


@pytest.mark.parametrize("shape", SHAPES.values(), ids=SHAPES)
def test_an_address_is_compared_without_regard_to_case(shape: str) -> None:
    read = read_report(report(recipient="Amina@Example.ORG", shape=shape))
    assert read is not None
    assert read.about(AMINA) is not None
    assert read.about(LOU) is None


@pytest.mark.parametrize(
    ("status", "diagnostic", "bounce"),
    [
        # Exim leaves the code to the answer; where that has none either, no more is known than that it failed.
        ("5.0.0", "550-5.1.1 The account does not exist. 550 5.1.1 See our help.", Bounce.HARD),
        ("5.0.0", "550 Unknown user", Bounce.HARD),
        ("5.0.0", "550 who knows", Bounce.SOFT),
        ("5.0.0", "550 5.7.1 blocked by our policy", None),
        ("5.0.0", "550 the host 5.1.1.4 is not known", Bounce.SOFT),
        ("", "550 5.2.1 disabled", Bounce.HARD),
        ("5.2.2 (mailbox full)", "552 over quota", Bounce.SOFT),
        ("5.7.1", "550 5.1.1 unknown", None),
        ("4.4.7", "delivery time expired", Bounce.SOFT),
    ],
)
def test_the_code_that_says_most_counts(status: str, diagnostic: str, bounce: Bounce | None) -> None:
    read = read_report(report(status=status, diagnostic=diagnostic))
    assert read is not None
    assert read.recipients[0].bounce is bounce


@pytest.mark.parametrize("action", ["delayed", "delivered", "relayed", "expanded"])
def test_what_is_still_on_its_way_or_arrived_did_not_come_back(action: str) -> None:
    read = read_report(report(action=action, status="4.4.1"))
    assert read is not None
    assert (read.recipients[0].action, read.recipients[0].bounce) == (action, None)


def test_a_report_about_several_recipients_tells_each_ones_own() -> None:
    read = read_report(
        with_recipients(
            KEY,
            f"Final-Recipient: rfc822; {LOU}\nAction: failed\nStatus: 5.1.1",
            f"Final-Recipient: rfc822; {AMINA}\nAction: failed\nStatus: 5.2.2",
        )
    )
    assert read is not None
    lou, amina = read.about(LOU), read.about(AMINA)
    assert lou is not None
    assert amina is not None
    assert (lou.bounce, amina.bounce) == (Bounce.HARD, Bounce.SOFT)
    assert read.about("zoe@example.org") is None


def test_a_letter_that_was_sent_on_is_about_the_address_it_was_written_to() -> None:
    read = read_report(
        with_recipients(
            KEY,
            f"Original-Recipient: rfc822;{AMINA}\nFinal-Recipient: rfc822; elsewhere@example.net\n"
            "Action: failed\nStatus: 5.1.1",
        )
    )
    assert read is not None
    assert read.about(AMINA) is not None


def test_a_report_without_an_address_is_about_the_letters_recipient() -> None:
    read = read_report(with_recipients(KEY, "Action: failed (user unknown)\nStatus: 5.1.1"))
    assert read is not None
    about = read.about(AMINA)
    assert about is not None
    assert (about.action, about.bounce) == ("failed", Bounce.HARD)


def test_a_diagnostic_is_kept_short_on_one_line_and_without_addresses() -> None:
    read = read_report(report(diagnostic=f"550 5.1.1 <{AMINA}>\n a\tb\0c {'x' * 5000}"))
    assert read is not None
    diagnostic = read.recipients[0].diagnostic
    assert diagnostic.startswith("550 5.1.1 <…> a b c x")
    assert len(diagnostic) == DIAGNOSTIC_LENGTH


def test_the_beginning_of_a_report_that_is_too_long_is_enough() -> None:
    read = read_report(report() + b"x" * 2_000_000)
    assert read is not None
    assert read.about(AMINA) is not None
    assert read_report(b"X-Long: " + b"x" * LARGEST_REPORT + b"\r\n" + report()) is None


@pytest.mark.parametrize(
    "odd",
    [
        b"",
        b"\0" * 1000,
        b"From: amina@example.org\r\nSubject: Thank you\r\n\r\nThank you!\r\n",
        b"Content-Type: multipart/report; boundary=x\r\n\r\n",
        b"Content-Type: multipart/report; boundary=x\r\n\r\n--x\r\nContent-Type: message/delivery-status\r\n\r\n\r\n",
        b"Content-Type: message/delivery-status\r\n\r\nAction: failed\r\n",
        report(key="not-a-key-of-ours"),
        report().replace(b"utf-8", b"no-such-charset").replace(KEY.encode(), b"\xff"),
        b"".join(
            b"Content-Type: multipart/report; boundary=x%d\r\n\r\n--x%d\r\n" % (n, n) for n in range(9000)
        ),
    ],
)
def test_what_is_no_report_of_ours_is_none(odd: bytes) -> None:
    assert read_report(odd) is None


@pytest.mark.parametrize(
    ("written", "instead"),
    [
        (b"multipart/report", b"multipart/mixed"),
        (b"message/delivery-status", b"text/plain"),
        (b"message/rfc822", b"text/plain"),
        (b"Content-Type: multipart/report", b"X-Broken"),
    ],
)
def test_a_report_whose_parts_have_other_names_is_read_all_the_same(written: bytes, instead: bytes) -> None:
    read = read_report(report().replace(written, instead))
    assert read is not None
    assert read.message_key == KEY
    about = read.about(AMINA)
    assert about is not None
    assert about.bounce is Bounce.HARD


@settings(max_examples=part_of(200))
@given(st.data())
def test_a_report_that_was_damaged_anywhere_breaks_nothing(data: st.DataObject) -> None:
    whole = report(shape=data.draw(st.sampled_from([POSTFIX, *SHAPES.values()])))
    start = data.draw(st.integers(0, len(whole)))
    end = data.draw(st.integers(start, min(len(whole), start + 200)))
    read_report(whole[:start] + data.draw(st.binary(max_size=50)) + whole[end:])
