"""What is made ready in the town before a form is sent: an invitation to accept, a week with its letters."""

from collections.abc import Callable

from sqlalchemy import select

from matchmaker.accounts import service as accounts
from matchmaker.accounts.models import Account
from matchmaker.assisted import service as assisted
from matchmaker.base.ids import RelayId
from matchmaker.base.outbox import MessageState, OutboxMessage
from matchmaker.base.work import Work
from matchmaker.citizens import service as citizens
from matchmaker.digests import service as digests
from matchmaker.digests.models import DigestLetter, DigestLine
from matchmaker.groups import service as groups
from matchmaker.groups.models import StartupGroup
from matchmaker.groups.rules import NeedAction, Role
from matchmaker.introductions import service as introductions
from matchmaker.introductions.models import Introduction
from matchmaker.introductions.rules import Party
from matchmaker.introductions.service import Actor
from matchmaker.invitations import service as invitations
from matchmaker.relays import service as relays
from tests.digests.weeks import run_week
from tests.house.town import EVERYTHING, NEIGHBOUR, NEWCOMER, Town

Values = dict[str, object]
"""What the path and the form need beside the town's numbers, by name."""

Given = Callable[[Work, Town], Values]

PASSWORD = "le vélo roule bien"


def _token(work: Work, endpoint: str) -> Values:
    """The token in the newest letter that leads to a door."""
    start = work.links.to(endpoint, token="")
    texts = work.session.scalars(select(OutboxMessage.text).order_by(OutboxMessage.id.desc()))
    words = (word for text in texts for word in text.split() if word.startswith(start))
    return {"token": next(words).removeprefix(start)}


def _account(work: Work, town: Town, who: str) -> Account:
    return work.session.get_one(Account, town.accounts[who])


def sign_in_link(work: Work, town: Town) -> Values:
    accounts.post_sign_in_link(work, account=_account(work, town, NEWCOMER))
    return _token(work, "accounts.link")


def new_account(work: Work, town: Town) -> Values:
    accounts.request_account(work, first_name="Zoé", address="zoe@example.org", locale="fr")
    return _token(work, "accounts.open")


def password(work: Work, town: Town) -> Values:
    number = town.accounts[NEWCOMER]
    accounts.set_password(work, account_id=number, password=PASSWORD, keep_session="")
    return {}


def password_kept(work: Work, town: Town) -> Values:
    """A password, and the browsers that were signed in before."""
    _account(work, town, NEWCOMER).password_hash = accounts.hashed_password(PASSWORD)
    return {}


def other_browser(work: Work, town: Town) -> Values:
    """Somebody is signed in elsewhere too."""
    accounts.start_session(work, account=_account(work, town, NEWCOMER))
    return {}


def new_address(work: Work, town: Town) -> Values:
    """A letter on its way to another address of somebody who has a password."""
    password_kept(work, town)
    accounts.request_address(
        work,
        account_id=town.accounts[NEWCOMER],
        address="noe@example.org",
        current=PASSWORD,
        session_token="",
    )
    return _token(work, "accounts.address_link")


def sign_up(work: Work, town: Town) -> Values:
    territory_id = work.session.get_one(StartupGroup, town.numbers["group_id"]).territory_id
    sign_up = citizens.start_sign_up(work, territory_id=territory_id, commune_code="26281", locale="fr")
    citizens.finish_sign_up(
        work,
        sign_up_id=sign_up,
        first_name="Zoé",
        address="zoe@example.org",
        locale="fr",
        consent_locale=None,
    )
    return _token(work, "citizens.confirm")


def unsubscribing(work: Work, town: Town) -> Values:
    account = _account(work, town, NEIGHBOUR)
    return {"token": work.tokens.sign_bound(digests.UNSUBSCRIBE, str(account.id), to=account.address)}


def stopping(work: Work, town: Town) -> Values:
    account = _account(work, town, NEIGHBOUR)
    return {"token": work.tokens.sign_bound(introductions.STOP, str(account.id), to=account.address)}


def invited(address: str) -> Given:
    def given(work: Work, town: Town) -> Values:
        invitations.invite(
            work,
            groups.INVITATION,
            subject_id=town.numbers["group_id"],
            invited_by_id=town.accounts[EVERYTHING],
            address=address,
            role=Role.MEMBER,
        )
        return _token(work, "invitations.invitation")

    return given


def waiting_invitation(work: Work, town: Town) -> Values:
    waiting = invitations.invite(
        work,
        groups.INVITATION,
        subject_id=town.numbers["group_id"],
        invited_by_id=town.accounts[EVERYTHING],
        address="zoe@example.org",
        role=Role.MEMBER,
    )
    return {"invitation_id": waiting.id}


def invited_to_relay(address: str) -> Given:
    def given(work: Work, town: Town) -> Values:
        invitations.invite(
            work,
            relays.INVITATION,
            subject_id=town.numbers["relay_id"],
            invited_by_id=town.accounts[EVERYTHING],
            address=address,
        )
        return _token(work, "invitations.invitation")

    return given


def closed_need(work: Work, town: Town) -> Values:
    groups.act_on_need(work, need_id=town.numbers["need_id"], action=NeedAction.CLOSE)
    return {}


def question(work: Work, town: Town) -> Values:
    introduction = work.session.get_one(Introduction, town.numbers["introduction_id"])
    lead = _account(work, town, EVERYTHING)
    return {"token": introductions.answer_token(work.tokens, introduction, lead)}


def asked_at_relay(work: Work, town: Town) -> Values:
    by = Actor(party=Party.GROUP, account_id=town.accounts[EVERYTHING])
    asked = introductions.propose(
        work, need_id=town.numbers["need_id"], citizen_id=town.numbers["person_id"], by=by
    )
    return {"introduction_id": asked.id}


def noted(address: str | None) -> Given:
    def given(work: Work, town: Town) -> Values:
        answers = assisted.Answers(
            first_name="Odette",
            locale="fr",
            address=address,
            commune_code="26281",
            skills=[("couture", None)],
            challenge_ids=(),
            hours_a_week=None,
            radius_km=None,
            remote=False,
        )
        draft = assisted.note_answers(work, relay_id=RelayId(town.numbers["relay_id"]), answers=answers)
        return {"sign_up_id": draft.id}

    return given


def week(work: Work, town: Town) -> Values:
    group = work.session.get_one(StartupGroup, town.numbers["group_id"])
    run_week(work, territory_id=group.territory_id, started_by=None)
    line = work.session.scalars(
        select(DigestLine).join(DigestLetter).where(DigestLetter.citizen_id == town.numbers["person_id"])
    ).one()
    return {"line_id": line.id, "code": line.code}


def letter_in_doubt(work: Work, town: Town) -> Values:
    week(work, town)
    letter = work.session.scalars(
        select(DigestLetter).where(DigestLetter.account_id == town.accounts[NEIGHBOUR])
    ).one()
    assert letter.message is not None
    letter.message.state = MessageState.UNKNOWN
    return {"letter_id": letter.id}


def neighbour(work: Work, town: Town) -> Values:
    return {"account_id": town.accounts[NEIGHBOUR], "citizen_id": town.numbers["neighbour_id"]}
