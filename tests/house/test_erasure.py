"""Nothing of who has left stays anywhere: not in a row, nor in the file and its log, nor in what the processes log."""

import contextlib
from collections.abc import Iterator

import pytest
import structlog
from flask import Flask
from sqlalchemy import JSON, Column, String, select

from matchmaker import scheduler
from matchmaker.accounts import service as accounts
from matchmaker.accounts.models import Account
from matchmaker.base.db import Base, sqlite_file
from matchmaker.base.logs import set_up_logs
from matchmaker.base.outbox import MessageState, OutboxMessage
from matchmaker.introductions import service as introductions
from matchmaker.introductions.models import IntroductionMessage
from matchmaker.rooms import TRANSFERS
from tests import builders
from tests.digests.weeks import run_week
from tests.doors import site_of, works_of
from tests.house.leavers import LEAVERS, LEFT, NEEDLES, Leaver, Others, traces

# What programs write and people never do: keys, codes, hashes, languages, and data that ships.
OF_THE_PROGRAM = {
    "drafted_weeks", "changes",
    "communes", "postal_codes", "territory_communes", "detours", "concepts", "concept_labels", "concept_relations",
    "vocabulary_sources", "skill_families", "false_friends", "rate_buckets", "account_sessions", "acts",
    "suppressed_addresses", "returned_letters", "digest_runs", "skipped_weeks", "profile_showings",
    "alembic_version", "leases", "mail_brakes", "sent_forms",
}  # fmt: skip
KEYS = {
    "language", "locale", "own_locale", "consent_locale", "concept_id", "commune_code", "iso_week", "code",
    "recipient_key", "message_key", "lease_token", "turn", "kind", "list_id", "slug", "time_zone",
    "folded_a", "folded_b", "name_key", "vocabulary_version", "resolutions", "asked_month", "password_hash", "challenge_ids",
}  # fmt: skip
# What goes with the row of whoever it is of, or is blanked with it.
OWN = {
    "accounts.first_name", "mailed_links.first_name", "mailed_links.next_path", "sign_ups.id",
    "sign_ups.first_name", "sign_ups.skills", "sign_ups.levels", "sign_ups.consent_text", "citizens.own_first_name",
    "citizen_telephones.number", "citizen_skills.phrase", "consents.shown_text", "shared_contacts.telephone",
    "lowered_pairs.own", "lowered_pairs.wanted", "lowered_pairs.own_text", "lowered_pairs.wanted_text",
    "introductions.match", "digest_lines.match", "digest_lines.subject", "wanted_skills.phrase",
    "resolved_phrases.phrase", "territories.name", "outbox_messages.recipient_name", "outbox_messages.subject",
    "outbox_messages.text", "outbox_messages.html", "outbox_messages.unsubscribe_url",
    "outbox_messages.last_error", "heartbeats.name", "drafted_letters.name",
}  # fmt: skip


def holds_words(column: Column[object]) -> bool:
    """Whether people may have written what a column of text holds."""
    is_text = isinstance(column.type, String | JSON) and not hasattr(column.type, "enum_class")
    return is_text and column.table.name not in OF_THE_PROGRAM and column.name not in KEYS


@pytest.mark.parametrize(
    "column",
    [column for table in Base.metadata.sorted_tables for column in table.columns if holds_words(column)],
    ids=str,
)
def test_each_column_of_words_is_answered_for(column: Column[object]) -> None:
    answered = [
        known
        for room in TRANSFERS
        for attribute in (*room.holds, *room.texts)
        for known in attribute.property.columns
    ]
    assert column in answered or str(column) in OWN, f"may hold words about others: {column}"


@contextlib.contextmanager
def logging_all() -> Iterator[None]:
    """Log as the processes do, whatever is logged."""
    set_up_logs("debug")
    try:
        yield
    finally:
        structlog.reset_defaults()


@pytest.mark.parametrize("sent", [True, False], ids=["sent", "waiting"])
def test_who_leaves_is_named_nowhere(
    settled: None, live_app: Flask, capfd: pytest.CaptureFixture[str], sent: bool
) -> None:
    """Whether the letters of the week have left, or still wait for the mail server."""
    works = works_of(live_app)
    with logging_all():
        with works.begin() as work:
            world = builders.find_world(work.session)
            lead = builders.add_account(work, address="lead@example.org", first_name="Gaspard")
            group = builders.add_group(work, world.challenge, lead=lead)
            builders.add_need(work, group)
            citizen = builders.add_citizen(work, world.territory, address="camille@example.org")
            others = Others(world=world, lead=lead, group=group, citizen=citizen)
            people = [Leaver(number=number) for number in range(len(LEAVERS))]
            leave = [lives(work, others, who) for lives, who in zip(LEAVERS, people, strict=True)]
            for account in work.session.scalars(select(Account).where(Account.address.contains("nadelzq"))):
                accounts.post_sign_in_link(work, account=account)
        introductions.send_notices(works)
        with works.begin() as work:
            run_week(work, territory_id=world.territory.id, started_by=lead.id)
            kinds = set(work.session.scalars(select(OutboxMessage.kind)))
            assert {"digests.weekly", "introductions.notices", "invitations.invitation"} <= kinds
            if sent:
                for message in work.session.scalars(select(OutboxMessage)):
                    message.state, message.settled_at = MessageState.SENT, work.now
        with works.begin() as work:
            found = " ".join(f"{column}: {value}" for column, value in traces(work.session))
            assert [who.name for who in people if who.name not in found] == []
        for one in leave:
            with works.begin() as work:
                one(work)
        scheduler.beat_introductions(site_of(live_app))
    with works.begin() as work:
        assert set(traces(work.session)) == set()
        query = select(IntroductionMessage.body).where(IntroductionMessage.body.contains("c'est bien ça"))
        assert set(work.session.scalars(query)) == {LEFT}
    said = "".join(capfd.readouterr()).lower()
    assert [needle for needle in NEEDLES if needle in said] == []
    file = sqlite_file(site_of(live_app).engine)
    for path in file.parent.glob(f"{file.name}*") if file is not None else ():
        assert [needle for needle in NEEDLES if needle.encode() in path.read_bytes().lower()] == [], path
