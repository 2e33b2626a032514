"""A relay's story: a library signs up an old tanner who has no e-mail address, the shoe group finds him, and his letter
comes on paper; he says yes by the code beside the need.
"""

import re
from email import message_from_bytes, policy
from email.message import EmailMessage
from urllib.parse import urlsplit

from flask import Flask
from sqlalchemy import select

from matchmaker.accounts.models import Account
from matchmaker.citizens.models import Citizen
from matchmaker.digests import service as digests
from matchmaker.matching.models import NeedAnswer
from matchmaker.matching.rules import Answer
from matchmaker.post import delivery
from tests import builders
from tests.databases import Database
from tests.doors import Person, make_app, signed_in, site_of, visitor, works_of
from tests.mailbox import Mailbox

NADIA = "nadia@mediatheque.example"


def deliver(app: Flask, mailbox: Mailbox) -> None:
    """Send what waits to the test's mail server."""
    settings = site_of(app).settings.model_copy(update={"mail_host": mailbox.host, "mail_port": mailbox.port})
    assert delivery.deliver(works_of(app), settings).stopped is None


def link_to(mailbox: Mailbox, address: str, start: str) -> str:
    """The path in the last letter that the server received for an address."""
    content = [one.content for one in mailbox.received if one.recipients == (address,)][-1]
    letter = message_from_bytes(content, policy=policy.default)
    assert isinstance(letter, EmailMessage)
    body = letter.get_body(("plain",))
    assert body is not None
    found: list[str] = [urlsplit(url).path for url in re.findall(r"https?://\S+", body.get_content())]
    return next(path for path in found if path.startswith(start))


def sign_up_marcel(nadia: Person, desk: str) -> str:
    """Nadia writes what Marcel tells her, and reads to him what he agrees to; the path of his page."""
    answers = {
        "first_name": "Marcel",
        "locale": "fr",
        "commune": "Romans-sur-Isère",
        "skills-0": "tannage du cuir",
        "skills-1": "couture",
        "asked": "1",
        "hours_a_week": "4",
        "radius_km": "10",
    }
    own = nadia.fill_in(f"{desk}/sign-up", {**answers, "address": NADIA})
    assert own.status_code == 422, "her own address does not stand for him"
    agreement = nadia.fill_in(f"{desk}/sign-up", answers)
    assert agreement.status_code == 302
    assert "J’accepte que le relais Médiathèque du Vieux Pont garde ici" in nadia.get(agreement.location).text
    yes = {"profile": "y", "weekly_letter": "y", "channel": "in_person", "telephone": "04 75 02 03 04"}
    done = nadia.fill_in(agreement.location, yes)
    assert done.status_code == 302
    return str(done.location)


def print_letter(nadia: Person, desk: str) -> str:
    """Nadia prints the letters, which is one page; the code on it, as it is written there."""
    printed = nadia.post(f"{desk}/letters/print")
    page = nadia.get(printed.location).text
    assert "Bonjour Marcel," in page
    assert "Vous offrez «\u00a0tannage du cuir\u00a0»" in page
    (code,) = re.findall(r'<p class="code">([^<]+)</p>', page)
    return str(code)


def test_a_tanner_without_an_address_is_found_by_the_shoe_group(
    database: Database, smtp_server: Mailbox
) -> None:
    app = make_app(database.sessions)
    with works_of(app).begin() as work:
        world = builders.make_world(work)
        organiser = builders.add_organiser(work, world.territory)
        group = builders.add_group(work, world.challenge, name="La chaussure revient à Romans")
        need = builders.add_need(
            work, group, title="Tanner nos premières peaux", wanted=("tannage du cuir",), hours_a_week=4
        )
        lead = group.memberships[0].account

    orane = signed_in(app, organiser)
    named = orane.fill_in(
        "/t/valence-romans/relays/new",
        {"name": "Médiathèque du Vieux Pont", "kind": "library", "commune": "Romans-sur-Isère"},
    )
    assert orane.fill_in(named.location, {"address": NADIA}).status_code == 302
    deliver(app, smtp_server)

    nadia = visitor(app)
    invitation = link_to(smtp_server, NADIA, "/invitations/")
    entered = nadia.fill_in(invitation, {"first_name": "Nadia", "locale": "fr"})
    desk = entered.location
    assert "Personne pour l’instant" in nadia.get(desk).text
    page = sign_up_marcel(nadia, desk)
    assert "Marcel" in nadia.get(desk).text
    assert "04 75 02 03 04" in nadia.get(page).text

    ranked = signed_in(app, lead).get(f"/needs/{need.id}/citizens").text
    assert "Marcel" in ranked
    assert "tannage du cuir" in ranked
    assert "Médiathèque" not in ranked, "with whom he is, the group does not learn"
    before = len(smtp_server.received)
    assert orane.post("/t/valence-romans/week/send").status_code == 302
    deliver(app, smtp_server)
    assert len(smtp_server.received) == before, "there is no address to which a letter could go"

    assert digests.advance(works_of(app)) == 2
    deliver(app, smtp_server)
    assert [one.recipients for one in smtp_server.received[before:]] == [(lead.address,)]
    code = print_letter(nadia, desk)
    answered = nadia.fill_in(f"{desk}/letters", {"code": code.lower(), "answer": "yes"})
    assert answered.status_code == 302
    with works_of(app).begin() as work:
        answer = work.session.scalars(select(NeedAnswer)).one()
        assert (answer.citizen.first_name, answer.need_id, answer.answer) == ("Marcel", need.id, Answer.YES)
        assert answer.recorded_by is not None
        assert (answer.relay.name, answer.recorded_by.first_name) == ("Médiathèque du Vieux Pont", "Nadia")
    seen = signed_in(app, lead).get(f"/needs/{need.id}/citizens").text
    assert "Cette personne vous propose son aide." in seen
    assert "Médiathèque" not in seen, "that he is with a relay, the group still does not learn"

    assert nadia.post(f"{page}/letter/stop").status_code == 302
    assert nadia.fill_in(f"{page}/delete").status_code == 302
    with works_of(app).begin() as work:
        assert work.session.scalars(select(Citizen)).all() == []
        assert NADIA in work.session.scalars(select(Account.address)).all()
    assert "Marcel" not in signed_in(app, lead).get(f"/needs/{need.id}/citizens").text
