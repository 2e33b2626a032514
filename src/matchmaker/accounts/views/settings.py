"""The doors of an account's owner: name and language, the password, data and letters, leaving."""

import json
from datetime import timedelta

from flask import Response, flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue

from matchmaker.accounts import service
from matchmaker.accounts.forms import WRONG_PASSWORD, AccountForm, PasswordForm
from matchmaker.accounts.models import Account
from matchmaker.accounts.rules.passwords import Weakness
from matchmaker.accounts.views.blueprint import blueprint
from matchmaker.base import i18n
from matchmaker.base.i18n import gettext, mark
from matchmaker.base.transfer import HeldBack
from matchmaker.web import (
    LOCALE_KEY,
    Access,
    access,
    account_id,
    begin,
    check_limit,
    form_page,
    now,
    own_path,
    page_url,
    reading,
    sign_browser_out,
    site,
)
from matchmaker.web.forms import ConfirmForm

_WEAK = {
    Weakness.COMMON: mark("Many people have this password, or nearly. A short sentence is a good password."),
    Weakness.OWN: mark("Your name or your address is no password. A short sentence is a good password."),
}


@blueprint.route("/account", methods=["GET", "POST"])
@access(Access.SIGNED_IN)
def settings() -> ResponseReturnValue:
    """Change name and language, or the password: two forms on one page."""
    account = reading().get_one(Account, account_id())
    which = request.form.get("form")
    form = AccountForm(formdata=request.form if which == "account" else None, obj=account)
    password_form = PasswordForm(formdata=request.form if which == "password" else None)
    page = {
        "password_form": password_form,
        "address": account.address,
        "has_password": bool(account.password_hash),
        "asks_current": bool(account.password_hash)
        and not service.is_fresh(reading(), session_token=session["_user_id"], now=now()),
    }
    mine = service.sessions_of(reading(), account_id=account_id(), now=now())
    page["browsers"] = [(one, service.is_of(one, session_token=session["_user_id"])) for one in mine]
    if which == "account" and form.validate_on_submit():
        with begin() as work:
            service.change_account(
                work, account_id=account_id(), first_name=form.first_name.data or "", locale=form.locale.data
            )
        session[LOCALE_KEY] = form.locale.data
        with i18n.using(form.locale.data):
            flash(gettext("Saved."))
        return redirect(url_for("accounts.settings"))
    if which == "password" and password_form.validate_on_submit() and _set_password(password_form):
        flash(gettext("Your password is set. Other browsers were signed out."))
        return redirect(url_for("accounts.settings"))
    if password_form.errors:
        return render_template("accounts/settings.html", form=form, **page), 422
    return form_page("accounts/settings.html", form, **page)


def _set_password(form: PasswordForm) -> bool:
    """Whether the password is set; if not, the form says why."""
    check_limit("password", f"{account_id()}", capacity=8, period=timedelta(minutes=15))
    try:
        with begin() as work:
            service.set_password(
                work,
                account_id=account_id(),
                password=form.password.data or "",
                keep_session=session["_user_id"],
                current=form.current.data,
            )
    except service.WrongPassword:
        form.current.errors = [gettext(WRONG_PASSWORD)]
        return False
    except service.WeakPassword as refused:
        form.password.errors = [gettext(_WEAK[refused.weakness])]
        return False
    return True


@blueprint.get("/account/data")
@access(Access.SIGNED_IN)
def data() -> ResponseReturnValue:
    """All that every room holds of whoever is signed in, as a file that a person and a program can read."""
    held = {
        gettext(section.title): section.rows
        for room in reversed(site().works.rooms)
        for section in room.about(reading(), account_id())
        if section.rows
    }
    text = json.dumps(held, ensure_ascii=False, indent=2, default=lambda moment: moment.isoformat())
    return Response(
        text + "\n",
        mimetype="application/json",
        headers={"Content-Disposition": 'attachment; filename="data.json"'},
    )


@blueprint.route("/account/delete", methods=["GET", "POST"])
@access(Access.SIGNED_IN)
def delete() -> ResponseReturnValue:
    """Leave the service: shown by GET with what goes and what stands against it, done by POST."""
    if ConfirmForm().validate_on_submit():
        try:
            with begin() as work:
                service.delete_account(work, account_id=account_id())
        except HeldBack:
            return redirect(url_for("accounts.delete"))
        sign_browser_out()
        flash(gettext("Your account is deleted. Thank you for having been here."))
        return redirect(page_url("front"))
    obstacles = service.obstacles(reading(), rooms=site().works.rooms, account_id=account_id())
    return render_template("accounts/delete.html", obstacles=obstacles)


@blueprint.post("/account/letters")
@access(Access.SIGNED_IN)
def letters() -> ResponseReturnValue:
    """Get letters again after some came back, and go back to where one was."""
    check_limit("letters", str(account_id()), capacity=5, period=timedelta(days=1))
    with begin() as work:
        service.resume_letters(work, account_id=account_id())
    flash(gettext("We write to you again, from the next letter on."), "good")
    return redirect(own_path(request.form.get("next")) or url_for("accounts.settings"))
