"""Signing up in steps, and confirming it by a mailed link."""

import json
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from sqlalchemy import delete, or_, select
from sqlalchemy.orm import Session

from matchmaker.accounts import service as accounts
from matchmaker.accounts.models import Account
from matchmaker.base.ids import TerritoryId
from matchmaker.base.tokens import Bound, InvalidToken, Tokens
from matchmaker.base.work import Work
from matchmaker.citizens import letters, queries
from matchmaker.citizens.models import Citizen, SignUp
from matchmaker.citizens.rules import CONFIRMATION_LASTS, SIGN_UP_KEPT, CitizenVerb, mailed_letter_text
from matchmaker.citizens.service.profiles import ProfileExists, make_citizen
from matchmaker.places.service import challenges_among, check_commune
from matchmaker.vocabulary.rules import NO_LEVELS, Levels, Skill, check_phrases, kept_levels


class SignUpLost(Exception):
    """There is no such sign-up on its way: it was confirmed, or forgotten, or never begun."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Confirmed:
    """A session for whoever confirmed; ``created`` is False when they had a profile, which stays as it was."""

    signed_in: accounts.SignedIn
    created: bool


def start_sign_up(work: Work, *, territory_id: int, commune_code: str, locale: str) -> str:
    """Begin a sign-up; the id by which it goes on, which nobody can guess. Raises CommuneOutside."""
    check_commune(work.session, territory_id, commune_code)
    sign_up = SignUp(
        id=secrets.token_urlsafe(32),
        territory_id=territory_id,
        commune_code=commune_code,
        skills=[],
        challenge_ids=[],
        remote=False,
        locale=locale,
        created_at=work.now,
    )
    work.session.add(sign_up)
    _record(work, CitizenVerb.STARTED, sign_up)
    return sign_up.id


def answer_place(work: Work, *, sign_up_id: str, territory_id: TerritoryId, commune_code: str) -> None:
    """Change where somebody lives; défis of another territory are forgotten. Raises SignUpLost, CommuneOutside."""
    sign_up = _sign_up(work, sign_up_id)
    check_commune(work.session, territory_id, commune_code)
    if sign_up.territory_id != territory_id:
        sign_up.challenge_ids = []
    sign_up.territory_id = territory_id
    sign_up.commune_code = commune_code
    _record(work, CitizenVerb.ANSWERED, sign_up, step="place")


def answer_skills(
    work: Work, *, sign_up_id: str, skills: Sequence[Skill], locale: str, levels: Levels = NO_LEVELS
) -> None:
    """Set the skills, written in ``locale``, with the levels that were ticked beside some.

    Raises SignUpLost, and LimitExceededError for too many or too long ones.
    """
    check_phrases([phrase for phrase, _ in skills])
    sign_up = _sign_up(work, sign_up_id)
    sign_up.skills = [(phrase, concept_id) for phrase, concept_id in skills]
    sign_up.levels = kept_levels(skills, levels)
    sign_up.locale = locale
    _record(work, CitizenVerb.ANSWERED, sign_up, step="skills")


def answer_challenges(work: Work, *, sign_up_id: str, challenge_ids: Sequence[int]) -> None:
    """Set the défis that somebody cares about. Raises SignUpLost."""
    sign_up = _sign_up(work, sign_up_id)
    sign_up.challenge_ids = [
        challenge.id for challenge in challenges_among(work.session, sign_up.territory_id, challenge_ids)
    ]
    _record(work, CitizenVerb.ANSWERED, sign_up, step="challenges")


def answer_time(
    work: Work, *, sign_up_id: str, hours_a_week: int | None, radius_km: int | None, remote: bool
) -> None:
    """Set the time that somebody has and how far they go. Raises SignUpLost."""
    sign_up = _sign_up(work, sign_up_id)
    sign_up.hours_a_week = hours_a_week
    sign_up.radius_km = radius_km
    sign_up.remote = remote
    _record(work, CitizenVerb.ANSWERED, sign_up, step="time")


def finish_sign_up(
    work: Work, *, sign_up_id: str, first_name: str, address: str, locale: str, consent_locale: str | None
) -> None:
    """Mail the link that confirms the sign-up; a known address gets a link to sign in instead.

    ``consent_locale`` is the language of the words about the weekly letter that were agreed to, None for who did not
    agree. Raises SignUpLost.
    """
    sign_up = _sign_up(work, sign_up_id)
    sign_up.first_name = first_name
    sign_up.address = address
    sign_up.locale = locale
    _agree(sign_up, consent_locale)
    sign_up.mailed_at = work.now
    _record(work, CitizenVerb.MAILED, sign_up)
    account = accounts.find_account(work.session, address=address)
    if account is not None:
        accounts.post_sign_in_link(work, account=account, next_path=_path_to_resume(work, sign_up, account))
        return
    work.post(
        letters.confirmation(
            work.letters,
            address=address,
            locale=locale,
            territory_name=sign_up.territory.name,
            url=work.links.to("citizens.confirm", token=_confirmation_token(work.tokens, sign_up)),
        )
    )


def read_confirmation(session: Session, *, tokens: Tokens, token: str, now: datetime) -> SignUp:
    """The sign-up that a mailed link would confirm, untouched; raises accounts.LinkUnusable."""
    bound = _read_link(tokens, token)
    return _usable(session.get(SignUp, bound.name), tokens=tokens, bound=bound, now=now)


def confirm(work: Work, *, token: str) -> Confirmed:
    """Use up a mailed link: the account opens, the citizen is made, and whoever followed the link is signed in.

    An account that the address has by now keeps its name and its profile; it only gets a profile if it has none
    in this territory. Raises accounts.LinkUnusable.
    """
    bound = _read_link(work.tokens, token)
    sign_up = _usable(
        work.session.scalars(select(SignUp).where(SignUp.id == bound.name).with_for_update()).one_or_none(),
        tokens=work.tokens,
        bound=bound,
        now=work.now,
    )
    account = _account_of(work, sign_up)
    work = work.acting_as(account.id)
    try:
        make_citizen(work, sign_up, account)
        created = True
    except ProfileExists:
        created = False
    sign_up.confirmed_at = work.now
    _record(work, CitizenVerb.CONFIRMED, sign_up)
    return Confirmed(signed_in=accounts.start_session(work, account=account), created=created)


def create_profile(
    work: Work, *, sign_up_id: str, account_id: int, locale: str, consent_locale: str | None
) -> Citizen:
    """Make a citizen of a sign-up by somebody who is signed in. Raises SignUpLost, ProfileExists."""
    sign_up = _sign_up(work, sign_up_id)
    sign_up.locale = locale
    _agree(sign_up, consent_locale)
    citizen = make_citizen(work, sign_up, work.session.get_one(Account, account_id))
    sign_up.confirmed_at = work.now
    return citizen


def resumed_sign_up(session: Session, *, tokens: Tokens, token: str, account_id: int) -> str:
    """The id of the sign-up that a known address was finishing before it signed in.

    Raises SignUpLost unless the sign-up is on its way and was made with the account's own address.
    """
    try:
        sign_up = queries.find_sign_up(session, tokens.read("sign_up.resume", token))
    except InvalidToken as error:
        raise SignUpLost from error
    if sign_up is None or sign_up.address != session.get_one(Account, account_id).address:
        raise SignUpLost
    return sign_up.id


def forget_stale_sign_ups(work: Work) -> list[str]:
    """Delete the sign-ups of more than seven days ago, but for those whose mailed link can still be used.

    Gives the addresses that they had.
    """
    forgotten = work.session.scalars(
        delete(SignUp)
        .where(
            SignUp.created_at <= work.now - SIGN_UP_KEPT,
            or_(SignUp.mailed_at.is_(None), SignUp.mailed_at <= work.now - CONFIRMATION_LASTS),
        )
        .returning(SignUp.address)
    )
    return [address for address in forgotten if address is not None]


def _record(work: Work, verb: CitizenVerb, sign_up: SignUp, **detail: str) -> None:
    # Whoever knows its id goes on with a sign-up: it is not put on record.
    work.record(verb, SignUp, None, territory_id=sign_up.territory_id, **detail)


def _sign_up(work: Work, sign_up_id: str) -> SignUp:
    sign_up = queries.find_sign_up(work.session, sign_up_id)
    if sign_up is None:
        raise SignUpLost
    return sign_up


def _agree(sign_up: SignUp, consent_locale: str | None) -> None:
    sign_up.consent_locale = consent_locale
    sign_up.consent_text = mailed_letter_text(consent_locale) if consent_locale else None


def _confirmation_token(tokens: Tokens, sign_up: SignUp) -> str:
    return tokens.sign_bound("sign_up.confirm", sign_up.id, to=_state(sign_up))


def _state(sign_up: SignUp) -> str:
    # A link is good for what was said when it was mailed: who then writes another address, or other answers, cannot have
    # them confirmed by the owner of that one.
    said = (
        sign_up.first_name, sign_up.locale, sign_up.territory_id, sign_up.commune_code, sign_up.skills,
        sign_up.challenge_ids, sign_up.hours_a_week, sign_up.radius_km, sign_up.remote, sign_up.consent_text,
        *filter(None, [sign_up.levels]),
    )  # fmt: skip
    return f"{_mailed(sign_up)} {json.dumps(said)}"


def _mailed(sign_up: SignUp) -> str:
    mailed_at = sign_up.mailed_at.isoformat() if sign_up.mailed_at else ""
    return f"{sign_up.address} {mailed_at}"


def _read_link(tokens: Tokens, token: str) -> Bound:
    try:
        return tokens.read_bound("sign_up.confirm", token)
    except InvalidToken as error:
        raise accounts.LinkUnusable from error


def _usable(sign_up: SignUp | None, *, tokens: Tokens, bound: Bound, now: datetime) -> SignUp:
    if sign_up is None or sign_up.confirmed_at is not None or sign_up.mailed_at is None:
        raise accounts.LinkUnusable
    # 0.1.0 bound its links to the address alone. They last a day, so the next release need not know it.
    if not any(tokens.is_bound(bound, to=to) for to in (_state(sign_up), _mailed(sign_up))):
        raise accounts.LinkUnusable
    if now >= sign_up.mailed_at + CONFIRMATION_LASTS:
        raise accounts.LinkUnusable
    return sign_up


def _path_to_resume(work: Work, sign_up: SignUp, account: Account) -> str | None:
    """Where somebody who has an account but no profile here finds their answers again, once signed in."""
    known = queries.find_profile(work.session, account_id=account.id, territory_id=sign_up.territory_id)
    if known is not None:
        return None
    url = urlsplit(work.links.to("citizens.finish", resume=work.tokens.sign("sign_up.resume", sign_up.id)))
    return f"{url.path}?{url.query}"


def _account_of(work: Work, sign_up: SignUp) -> Account:
    if sign_up.address is None or sign_up.first_name is None or sign_up.locale is None:
        raise accounts.LinkUnusable
    return accounts.open_account(
        work, address=sign_up.address, first_name=sign_up.first_name, locale=sign_up.locale
    )
