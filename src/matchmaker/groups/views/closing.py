"""Ending a group, and letting it go on: for its leads, and for the team of its territory."""

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from matchmaker.base.i18n import gettext
from matchmaker.groups import service
from matchmaker.groups.access import KEEPER, kept_group
from matchmaker.groups.rules import CLOSED_FOR
from matchmaker.groups.service import NobodyLeads, NotAllowed
from matchmaker.groups.views.blueprint import blueprint
from matchmaker.web import access, account_id, begin
from matchmaker.web.forms import ConfirmForm


@blueprint.route("/groups/<int:group_id>/close", methods=["GET", "POST"])
@access(KEEPER)
def close(group_id: int) -> ResponseReturnValue:
    """End a group: shown by GET with what follows, done by POST."""
    group = kept_group(group_id)
    if ConfirmForm().validate_on_submit():
        with begin() as work:
            service.close_group(work, group_id=group_id, account_id=account_id())
        flash(gettext("The group is closed."), "success")
        return redirect(url_for("groups.show", group_id=group_id))
    return render_template(
        "groups/membership.html",
        group=group,
        territory=group.territory,
        act="close",
        weeks=CLOSED_FOR.days // 7,
    )


@blueprint.post("/groups/<int:group_id>/reopen")
@access(KEEPER)
def reopen(group_id: int) -> ResponseReturnValue:
    """Let a group that has ended go on."""
    kept_group(group_id)
    try:
        with begin() as work:
            service.reopen_group(work, group_id=group_id, account_id=account_id())
    except NobodyLeads:
        flash(gettext("Nobody leads this group any more, so it stays closed."), "warning")
    except NotAllowed:
        flash(
            gettext("The team of the territory has closed this group. Ask them to open it again."), "warning"
        )
    else:
        flash(gettext("The group is open again. Open its needs again one by one."), "success")
    return redirect(url_for("groups.show", group_id=group_id))
