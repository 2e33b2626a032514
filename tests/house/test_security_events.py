"""Whoever looks into the logs after an incident finds who signed in, who tried to, what was done and who read what."""

import re
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from flask import Flask
from structlog.contextvars import merge_contextvars
from structlog.testing import capture_logs

from matchmaker.accounts import service as accounts
from matchmaker.accounts.models import Account
from matchmaker.base import limits
from matchmaker.base.work import Missing, WorkFactory
from matchmaker.digests import service as digests
from matchmaker.digests.rules import iso_week
from matchmaker.web import declared_access
from matchmaker.web.access import Role
from tests import builders
from tests.builders import World
from tests.doors import signed_in, visitor, works_of
from tests.house.town import rules

Lines = Callable[[], list[dict[str, object]]]

PASSWORD = "three words and a bicycle"


@pytest.fixture
def told() -> Iterator[Lines]:
    """What was told to the logs since it was asked last; no address and no password is in it."""
    with capture_logs(processors=[merge_contextvars]) as lines:

        def read() -> list[dict[str, object]]:
            new = [dict(line) for line in lines]
            lines.clear()
            assert "@" not in str(new)
            assert PASSWORD not in str(new)
            return new

        yield read


@pytest.fixture
def camille(app: Flask) -> Account:
    """Somebody with an account."""
    with works_of(app).begin() as work:
        return builders.add_account(work, address="camille@example.org")


def events(lines: list[dict[str, object]], *names: str) -> list[tuple[object, ...]]:
    """The events of a log, with these values of each."""
    return [tuple(line.get(name) for name in ("event", *names)) for line in lines]


def set_password(app: Flask, account: Account) -> None:
    """Give somebody a password."""
    with works_of(app).begin(by=account.id) as work:
        accounts.set_password(work, account_id=account.id, password=PASSWORD, keep_session="")


def sign_in(app: Flask, address: str, password: str) -> None:
    """Try to sign in, with a browser of one's own."""
    visitor(app).post("/sign-in", {"address": address, "password": password})


def test_signing_in_failing_and_a_new_password_are_told(app: Flask, camille: Account, told: Lines) -> None:
    told()
    set_password(app, camille)
    assert events(told(), "by") == [("account.password_set", camille.id)]
    for address, number in ((camille.address, camille.id), ("nobody@example.org", None)):
        sign_in(app, address, "a wrong one indeed")
        assert events(told(), "account") == [("sign_in_failed", number)]
    sign_in(app, camille.address, PASSWORD)
    assert events(told(), "by") == [("account.signed_in", camille.id)]


def test_a_limit_that_is_reached_is_told_with_its_purpose(app: Flask, told: Lines) -> None:
    with works_of(app).begin() as work:
        taken = [
            limits.take(work, purpose="sign_in", subject="amina", capacity=2, period=timedelta(hours=1))
            for _ in range(3)
        ]
    assert taken == [True, True, False]
    assert events(told(), "purpose") == [("limit_reached", "sign_in")]


def test_who_leaves_is_told_by_a_number(app: Flask, camille: Account, told: Lines) -> None:
    told()
    number = camille.id
    with works_of(app).begin(by=number) as work:
        assert accounts.close_if_unused(work, account_id=number)
    assert events(told(), "by", "row") == [("account.closed", number, number)]


def test_each_line_of_a_request_has_its_name_and_no_other_has(
    app: Flask, camille: Account, told: Lines
) -> None:
    set_password(app, camille)
    assert [line for line in told() if "request" in line] == []
    sign_in(app, camille.address, "a wrong one indeed")
    first = {line.get("request") for line in told()}
    sign_in(app, camille.address, PASSWORD)
    second = {line.get("request") for line in told()}
    assert len(first) == len(second) == 1
    assert first != second
    assert all(re.fullmatch("[0-9a-f]{12}", str(name)) for name in first | second)


def test_what_an_organiser_reads_is_told_and_what_a_visitor_reads_is_not(
    app: Flask, world: World, told: Lines
) -> None:
    with works_of(app).begin() as work:
        organiser = builders.add_organiser(work, world.territory)
    person, stranger = signed_in(app, organiser), visitor(app)
    told()
    desks = [rule for rule in rules(app, "GET") if _role(app, rule.endpoint) == "organiser"]
    assert desks
    rule = next(rule for rule in desks if rule.arguments == {"slug"})
    path = rule.build({"slug": world.territory.slug})[1]  # type: ignore[index]
    person.get(path)
    (line,) = told()
    assert (line["event"], line["by"], line["role"], line["endpoint"], line["of"]) == (
        "read",
        organiser.id,
        "organiser",
        rule.endpoint,
        {"slug": world.territory.slug},
    )
    stranger.get(path)
    assert told() == []


def test_who_looks_after_others_is_watched(app: Flask) -> None:
    declared = {
        declared_access(app, rule.endpoint) for rule in app.url_map.iter_rules() if rule.endpoint != "static"
    }
    watched = {role.name for role in declared if isinstance(role, Role) and role.watched}
    assert watched == {"organiser", "recruiter", "relay worker"}


def test_what_is_forgotten_by_its_session_before_the_end_is_told_all_the_same(
    app: Flask, camille: Account, told: Lines
) -> None:
    with works_of(app).begin(by=camille.id) as work:
        accounts.set_password(work, account_id=camille.id, password=PASSWORD, keep_session="")
        work.session.expire_all()
    assert events(told(), "by") == [("account.password_set", camille.id)]


def test_what_was_undone_is_not_told(app: Flask, world: World, told: Lines) -> None:
    works: WorkFactory = works_of(app)
    with works.begin() as work:
        organiser = builders.add_organiser(work, world.territory)
    told()

    def write() -> None:
        with works.begin(by=organiser.id) as work:
            digests.keep_paragraph(
                work,
                territory_id=world.territory.id,
                week=iso_week(work.now, world.territory.time_zone),
                challenge_id=None,
                text_fr="Bonjour.",
                text_en="Hello.",
                made_by=organiser.id,
            )
            raise Missing

    with pytest.raises(Missing):
        write()
    assert told() == []
    with works.begin() as work:
        point = work.session.begin_nested()
        builders.add_organiser(work, world.other_territory, address="second@example.org")
        point.rollback()
    assert told() == []


def _role(app: Flask, endpoint: str) -> str | None:
    declared = declared_access(app, endpoint)
    return declared.name if isinstance(declared, Role) else None
