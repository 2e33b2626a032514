"""Who may enter, and who has."""

import enum
from collections.abc import Callable
from typing import TypeVar

from flask import Flask, redirect, session, url_for
from flask.typing import ResponseReturnValue
from flask_login import UserMixin, current_user, login_user

from matchmaker.web.answers import own_path
from matchmaker.web.site import LOCALE_KEY


class Access(enum.StrEnum):
    """Who may enter an endpoint at all; what they may do there is the service's question."""

    PUBLIC = "public"
    SIGNED_IN = "signed_in"


ViewFunction = TypeVar("ViewFunction", bound=Callable[..., ResponseReturnValue])


def access(who: Access) -> Callable[[ViewFunction], ViewFunction]:
    """Declare who may enter a view. A view without a declaration lets nobody in, and a test finds it."""

    def declare(view: ViewFunction) -> ViewFunction:
        view.access = who  # type: ignore[attr-defined]
        return view

    return declare


def declared_access(app: Flask, endpoint: str) -> Access | None:
    """What the view of ``endpoint`` declared, or None."""
    return getattr(app.view_functions[endpoint], "access", None)


def account_id() -> int:
    """The id of the signed-in account; only for views that demand one."""
    number: int = current_user.account_id
    return number


def visitor_id() -> int | None:
    """The id of the signed-in account, or None for a visitor."""
    return current_user.account_id if current_user.is_authenticated else None


class Newcomer(UserMixin):  # type: ignore[misc]
    """Somebody whose session was opened by this request; from the next request on the session row tells who they are."""

    def __init__(self, session_token: str) -> None:
        self.id = session_token


def enter(
    *, session_token: str, locale: str, next_path: str | None = None, otherwise: str = "matching.home"
) -> ResponseReturnValue:
    """Set the cookie of a session that was just opened, and go where the person wanted to go."""
    # A session id that somebody planted before the sign-in must not survive it.
    session.clear()
    login_user(Newcomer(session_token))
    session[LOCALE_KEY] = locale
    session.permanent = True
    return redirect(own_path(next_path) or url_for(otherwise))
