"""Leaving a group, and who leads it: each act has a page that says what follows from it."""

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from matchmaker.base.i18n import gettext
from matchmaker.groups import service
from matchmaker.groups.access import EVER_MEMBER, LEAD, acting_in, joined_group, own_led_group
from matchmaker.groups.models import StartupGroup
from matchmaker.groups.rules import LastLead, check_still_led
from matchmaker.groups.views.blueprint import blueprint
from matchmaker.web import access, account_id, begin, or_404
from matchmaker.web.forms import ConfirmForm


@blueprint.route("/groups/<int:group_id>/leave", methods=["GET", "POST"])
@access(EVER_MEMBER)
def leave(group_id: int) -> ResponseReturnValue:
    """End one's own membership."""
    group = joined_group(group_id)
    if ConfirmForm().validate_on_submit():
        try:
            with begin() as work:
                service.leave_group(work, group_id=group_id, account_id=account_id())
        except LastLead as refused:
            flash(_needed(refused), "warning")
            return redirect(url_for("groups.show", group_id=group_id))
        flash(gettext("You have left the group %(group)s.", group=group.name), "success")
        return redirect(url_for("groups.mine"))
    return _page(group, "leave", refused=_refused(group))


@blueprint.route("/groups/<int:group_id>/step-down", methods=["GET", "POST"])
@access(LEAD)
def lead_step_down(group_id: int) -> ResponseReturnValue:
    """Stay in a group without leading it; for leads."""
    group = own_led_group(group_id)
    if ConfirmForm().validate_on_submit():
        try:
            with acting_in(group_id, lead=True) as work:
                service.step_down(work, group_id=group_id, account_id=account_id())
        except LastLead as refused:
            flash(_needed(refused), "warning")
        else:
            flash(gettext("You no longer lead the group. You are still in it."), "success")
        return redirect(url_for("groups.show", group_id=group_id))
    return _page(group, "step_down", refused=_refused(group))


@blueprint.route("/groups/<int:group_id>/members/<int:other_id>/remove", methods=["GET", "POST"])
@access(LEAD)
def member_remove(group_id: int, other_id: int) -> ResponseReturnValue:
    """End somebody else's membership; for leads."""
    group, name = _other_member(group_id, other_id)
    if ConfirmForm().validate_on_submit():
        with acting_in(group_id, lead=True) as work:
            service.remove_member(work, group_id=group_id, account_id=other_id, by_id=account_id())
        flash(gettext("Done. %(name)s is no longer in the group.", name=name), "success")
        return redirect(url_for("groups.show", group_id=group_id))
    return _page(group, "remove", name=name)


@blueprint.route("/groups/<int:group_id>/members/<int:other_id>/lead", methods=["GET", "POST"])
@access(LEAD)
def member_lead(group_id: int, other_id: int) -> ResponseReturnValue:
    """Let a member lead the group too; for leads."""
    group, name = _other_member(group_id, other_id)
    if ConfirmForm().validate_on_submit():
        with acting_in(group_id, lead=True) as work:
            service.make_lead(work, group_id=group_id, account_id=other_id, by_id=account_id())
        flash(gettext("Done. %(name)s leads the group too.", name=name), "success")
        return redirect(url_for("groups.show", group_id=group_id))
    return _page(group, "lead", name=name)


def _other_member(group_id: int, other_id: int) -> tuple[StartupGroup, str]:
    """A lead's own group, and the first name of another member of it. Raises Missing where there is none of that number."""
    group = own_led_group(group_id)
    found = [one for one in group.memberships if one.account_id == other_id != account_id()]
    return group, or_404(next(iter(found), None)).account.first_name


def _needed(refused: LastLead) -> str:
    if refused.alone:
        return gettext(
            "You are alone in this group. Close it first, or invite somebody and make them a lead."
        )
    return gettext("Nobody else leads this group. Make another member a lead first, or close the group.")


def _refused(group: StartupGroup) -> str | None:
    """What stands against the signed-in person's no longer leading a group of theirs, if anything."""
    if group.closed_at is not None:
        return None
    try:
        check_still_led({one.account_id: one.role for one in group.memberships}, without=account_id())
    except LastLead as refused:
        return _needed(refused)
    return None


def _page(group: StartupGroup, act: str, **other: str | None) -> ResponseReturnValue:
    return render_template("groups/membership.html", group=group, territory=group.territory, act=act, **other)
