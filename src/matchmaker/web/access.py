"""Who may enter, and who has."""

import enum
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import structlog
from flask import Flask, abort, current_app, g, redirect, request, session
from flask.typing import ResponseReturnValue
from flask_login import UserMixin, current_user, login_user, logout_user

from matchmaker.base.i18n import get_locale
from matchmaker.base.ids import AccountId
from matchmaker.base.work import Missing
from matchmaker.web.answers import own_path
from matchmaker.web.site import LOCALE_KEY, reading
from matchmaker.web.slots import page_url

log = structlog.get_logger()

Thing = TypeVar("Thing")
ViewFunction = TypeVar("ViewFunction", bound=Callable[..., ResponseReturnValue])


class Access(enum.StrEnum):
    """Who may enter an endpoint, whatever its address names."""

    PUBLIC = "public"
    SIGNED_IN = "signed_in"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Role(Generic[Thing]):
    """What a signed-in person is to the thing that an address names in its part ``by``; to no thing if that is None.

    ``find`` is given a session, the account's id and what that part says. It answers with the thing, or with None for
    everybody who has not the role: for them there is no such page. It may raise or abort to tell them more.

    What shows somebody people whom they run a desk for, and are not among, is ``watched``: the logs tell who read what.
    """

    name: str
    by: str | None = None
    find: Callable[..., Thing | None]
    watched: bool = False

    def own(self, **named: object) -> Thing:
        """The thing that is ``named`` if the visitor has this role, found once a reading session; else raises Missing."""
        known: dict[object, Thing] = reading().info.setdefault(self, {})
        key = tuple(named.values())
        if key not in known:
            known[key] = or_404(self.find(reading(), account_id=account_id(), **named))
        return known[key]


def or_404(thing: Thing | None) -> Thing:
    """``thing``, unless it is None: then there is no such page. Raises Missing, which answers 404."""
    if thing is None:
        raise Missing
    return thing


def access(who: Access | Role[Any]) -> Callable[[ViewFunction], ViewFunction]:
    """Declare who may enter a view. A view without a declaration lets nobody in, and a test finds it."""

    def declare(view: ViewFunction) -> ViewFunction:
        view.access = who  # type: ignore[attr-defined]
        return view

    return declare


def declared_access(app: Flask, endpoint: str) -> Access | Role[Any] | None:
    """What the view of ``endpoint`` declared, or None."""
    return getattr(app.view_functions[endpoint], "access", None)


def check_access() -> ResponseReturnValue | None:
    """Keep everybody out of this request's endpoint but those whom it declares; a visitor is asked to sign in first."""
    if request.endpoint is None or request.endpoint == "static":
        return None
    declared = declared_access(current_app, request.endpoint)
    if declared is None:
        abort(403)
    if declared is not Access.PUBLIC and not current_user.is_authenticated:
        target = request.full_path.rstrip("?") if request.method == "GET" else None
        return redirect(page_url("sign_in", next=target))
    if isinstance(declared, Role):
        named = request.view_args or {}
        declared.own(**{name: value for name, value in named.items() if name == declared.by})
        if declared.watched and request.method != "POST":
            of = {name: value for name, value in named.items() if isinstance(value, int) or name == "slug"}
            log.info("read", by=account_id(), role=declared.name, endpoint=request.endpoint, of=of)
    return None


def account_id() -> AccountId:
    """The id of the signed-in account; only for views that demand one."""
    number: AccountId = current_user.account_id
    return number


class Newcomer(UserMixin):  # type: ignore[misc]
    """Somebody whose session was opened by this request; from the next request on the session row tells who they are."""

    def __init__(self, session_token: str) -> None:
        self.id = session_token


def sign_browser_out() -> None:
    """Forget in this browser who was signed in, and keep the language that it reads."""
    locale = get_locale()
    logout_user()
    session.clear()
    session[LOCALE_KEY] = locale


def enter(*, session_token: str, locale: str, next_path: str | None = None) -> ResponseReturnValue:
    """Set the cookie of a session that was just opened, and go where the person wanted to go."""
    # Whoever signs in again has one session in this browser; the room of accounts ends the other.
    g.session_replaced = session.get("_user_id")
    # A session id that somebody planted before the sign-in must not survive it.
    session.clear()
    login_user(Newcomer(session_token))
    session[LOCALE_KEY] = locale
    session.permanent = True
    return redirect(own_path(next_path) or page_url("home"))
