"""Inviting people, and their answer."""

from datetime import timedelta

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from matchmaker.accounts import service as accounts
from matchmaker.accounts.forms import NewcomerForm
from matchmaker.accounts.rules import canonical_address
from matchmaker.base import i18n
from matchmaker.base.i18n import gettext
from matchmaker.groups import service
from matchmaker.groups.access import LEAD, acting_in, own_led_group
from matchmaker.groups.forms import InviteForm
from matchmaker.groups.models import StartupGroup
from matchmaker.groups.rules import Role
from matchmaker.groups.views.blueprint import blueprint
from matchmaker.web import Access, access, account_id, begin, check_limit, enter, form_page, visitor_id
from matchmaker.web.forms import ConfirmForm

INVITATIONS_A_DAY = 30
INVITED_AT_MOST = 3


@blueprint.route("/groups/<int:group_id>/invite", methods=["GET", "POST"])
@access(LEAD)
def invite(group_id: int) -> ResponseReturnValue:
    """Ask somebody by e-mail to join; for leads."""
    group = own_led_group(group_id)
    form = InviteForm()
    page = {"group": group, "territory": group.territory}
    if form.validate_on_submit():
        check_limit("invite", f"{account_id()}", capacity=INVITATIONS_A_DAY, period=timedelta(days=1))
        address = canonical_address(form.address.data or "")
        check_limit("invited", f"{group_id} {address}", capacity=INVITED_AT_MOST, period=timedelta(days=1))
        try:
            with acting_in(group_id, lead=True) as work:
                service.invite(
                    work,
                    work.session.get_one(StartupGroup, group_id),
                    invited_by_id=account_id(),
                    address=address,
                    role=Role(form.role.data),
                )
        except service.AlreadyMember:
            form.address.errors = [gettext("This person is in the group already.")]
        else:
            flash(gettext("The invitation is on its way to %(address)s.", address=address), "success")
            return redirect(url_for("groups.show", group_id=group_id))
    return form_page("groups/invite.html", form, **page)


@blueprint.route("/invitations/<token>", methods=["GET", "POST"])
@access(Access.PUBLIC)
def invitation(token: str) -> ResponseReturnValue:
    """An invitation: shown by GET, accepted by POST; asks for a name if the address has no account."""
    visitor = visitor_id()
    try:
        with begin() as work:
            found = service.find_invitation(work, token=token)
            account = accounts.find_account(work.session, address=found.address)
            page = {
                "group_name": found.group.name,
                "pitch": found.group.pitch,
                "territory": found.group.territory,
                "invited_by": found.invited_by.first_name,
                "newcomer": account is None,
                "other_account": visitor is not None and (account is None or account.id != visitor),
            }
        form = (
            NewcomerForm(locale=i18n.get_locale()) if page["newcomer"] and visitor is None else ConfirmForm()
        )
        if form.validate_on_submit():
            with begin() as work:
                group, signed_in = service.accept_invitation(
                    work,
                    token=token,
                    account_id=visitor,
                    first_name=form.first_name.data if isinstance(form, NewcomerForm) else None,
                    locale=form.locale.data if isinstance(form, NewcomerForm) else i18n.get_locale(),
                )
                number = group.id
            target = url_for("groups.show", group_id=number)
            answer: ResponseReturnValue = redirect(target)
            locale = i18n.get_locale()
            if signed_in is not None:
                locale = signed_in.locale
                answer = enter(session_token=signed_in.session_token, locale=locale, next_path=target)
            with i18n.using(locale):
                flash(gettext("Welcome to the group!"), "success")
            return answer
    except service.InvitationUnusable:
        return render_template("groups/invitation_unusable.html"), 410
    except accounts.AddressMismatch:
        return render_template("groups/invitation.html", form=form, **page), 422
    return form_page("groups/invitation.html", form, **page)
