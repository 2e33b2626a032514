"""The main story: from a sign-up, through the doors and a real mail server, to the letter whose link opens a need."""

import re
from email import message_from_bytes, policy
from email.message import EmailMessage
from urllib.parse import urlsplit

from flask import Flask
from sqlalchemy import select

from matchmaker.citizens.models import Citizen
from matchmaker.digests import service as digests
from matchmaker.post import delivery
from tests import builders
from tests.databases import Database
from tests.doors import Person, make_app, signed_in, site_of, visitor, works_of
from tests.mailbox import Mailbox

TITLE = "Réparer nos vélos de livraison"


def deliver(app: Flask, mailbox: Mailbox) -> None:
    """Send what waits to the test's mail server."""
    settings = site_of(app).settings.model_copy(update={"mail_host": mailbox.host, "mail_port": mailbox.port})
    assert delivery.deliver(works_of(app), settings).stopped is None


def newest(mailbox: Mailbox, address: str) -> EmailMessage:
    """The last letter that the server received for an address, read from the wire."""
    content = [one.content for one in mailbox.received if one.recipients == (address,)][-1]
    message = message_from_bytes(content, policy=policy.default)
    assert isinstance(message, EmailMessage)
    return message


def part(message: EmailMessage, kind: str) -> str:
    """The plain or the HTML part of a letter."""
    body = message.get_body((kind,))
    assert body is not None
    return str(body.get_content())


def link_in(text: str, start: str) -> str:
    """The path of the first address in a text whose path begins with ``start``."""
    found = next(url for url in re.findall(r"https?://\S+", text) if urlsplit(url).path.startswith(start))
    path: str = urlsplit(found).path
    return path


def sign_up(app: Flask, mailbox: Mailbox, *, address: str) -> Person:
    """Somebody goes through the steps, opens the mailed link and confirms it."""
    person = visitor(app)
    steps = {
        "/join": {"commune": "Romans-sur-Isère", "commune_code": "26281"},
        "/join/skills": {"skills-0": "mécano vélo", "skills-1": "couture", "asked": "1"},
        "/join/challenges": {},
        "/join/time": {"hours_a_week": "2", "radius_km": "20"},
    }
    for path, answers in steps.items():
        assert person.post(path, answers).status_code == 302, path
    assert person.get("/join/matches").status_code == 200
    answer = person.post(
        "/join/account", {"first_name": "Camille", "address": address, "locale": "fr", "weekly_letter": "y"}
    )
    assert answer.status_code == 302
    deliver(app, mailbox)
    confirm = link_in(part(newest(mailbox, address), "plain"), "/join/confirm/")
    assert person.get(confirm).status_code == 200
    assert person.post(confirm).status_code == 302
    return person


def test_from_a_sign_up_to_the_letter_whose_link_opens_the_need(
    database: Database, smtp_server: Mailbox
) -> None:
    app = make_app(database.sessions)
    with works_of(app).begin() as work:
        world = builders.make_world(work)
        lead = builders.add_account(work, address="lou@example.org", first_name="Lou")
        organiser = builders.add_organiser(work, world.territory)

    camille = sign_up(app, smtp_server, address="camille@example.org")
    with works_of(app).begin() as work:
        citizen = work.session.scalars(select(Citizen)).one()
        assert citizen.first_name == "Camille"

    need_id = found_group_and_post_need(signed_in(app, lead), challenge_id=world.challenge.id)

    home = camille.get("/home").text
    assert f"/needs/{need_id}" in home
    assert "mécano vélo" in home
    ranked = signed_in(app, lead).get(f"/needs/{need_id}/citizens").text
    assert "Camille" in ranked
    assert "camille@example.org" not in ranked

    desk = signed_in(app, organiser)
    assert TITLE in desk.get("/t/valence-romans/week").text
    assert desk.post("/t/valence-romans/week/send").status_code == 302
    before = len(smtp_server.received)
    digests.advance(works_of(app))
    deliver(app, smtp_server)
    deliver(app, smtp_server)
    assert len(smtp_server.received) == before + 2, (
        "Camille's, and that of the group whose need she was told of"
    )
    for_the_group = part(newest(smtp_server, "lou@example.org"), "plain")
    assert "Camille : mécano vélo" in for_the_group
    assert "camille@example.org" not in for_the_group

    letter = newest(smtp_server, "camille@example.org")
    assert letter["To"] == "Camille <camille@example.org>"
    assert letter["Content-Language"] == "fr"
    assert letter["Auto-Submitted"] == "auto-generated"
    assert letter["List-Id"] == "Valence-Romans <valence-romans.week.localhost>"
    assert letter["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    wire = next(one.content for one in reversed(smtp_server.received) if "camille" in one.recipients[0])
    (unsubscribe,) = re.findall(
        rb"^List-Unsubscribe: <(http://localhost/unsubscribe/[\w.-]+)>\r$", wire, re.M
    )
    text, html = part(letter, "plain"), part(letter, "html")
    assert text.startswith("Bonjour Camille,")
    assert '<html lang="fr">' in html
    for body in (text, html):
        assert TITLE in body
        assert "mécano vélo" in body
        assert "Ma bouteille" in body
        assert f"http://localhost/needs/{need_id}" in body
        assert "camille@example.org" not in body

    page = visitor(app).get(link_in(text, "/needs/"))
    assert page.status_code == 200
    assert TITLE in page.text
    assert TITLE.split()[0] in camille.get(link_in(text, "/needs/")).text

    assert desk.post("/t/valence-romans/week/send").status_code == 302
    digests.advance(works_of(app))
    deliver(app, smtp_server)
    assert len(smtp_server.received) == before + 2, "running twice sends nothing twice"

    one_click = app.test_client(use_cookies=False).post(
        urlsplit(unsubscribe.decode()).path, data={"List-Unsubscribe": "One-Click"}
    )
    assert one_click.status_code == 200
    assert "Camille" in desk.get("/t/valence-romans/week").text, "among those who get nothing"


def found_group_and_post_need(lead: Person, *, challenge_id: int) -> int:
    """A group is founded under a défi, and its lead posts a need and publishes it."""
    founded = lead.post(
        "/t/valence-romans/groups/new",
        {
            "name": "Ma bouteille s'appelle Reviens",
            "pitch": "La consigne revient dans la Drôme.",
            "description": "Laver et remettre en circuit les bouteilles.",
            "challenge": str(challenge_id),
            "stage": "creation",
        },
    )
    assert founded.status_code == 302
    posted = lead.post(
        f"{founded.location}/needs/new",
        {
            "title": TITLE,
            "kind": "skill",
            "description": "Deux après-midi par mois, à l'atelier.",
            "wanted-0-phrase": "réparation de vélos",
            "wanted-0-importance": "must",
            "places": "2",
            "hours_a_week": "",
            "commune": "Romans-sur-Isère",
            "commune_code": "26281",
            "until": "2026-12-31",
            "publish": "1",
        },
    )
    assert posted.status_code == 302
    return int(posted.location.rpartition("/")[2])
