"""Following a need that is not open, and being away."""

from datetime import date

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue

from matchmaker.base.i18n import gettext
from matchmaker.citizens import queries as citizens
from matchmaker.groups import queries as groups
from matchmaker.groups.access import LEAD, own_led_group
from matchmaker.introductions import service
from matchmaker.introductions.forms import AbsenceForm, StepForm
from matchmaker.introductions.views.blueprint import blueprint
from matchmaker.places.rules import local_day
from matchmaker.web import Access, access, account_id, begin, form_page, now, or_404, reading

HOME_ZONE = "Europe/Paris"
"""For people who belong to no territory yet."""


@blueprint.post("/needs/<int:need_id>/follow")
@access(Access.SIGNED_IN)
def follow(need_id: int) -> ResponseReturnValue:
    """Be told when a need is open again."""
    try:
        with begin() as work:
            service.follow(work, need_id=need_id, account_id=account_id())
    except service.NeedIsOpen:
        flash(gettext("This need is open: you can offer your help now."), "info")
    else:
        flash(gettext("We will tell you when this need is open again."), "success")
    return redirect(url_for("matching.need", need_id=need_id))


@blueprint.post("/needs/<int:need_id>/unfollow")
@access(Access.SIGNED_IN)
def unfollow(need_id: int) -> ResponseReturnValue:
    """Be told nothing after all."""
    or_404(groups.find_need(reading(), need_id=need_id))
    with begin() as work:
        service.unfollow(work, need_id=need_id, account_id=account_id())
    flash(gettext("We will not tell you."), "success")
    return redirect(url_for("matching.need", need_id=need_id))


@blueprint.route("/account/absence", methods=["GET", "POST"])
@access(Access.SIGNED_IN)
def absence() -> ResponseReturnValue:
    """When the signed-in person is away."""
    known = [one.territory for one in citizens.profiles_of(reading(), account_id=account_id())]
    known += [one.territory for one in groups.groups_of(reading(), account_id=account_id())]
    zone = known[0].time_zone if known else HOME_ZONE
    return _absence(local_day(now(), zone), person_id=account_id())


@blueprint.route("/groups/<int:group_id>/absence", methods=["GET", "POST"])
@access(LEAD)
def group_absence(group_id: int) -> ResponseReturnValue:
    """When a group is away; for its leads."""
    group = own_led_group(group_id)
    return _absence(
        local_day(now(), group.territory.time_zone),
        group_id=group_id,
        group_name=group.name,
        territory=group.territory,
    )


def _absence(
    today: date,
    *,
    person_id: int | None = None,
    group_id: int | None = None,
    **page: object,
) -> ResponseReturnValue:
    period = service.find_absence(reading(), today=today, account_id=person_id, group_id=group_id)
    step = StepForm()
    back = url_for("introductions.mine") if group_id is None else url_for("groups.show", group_id=group_id)
    if step.is_submitted() and step.action.data == "close" and step.validate():
        with begin() as work:
            service.end_absence(work, today=today, account_id=person_id, group_id=group_id)
        flash(gettext("Welcome back!"), "success")
        return redirect(back)
    form = AbsenceForm(
        first_day=period.first_day if period else today, last_day=period.last_day if period else None
    )
    if form.validate_on_submit() and form.first_day.data and form.last_day.data:
        try:
            with begin() as work:
                service.announce_absence(
                    work,
                    first_day=form.first_day.data,
                    last_day=form.last_day.data,
                    today=today,
                    account_id=person_id,
                    group_id=group_id,
                )
        except service.AbsenceRefused:
            form.last_day.errors = [
                gettext(
                    "Choose a last day after the first, in the time to come, and at most three months away."
                )
            ]
        else:
            flash(gettext("It is noted. Nobody is told anything meanwhile."), "success")
            return redirect(back)
    return form_page("introductions/absence.html", form, period=period, back=back, group_id=group_id, **page)
