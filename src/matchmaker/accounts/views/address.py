"""The doors by which an account gets another address."""

from contextlib import suppress
from datetime import timedelta

from flask import flash, redirect, render_template, session, url_for
from flask.typing import ResponseReturnValue

from matchmaker.accounts import service
from matchmaker.accounts.forms import WRONG_PASSWORD, AddressForm
from matchmaker.accounts.models import Account
from matchmaker.accounts.rules import canonical_address
from matchmaker.accounts.views.blueprint import blueprint
from matchmaker.base.i18n import gettext
from matchmaker.base.sent_forms import SentBefore
from matchmaker.web import (
    Access,
    access,
    account_id,
    begin,
    check_letter,
    check_limit,
    form_page,
    now,
    reading,
    result_page,
)
from matchmaker.web.forms import ConfirmForm


@blueprint.route("/account/address", methods=["GET", "POST"])
@access(Access.SIGNED_IN)
def address() -> ResponseReturnValue:
    """Ask for another address; a letter to it confirms it."""
    account = reading().get_one(Account, account_id())
    page = {
        "now": account.address,
        "has_password": account.password_hash is not None,
        "fresh": service.is_fresh(reading(), session_token=session["_user_id"], now=now()),
    }
    form = AddressForm()
    if form.validate_on_submit():
        wanted = canonical_address(form.address.data or "")
        if wanted == account.address:
            form.address.errors = [gettext("You sign in with this address already.")]
        elif _ask(form, wanted, has_password=account.password_hash is not None):
            return result_page("accounts/check_mail.html", address=wanted)
    return form_page("accounts/address.html", form, **page)


def _ask(form: AddressForm, wanted: str, *, has_password: bool) -> bool:
    """Whether a letter goes to the wanted address; if not, the form says why."""
    check_limit("new_address", f"{account_id()}", capacity=8, period=timedelta(hours=1))
    check_letter(wanted)
    try:
        with suppress(SentBefore), begin() as work:
            service.request_address(
                work,
                account_id=account_id(),
                address=wanted,
                current=form.current.data,
                session_token=session["_user_id"],
            )
    except service.WrongPassword:
        if has_password:
            form.current.errors = [gettext(WRONG_PASSWORD)]
        else:
            form.address.errors = [
                gettext("We must know that it is you. Sign out, sign in by a link, and come back here.")
            ]
        return False
    return True


@blueprint.route("/account/address/<token>", methods=["GET", "POST"], endpoint="address_link")
@access(Access.SIGNED_IN)
def address_link(token: str) -> ResponseReturnValue:
    """A mailed link that gives the account of who is signed in its address: shown by GET, used by POST."""
    form = ConfirmForm()
    try:
        if form.validate_on_submit():
            with begin() as work:
                service.use_address_link(
                    work, token=token, account_id=account_id(), session_token=session["_user_id"]
                )
            flash(gettext("You sign in with your new address from now on."), "success")
            return redirect(url_for("accounts.settings"))
        with begin() as work:
            link = service.check_address_link(work, token=token, account_id=account_id())
            wanted = link.address
    except service.LinkUnusable:
        return render_template("accounts/address_unusable.html"), 410
    return form_page("accounts/address_link.html", form, address=wanted)
