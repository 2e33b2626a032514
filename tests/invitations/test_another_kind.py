"""A kind of invitation that the service does not have: who helps at an evening. A table and a value are all it takes."""

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import ForeignKey, MetaData, String, delete, insert, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column, relationship

from matchmaker.accounts import service as accounts
from matchmaker.accounts.models import Account
from matchmaker.base.db import Base
from matchmaker.base.work import Work, WorkFactory
from matchmaker.invitations import service
from matchmaker.invitations.models import Invitation
from matchmaker.invitations.queries import waiting_invitations
from matchmaker.invitations.rules import Subject, Words
from matchmaker.invitations.service import Kind
from matchmaker.invitations.views import invite_to
from tests.builders import add_account
from tests.clock import MovableClock
from tests.doors import Person, signed_in
from tests.groups.pages import letters_to, link_in, words

EVE = "eve@example.org"


class Tables(DeclarativeBase):
    """Tables of this file alone, beside those of the service."""

    metadata = MetaData(naming_convention=Base.metadata.naming_convention)
    type_annotation_map = Base.type_annotation_map


class Evening(Tables):
    """An evening at which groups are founded."""

    __tablename__ = "evenings"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(80))


class Helper(Tables):
    """Somebody who helps at an evening, at the door or in the kitchen."""

    __tablename__ = "helpers"

    evening_id: Mapped[int] = mapped_column(ForeignKey(Evening.id, ondelete="CASCADE"), primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey(Account.id), primary_key=True)
    where: Mapped[str] = mapped_column(String(20))


class HelperInvitation(Invitation, Tables):
    """An address that was asked to help."""

    __tablename__ = "helper_invitations"

    subject_id: Mapped[int] = mapped_column(ForeignKey(Evening.id, ondelete="CASCADE"))
    where: Mapped[str] = mapped_column(String(20))

    subject: Mapped[Evening] = relationship()


def is_helper(session: Session, evening_id: int, account_id: int) -> bool:
    """Whether an account helps at an evening."""
    return session.get(Helper, (evening_id, account_id)) is not None


def join(work: Work, invited: HelperInvitation, account_id: int) -> None:
    """Let an account help."""
    work.session.add(Helper(evening_id=invited.subject_id, account_id=account_id, where=invited.where))


HELPERS = Kind(
    purpose="evening_helper",
    rows=HelperInvitation,
    subjects=Evening,
    words=Words(
        letter_subject="%(name)s asks you to help at %(evening)s",
        preheader="It is a long evening.",
        sentence="%(name)s asks you to help at %(evening)s.",
        title="Help at %(evening)s",
        lead="%(name)s asks for your help.",
        name_hint="Everybody at the evening sees it.",
        accept="Yes, I help",
        welcome="See you there!",
    ),
    a_day=10,
    page=("group", "group_id"),
    subject=lambda invited: Subject(
        territory="Valence-Romans",
        territory_id=1,
        time_zone="Europe/Paris",
        locale="en",
        values={"evening": invited.subject.name},
    ),
    is_member=is_helper,
    join=join,
)


@pytest.fixture
def evening(app: Flask, works: WorkFactory) -> int:
    """The id of an evening; its kind of invitation is answered in ``app``."""
    invite_to(app, [HELPERS])
    with works.begin() as work:
        Tables.metadata.create_all(work.session.connection())
        evening = Evening(name="La grande soirée")
        work.session.add(evening)
        work.session.flush()
        return evening.id


def invite(works: WorkFactory, evening: int, where: str = "door") -> str:
    """Lou asks Eve to help; the path in her letter."""
    with works.begin() as work:
        lou = accounts.open_account(work, address="lou@example.org", first_name="Lou", locale="en")
        service.invite(work, HELPERS, subject_id=evening, invited_by_id=lou.id, address=EVE, where=where)
        return link_in(letters_to(work.session, EVE)[-1], "/invitations/")


def helpers(works: WorkFactory) -> list[str]:
    """Where people help."""
    with works.begin() as work:
        return list(work.session.scalars(select(Helper.where)))


def test_its_page_speaks_of_it_and_who_accepts_has_joined(
    person: Person, works: WorkFactory, evening: int
) -> None:
    link = invite(works, evening, where="kitchen")
    with works.begin() as work:
        (letter,) = letters_to(work.session, EVE)
    # Eve has no account: what people wrote stands on the page alone.
    assert letter.subject == "An invitation from the territory Valence-Romans"
    assert "grande soirée" not in letter.text
    page = words(person.get(f"{link}?lang=en").text)
    assert "Help at La grande soirée" in page
    assert "Everybody at the evening sees it." in page
    answer = person.fill_in(link, {"first_name": "Eve", "locale": "en"})
    assert answer.location == f"/groups/{evening}"
    assert "See you there!" in words(person.get("/").text)
    assert helpers(works) == ["kitchen"]
    assert person.get(link).status_code == 410


def test_it_is_renewed_not_doubled_and_bound_to_its_address(
    app: Flask, works: WorkFactory, evening: int
) -> None:
    with works.begin() as work:
        stranger = add_account(work, address="zoe@example.org", first_name="Zoé")
    first, second = invite(works, evening), invite(works, evening, where="kitchen")
    with works.begin() as work:
        (waiting,) = waiting_invitations(work.session, HelperInvitation, subject_ids=[evening], now=work.now)
        assert waiting.where == "kitchen"
    other = signed_in(app, stranger)
    assert [other.fill_in(link).status_code for link in (first, second)] == [422, 422]
    assert helpers(works) == []


def test_it_is_taken_back_once_and_nobody_takes_back_what_was_accepted(
    person: Person, works: WorkFactory, evening: int, clock: MovableClock
) -> None:
    def withdraw() -> bool:
        with works.begin() as work:
            number = work.session.scalars(select(HelperInvitation.id)).first() or 0
            return service.withdraw(work, HELPERS, subject_id=evening, invitation_id=number)

    old = invite(works, evening)
    assert [withdraw(), withdraw()] == [True, False]
    assert person.get(old).status_code == 410
    clock.advance(timedelta(minutes=1))
    new = invite(works, evening)
    assert person.get(old).status_code == 410, "even if the new one has got its number"
    assert person.fill_in(new, {"first_name": "Eve", "locale": "fr"}).status_code == 302
    assert not withdraw()
    with works.begin() as work, pytest.raises(service.AlreadyMember):
        service.invite(work, HELPERS, subject_id=evening, invited_by_id=1, address=EVE, where="kitchen")


def test_the_database_keeps_its_promises_for_it_too(works: WorkFactory, evening: int) -> None:
    invite(works, evening)
    with works.begin() as work:
        columns = [column for column in HelperInvitation.__table__.columns if column.name != "id"]
        row = dict(work.session.execute(select(*columns)).one()._mapping)
        late = row["expires_at"] + timedelta(seconds=1)
        for wrong, told in (
            ({}, "(?i)unique"),
            ({"accepted_at": late}, "accepted_in_time"),
            ({"subject_id": 987, "address": "a@example.org"}, "(?i)foreign key"),
        ):
            with pytest.raises(IntegrityError, match=told), work.session.begin_nested():
                work.session.execute(insert(HelperInvitation).values({**row, **wrong}))
        work.session.execute(delete(Evening))
        assert work.session.scalars(select(HelperInvitation)).all() == [], "it goes with what it invites to"
