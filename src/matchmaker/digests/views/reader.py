"""What each reader decides about their letters, and the link that stops them."""

from contextlib import suppress

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from matchmaker.accounts import service as accounts
from matchmaker.base.i18n import gettext
from matchmaker.base.sent_forms import SentBefore
from matchmaker.base.tokens import InvalidToken
from matchmaker.base.work import Missing
from matchmaker.digests import queries, service
from matchmaker.digests.forms import WishesForm
from matchmaker.digests.rules import Frequency
from matchmaker.digests.views.blueprint import blueprint
from matchmaker.introductions import service as introductions
from matchmaker.web import (
    Access,
    access,
    account_id,
    begin,
    form_page,
    now,
    reading,
    result_page,
    site,
    speak_like,
)


@blueprint.route("/letters", methods=["GET", "POST"])
@access(Access.SIGNED_IN)
def wishes() -> ResponseReturnValue:
    """Which letters somebody wants, how often, and until when none."""
    known = queries.find_preference(reading(), account_id=account_id())
    form = WishesForm(
        frequency=known.frequency.value if known else Frequency.WEEKLY.value,
        paused_until=known.paused_until if known else None,
        about_introductions=introductions.wants_notices(reading(), account_id=account_id()),
    )
    if form.validate_on_submit():
        with begin() as work:
            service.choose_letters(
                work,
                account_id=account_id(),
                frequency=Frequency(form.frequency.data),
                paused_until=form.paused_until.data,
                about_introductions=form.about_introductions.data,
            )
        flash(gettext("Your wishes are kept."), "success")
        return redirect(url_for("digests.wishes"))
    return form_page("digests/wishes.html", form, today=now().date())


@blueprint.route("/unsubscribe/<token>", methods=["GET", "POST"])
@access(Access.PUBLIC)
def unsubscribe(token: str) -> ResponseReturnValue:
    """Stop the letters: a page with a button by GET, done by POST with no cookie and no CSRF token (RFC 8058)."""
    try:
        # Who has left gets the same page; whoever has their number now keeps their letters.
        account = accounts.find_by_token(
            reading(), tokens=site().works.tokens, purpose=service.UNSUBSCRIBE, token=token
        )
    except InvalidToken as error:
        raise Missing from error
    if account is not None:
        speak_like(account.locale)
    if request.method != "POST":
        return render_template("digests/unsubscribe.html", done=False)
    if account is not None:
        with suppress(SentBefore), begin() as work:
            service.stop_letters(work, account_id=account.id)
    return result_page("digests/unsubscribe.html", done=True)
