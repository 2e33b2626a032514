"""The browsers in which somebody is signed in: kept up to date with each page, listed and signed out on theirs."""

from flask import Response, flash, g, redirect, request, session, url_for
from flask.typing import ResponseReturnValue

from matchmaker.accounts import service
from matchmaker.accounts.rules import SEEN_EVERY
from matchmaker.accounts.views.blueprint import blueprint
from matchmaker.base.i18n import gettext
from matchmaker.web import Access, access, account_id, begin, close_reading, now, reading, site


@blueprint.post("/account/browsers")
@access(Access.SIGNED_IN)
def browsers() -> ResponseReturnValue:
    """Sign out all other browsers, or one of them."""
    with begin() as work:
        service.end_other_sessions(
            work,
            account_id=account_id(),
            keep_session=session["_user_id"],
            which=request.form.get("browser"),
        )
    flash(gettext("Done. To come back there, you must sign in again."), "success")
    return redirect(url_for("accounts.settings"))


@blueprint.after_app_request
def keep_up_to_date(response: Response) -> Response:
    """End the session that a new one has replaced in this browser, and keep that a browser was used."""
    replaced: str | None = g.get("session_replaced")
    if replaced is not None:
        close_reading()
        with site().works.begin() as work:
            service.forget_session(work, session_token=replaced)
    used: str | None = g.get("browser_used")
    if used is not None and _is_stale(used):
        close_reading()
        with site().works.begin() as work:
            service.keep_seen(work, session_token=used)
    return response


def _is_stale(token: str) -> bool:
    known = service.find_session(reading(), session_token=token)
    return known is not None and (known.seen_at is None or known.seen_at + SEEN_EVERY <= now())
