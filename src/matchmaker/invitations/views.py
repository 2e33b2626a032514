"""The answer of those who were invited, whatever to."""

from collections.abc import Iterable
from typing import Any

from flask import Blueprint, Flask, current_app, flash, redirect, render_template
from flask.typing import ResponseReturnValue

from matchmaker.accounts import service as accounts
from matchmaker.accounts.forms import NewcomerForm
from matchmaker.base import i18n
from matchmaker.base.i18n import gettext
from matchmaker.invitations import service
from matchmaker.web import Access, access, begin, enter, form_page, page_url, visitor_id
from matchmaker.web.forms import ConfirmForm

blueprint = Blueprint("invitations", __name__)

_KINDS = "invitations"


def invite_to(app: Flask, kinds: Iterable[service.Kind[Any]]) -> None:
    """Let the invitations of these kinds be answered in ``app``."""
    app.extensions[_KINDS] = (*app.extensions.get(_KINDS, ()), *kinds)


@blueprint.route("/invitations/<token>", methods=["GET", "POST"])
# Where the letters of 0.1.0 to relays lead.
@blueprint.route("/relay-invitations/<token>", methods=["GET", "POST"], alias=True)
@access(Access.PUBLIC)
def invitation(token: str) -> ResponseReturnValue:
    """An invitation: shown by GET, accepted by POST; asks for a name if the address has no account."""
    visitor = visitor_id()
    kinds = current_app.extensions[_KINDS]
    try:
        with begin() as work:
            kind, found = service.find_invitation(work, kinds, token=token)
            account = accounts.find_account(work.session, address=found.address)
            subject = kind.subject(found)
            page = {
                "words": kind.words,
                "values": {**subject.values, "name": found.invited_by.first_name},
                "territory_name": subject.territory,
                "newcomer": account is None,
                "other_account": visitor is not None and (account is None or account.id != visitor),
            }
        asks_name = account is None and visitor is None
        form = NewcomerForm(locale=i18n.get_locale()) if asks_name else ConfirmForm()
        if form.validate_on_submit():
            with begin() as work:
                joined = service.accept_invitation(
                    work,
                    kinds,
                    token=token,
                    account_id=visitor,
                    first_name=form.first_name.data if isinstance(form, NewcomerForm) else None,
                    locale=form.locale.data if isinstance(form, NewcomerForm) else i18n.get_locale(),
                )
            return _welcome(joined)
    except service.InvitationUnusable:
        return render_template("invitations/unusable.html"), 410
    except accounts.AddressMismatch:
        return render_template("invitations/invitation.html", form=form, **page), 422
    return form_page("invitations/invitation.html", form, **page)


def _welcome(joined: service.Joined) -> ResponseReturnValue:
    page, name = joined.kind.page
    number: dict[str, Any] = {name: joined.subject_id}
    target = page_url(page, **number)
    answer: ResponseReturnValue = redirect(target)
    locale = i18n.get_locale()
    if joined.signed_in is not None:
        locale = joined.signed_in.locale
        answer = enter(session_token=joined.signed_in.session_token, locale=locale, next_path=target)
    with i18n.using(locale):
        flash(gettext(joined.kind.words.welcome), "success")
    return answer
