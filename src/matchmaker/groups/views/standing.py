"""Whether a need without a last day still stands: the page that a letter leads to."""

from flask import flash, redirect, render_template, request
from flask.typing import ResponseReturnValue

from matchmaker.base.i18n import gettext
from matchmaker.groups import service
from matchmaker.groups.access import NEED_MEMBER, acting_in, own_need
from matchmaker.groups.rules import ActionNotAllowed, NeedState, state_on
from matchmaker.groups.views.blueprint import blueprint
from matchmaker.places.rules import local_day
from matchmaker.web import access, now, page_url
from matchmaker.web.forms import ConfirmForm


@blueprint.route("/needs/<int:need_id>/stands", methods=["GET", "POST"])
@access(NEED_MEMBER)
def need_stands(need_id: int) -> ResponseReturnValue:
    """Say that a need still stands, or close it; ``?close=1`` leads who wants to close it."""
    need = own_need(need_id)
    if ConfirmForm().validate_on_submit():
        try:
            with acting_in(need.group_id) as work:
                service.say_need_stands(work, need_id=need_id)
        except ActionNotAllowed:
            flash(gettext("This need has changed meanwhile. Here is how it stands now."), "warning")
        else:
            flash(gettext("Thank you. People see that you are still looking."), "success")
        return redirect(page_url("need", need_id=need_id))
    today = local_day(now(), need.group.territory.time_zone)
    return render_template(
        "groups/stands.html",
        need=need,
        territory=need.group.territory,
        open=state_on(need.state, need.until, today) is NeedState.OPEN,
        close="close" in request.args,
    )
