"""Inviting people, and taking it back."""

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue

from matchmaker.base.i18n import gettext
from matchmaker.groups.access import LEAD, acting_in, own_led_group
from matchmaker.groups.forms import GroupInviteForm
from matchmaker.groups.rules import Role
from matchmaker.groups.service import INVITATION
from matchmaker.groups.views.blueprint import blueprint
from matchmaker.invitations import service as invitations
from matchmaker.invitations.forms import address_to_invite, tell_withdrawn
from matchmaker.web import access, account_id, form_page
from matchmaker.web.forms import ConfirmForm


@blueprint.route("/groups/<int:group_id>/invite", methods=["GET", "POST"])
@access(LEAD)
def invite(group_id: int) -> ResponseReturnValue:
    """Ask somebody by e-mail to join; for leads."""
    group = own_led_group(group_id)
    form = GroupInviteForm()
    page = {"group": group, "territory": group.territory}
    if form.validate_on_submit():
        address = address_to_invite(form, INVITATION, subject_id=group_id)
        try:
            with acting_in(group_id, lead=True) as work:
                invitations.invite(
                    work,
                    INVITATION,
                    subject_id=group_id,
                    invited_by_id=account_id(),
                    address=address,
                    role=Role(form.role.data),
                )
        except invitations.AlreadyMember:
            form.address.errors = [gettext("This person is in the group already.")]
        else:
            flash(gettext("The invitation is on its way to %(address)s.", address=address), "success")
            return redirect(url_for("groups.show", group_id=group_id))
    return form_page("groups/invite.html", form, **page)


@blueprint.post("/groups/<int:group_id>/invitations/<int:invitation_id>/withdraw")
@access(LEAD)
def invitation_withdraw(group_id: int, invitation_id: int) -> ResponseReturnValue:
    """Take back an invitation that nobody answered yet; for leads."""
    if ConfirmForm().validate_on_submit():
        with acting_in(group_id, lead=True) as work:
            withdrawn = invitations.withdraw(
                work, INVITATION, subject_id=group_id, invitation_id=invitation_id
            )
        tell_withdrawn(withdrawn)
    return redirect(url_for("groups.show", group_id=group_id))
