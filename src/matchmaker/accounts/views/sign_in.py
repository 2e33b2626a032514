"""The doors of whoever is not signed in yet: sign-in, sign-out, a new account, the language."""

from contextlib import suppress
from datetime import timedelta

from flask import flash, g, redirect, render_template, request, session
from flask.typing import ResponseReturnValue
from flask_login import UserMixin

from matchmaker.accounts import service
from matchmaker.accounts.forms import LanguageForm, NewAccountForm, SignInForm
from matchmaker.accounts.rules import LinkPurpose, canonical_address
from matchmaker.accounts.views.blueprint import blueprint
from matchmaker.base import i18n
from matchmaker.base.i18n import gettext
from matchmaker.base.sent_forms import SentBefore
from matchmaker.web import (
    LOCALE_KEY,
    Access,
    access,
    begin,
    check_letter,
    check_limit,
    enter,
    form_page,
    network,
    now,
    own_path,
    page_url,
    reading,
    result_page,
    sign_browser_out,
)
from matchmaker.web.forms import ConfirmForm

SIGN_INS = 200
"""Passwords of one network in a quarter of an hour; many people may sit behind one address."""


class Visitor(UserMixin):  # type: ignore[misc]
    """The signed-in person, as Flask-Login and the templates see them."""

    def __init__(self, *, session_token: str, account_id: int, first_name: str, locale: str) -> None:
        self.id = session_token
        self.account_id = account_id
        self.first_name = first_name
        self.locale = locale


def load_visitor(session_token: str) -> Visitor | None:
    """The person behind a session cookie, or None if that session ended or is too old."""
    known = service.find_session(reading(), session_token=session_token)
    if known is None or service.is_over(known, now=now()):
        return None
    g.browser_used = session_token
    account = known.account
    return Visitor(
        session_token=session_token,
        account_id=account.id,
        first_name=account.first_name,
        locale=account.locale,
    )


def _enter(signed_in: service.SignedIn) -> ResponseReturnValue:
    return enter(
        session_token=signed_in.session_token, locale=signed_in.locale, next_path=signed_in.next_path
    )


@blueprint.route("/sign-in", methods=["GET", "POST"])
@access(Access.PUBLIC)
def sign_in() -> ResponseReturnValue:
    """Sign in by password, or ask for a link."""
    form = SignInForm()
    next_path = own_path(request.args.get("next"))
    if form.validate_on_submit():
        address = canonical_address(form.address.data or "")
        if form.password.data:
            # By network: whoever guesses from elsewhere does not keep the owner out.
            check_limit("sign_in", f"{address} {network()}", capacity=8, period=timedelta(minutes=15))
            check_limit("sign_ins", network(), capacity=SIGN_INS, period=timedelta(minutes=15))
            with begin() as work:
                signed_in = service.sign_in_by_password(
                    work, address=address, password=form.password.data, next_path=next_path
                )
            if signed_in is not None:
                return _enter(signed_in)
            form.password.errors = [
                gettext(
                    "This address and password do not match. Leave the password empty to get a link by e-mail."
                )
            ]
            return form_page("accounts/sign_in.html", form, next_path=next_path)
        check_letter(address)
        with suppress(SentBefore), begin() as work:
            service.request_sign_in(work, address=address, locale=i18n.get_locale(), next_path=next_path)
        return result_page("accounts/check_mail.html", address=address)
    return form_page("accounts/sign_in.html", form, next_path=next_path)


@blueprint.route("/sign-in/<token>", methods=["GET", "POST"], endpoint="link")
@access(Access.PUBLIC)
def sign_in_link(token: str) -> ResponseReturnValue:
    """A mailed sign-in link: shown by GET, used by POST."""
    return _mailed_link(token, LinkPurpose.SIGN_IN, "accounts/link.html")


@blueprint.route("/account/open/<token>", methods=["GET", "POST"], endpoint="open")
@access(Access.PUBLIC)
def open_link(token: str) -> ResponseReturnValue:
    """A mailed link that opens an account: shown by GET, used by POST."""
    return _mailed_link(token, LinkPurpose.OPEN_ACCOUNT, "accounts/open.html")


def _mailed_link(token: str, purpose: LinkPurpose, template: str) -> ResponseReturnValue:
    form = ConfirmForm()
    try:
        if form.validate_on_submit():
            with begin() as work:
                signed_in = service.use_link(work, token=token, purpose=purpose)
            return _enter(signed_in)
        with begin() as work:
            link = service.check_link(work, token=token, purpose=purpose)
            address = link.address
    except service.LinkUnusable:
        return render_template("accounts/link_unusable.html"), 410
    return form_page(template, form, address=address)


@blueprint.post("/sign-out")
@access(Access.PUBLIC)
def sign_out() -> ResponseReturnValue:
    """End this browser's session, on the server too."""
    token = session.get("_user_id")
    if token:
        with begin() as work:
            service.end_session(work, session_token=token)
    sign_browser_out()
    flash(gettext("You are signed out."))
    return redirect(page_url("front"))


@blueprint.route("/account/new", methods=["GET", "POST"])
@access(Access.PUBLIC)
def new() -> ResponseReturnValue:
    """Open an account without a profile."""
    form = NewAccountForm(locale=i18n.get_locale())
    if form.validate_on_submit():
        address = canonical_address(form.address.data or "")
        check_letter(address)
        with suppress(SentBefore), begin() as work:
            service.request_account(
                work,
                first_name=form.first_name.data or "",
                address=address,
                locale=form.locale.data,
                next_path=own_path(request.args.get("next")),
            )
        return result_page("accounts/check_mail.html", address=address)
    return form_page("accounts/new.html", form)


@blueprint.post("/language")
@access(Access.PUBLIC)
def language() -> ResponseReturnValue:
    """Choose the language of the pages, and go back to where one was."""
    form = LanguageForm()
    if form.validate_on_submit():
        session[LOCALE_KEY] = form.locale.data
    return redirect(own_path(request.form.get("next")) or page_url("front"))
