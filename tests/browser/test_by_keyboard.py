"""Whole stories with the keyboard alone, on a telephone, with script and without it."""

import re

import pytest
from sqlalchemy import select

from matchmaker.base.outbox import OutboxMessage
from matchmaker.demo import service as demo
from matchmaker.digests.models import DigestRun
from matchmaker.groups.models import Need
from matchmaker.introductions.models import Introduction
from matchmaker.introductions.rules import State
from tests.browser.conftest import MakeVisit
from tests.browser.site import Demonstration
from tests.browser.visit import Visit
from tests.doors import works_of

pytestmark = [
    pytest.mark.unmeasured,
    pytest.mark.parametrize("script", [True, False], ids=["with script", "without script"]),
]

CITIZEN, GROUP, ORGANISER, RELAY = demo.sign_in_addresses()


def check(somebody: Visit, path: str) -> None:
    """The visit has come to a page, and nothing stands in anybody's way there."""
    somebody.page.wait_for_url(re.compile(rf"http://[^/]+{path}"))
    assert somebody.faults() == []


def sign_in(somebody: Visit, address: str) -> None:
    """Sign in without a mouse."""
    somebody.go("/sign-in")
    somebody.write("[name=address]", address)
    somebody.write("[name=password]", demo.PASSWORD)
    somebody.send("main [type=submit]")


def test_somebody_signs_up(own_demonstration: Demonstration, visit: MakeVisit, script: bool) -> None:
    somebody = visit(own_demonstration, width=320, script=script)
    somebody.go("/")
    somebody.send("main a[href^='/join']")
    check(somebody, "/join")
    somebody.write("[name=commune]", "Romans-sur-Isère")
    somebody.send("main [type=submit]:not([formnovalidate])")
    check(somebody, "/join/skills")
    somebody.write("[name=skills-0]", "réparer des vélos")
    somebody.send("button:text-is('Continuer')")
    check(somebody, "/join/challenges")
    somebody.press("[name=challenges]", "Space")
    somebody.send("main [type=submit]")
    check(somebody, "/join/time")
    somebody.send("main [type=submit]")
    check(somebody, "/join/matches")
    somebody.send("main a[href='/join/account']")
    check(somebody, "/join/account")
    somebody.send("main [type=submit]")
    check(somebody, "/join/account")
    assert somebody.page.locator(".error-summary").count() == 1
    somebody.write("[name=first_name]", "Amina")
    somebody.write("[name=address]", "amina@example.org")
    somebody.send("main [type=submit]")
    check(somebody, "/join/sent")
    with works_of(own_demonstration.app).begin() as work:
        letter = work.session.scalars(select(OutboxMessage).order_by(OutboxMessage.id.desc())).first()
    assert letter is not None
    link = re.search(r"/join/confirm/\S+", letter.text)
    assert link is not None
    somebody.go(link[0])
    check(somebody, "/join/confirm/.+")
    somebody.send("main [type=submit]")
    check(somebody, "/home")


def test_a_group_posts_a_need(own_demonstration: Demonstration, visit: MakeVisit, script: bool) -> None:
    somebody = visit(own_demonstration, width=320, script=script)
    sign_in(somebody, GROUP)
    somebody.go("/my-groups")
    somebody.send("main a[href^='/groups/']")
    somebody.send("main a[href$='/needs/new']")
    check(somebody, r"/groups/\d+/needs/new")
    somebody.write("[name=title]", "Peindre notre vitrine")
    somebody.write("[name='wanted-0-phrase']", "peinture")
    somebody.press("[name=remote]", "Space")
    somebody.send("[name=publish]")
    check(somebody, r"/(groups|needs)/\d+.*")
    with works_of(own_demonstration.app).begin() as work:
        assert work.session.scalars(select(Need).where(Need.title == "Peindre notre vitrine")).one()


def test_a_citizen_answers_an_introduction(
    own_demonstration: Demonstration, visit: MakeVisit, script: bool
) -> None:
    somebody = visit(own_demonstration, width=320, script=script)
    sign_in(somebody, CITIZEN)
    somebody.go("/introductions")
    somebody.send("section[aria-labelledby=waiting] a")
    check(somebody, r"/introductions/\d+")
    number = int(somebody.path.rsplit("/", 1)[1])
    somebody.send("main button[name=action][value=accept], main form:has([value=accept]) [type=submit]")
    check(somebody, r"/introductions/\d+")
    with works_of(own_demonstration.app).begin() as work:
        assert work.session.get_one(Introduction, number).state is State.ACCEPTED


def test_an_organiser_sends_the_week(
    own_demonstration: Demonstration, visit: MakeVisit, script: bool
) -> None:
    somebody = visit(own_demonstration, width=320, script=script)
    sign_in(somebody, ORGANISER)
    somebody.go("/t/clermont/week")
    somebody.send("form[action$='/week/send'] [type=submit]")
    check(somebody, "/t/clermont/week.*")
    if somebody.page.locator("form[action$='/week/send']").count():
        somebody.send("form[action$='/week/send'] [type=submit]")
    with works_of(own_demonstration.app).begin() as work:
        assert len(work.session.scalars(select(DigestRun)).all()) == 2


def test_a_relay_signs_somebody_up(own_demonstration: Demonstration, visit: MakeVisit, script: bool) -> None:
    somebody = visit(own_demonstration, width=320, script=script)
    sign_in(somebody, RELAY)
    somebody.go("/relays/1/sign-up")
    somebody.write("[name=first_name]", "Odette")
    somebody.write("[name=commune]", "Romans-sur-Isère")
    somebody.write("[name=skills-0]", "couture")
    somebody.send("button:text-is('Continuer')")
    check(somebody, "/relays/1/sign-up/.+")
    somebody.press("[name=profile]", "Space")
    somebody.press("[name=channel]", "Space")
    somebody.send("main [type=submit]")
    check(somebody, r"/relays/1/people/\d+")
