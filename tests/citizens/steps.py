"""The steps of a sign-up, as a browser takes them."""

import re

from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from matchmaker.accounts import service as accounts
from matchmaker.accounts.models import Account
from matchmaker.base.outbox import OutboxMessage
from matchmaker.base.text import fold
from matchmaker.base.work import Work, WorkFactory
from matchmaker.citizens.models import SignUp
from matchmaker.places.models import Commune, PostalCode


def answer_all(
    client: FlaskClient,
    *,
    commune: str = "Romans-sur-Isère",
    skills: tuple[str, ...] = ("réparation de vélos",),
    challenges: tuple[int, ...] = (),
) -> None:
    """The four steps before the first matches."""
    assert client.post("/join", data={"commune": commune}).location == "/join/skills"
    rows = {f"skills-{row}": text for row, text in enumerate(skills)}
    assert client.post("/join/skills", data={**rows, "asked": "1"}).location == "/join/challenges"
    chosen = {"challenges": [str(number) for number in challenges]}
    assert client.post("/join/challenges", data=chosen).location == "/join/time"
    time = {"hours_a_week": "4", "radius_km": "20", "remote": "y"}
    assert client.post("/join/time", data=time).location == "/join/matches"


def finish(
    client: FlaskClient,
    *,
    address: str = "amina@example.org",
    first_name: str = "Amina",
    locale: str = "fr",
    weekly_letter: bool = False,
) -> None:
    """Name, address and consent."""
    data = {"address": address, "first_name": first_name, "locale": locale}
    if weekly_letter:
        data["weekly_letter"] = "y"
    assert client.post("/join/account", data=data).location == "/join/sent"


def letters(session: Session) -> list[OutboxMessage]:
    """The queued letters in their order."""
    return list(session.scalars(select(OutboxMessage).order_by(OutboxMessage.id)))


def link_in(letter: OutboxMessage) -> str:
    """The path and query of the one link in a letter."""
    found = re.findall(r"^http://localhost(/\S+)$", letter.text, re.M)
    assert len(found) == 1
    return str(found[0])


def sign_in(client: FlaskClient, works: WorkFactory, account: Account | None) -> None:
    """Sign the browser in as ``account``."""
    assert account is not None
    with works.begin() as work:
        token = accounts.start_session(work, account=account).session_token
    with client.session_transaction() as session:
        session["_user_id"] = token
        session["_fresh"] = True


def sign_up_of(session: Session) -> SignUp:
    """The only sign-up."""
    return session.scalars(select(SignUp)).one()


def add_commune(
    work: Work, *, code: str, name: str, postal_code: str, latitude: float, longitude: float
) -> Commune:
    """One more commune, in no territory."""
    commune = Commune(
        code=code,
        name=name,
        folded=fold(name),
        department=code[:2],
        region="00",
        epci=None,
        population=5000,
        latitude=latitude,
        longitude=longitude,
        approximate=False,
        postal_codes=[PostalCode(code=postal_code)],
    )
    work.session.add(commune)
    work.session.flush()
    return commune
