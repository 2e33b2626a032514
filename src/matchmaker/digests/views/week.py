"""The organisers' page of the week: what would leave, its example, and how what left comes along."""

from collections.abc import Sequence
from datetime import timedelta

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from matchmaker.base import i18n
from matchmaker.base.i18n import gettext
from matchmaker.base.text import alphabetical, fold, without_addresses
from matchmaker.digests import loading, queries, service
from matchmaker.digests.access import own_desk
from matchmaker.digests.letters import WEEKLY_KIND
from matchmaker.digests.rules import PlannedLetter
from matchmaker.digests.views.blueprint import blueprint, plan_of
from matchmaker.digests.views.run import standing, with_needs
from matchmaker.matching.access import record_sight
from matchmaker.places.access import ORGANISER, own_territory
from matchmaker.post import brake, delivery
from matchmaker.web import access, account_id, begin, check_limit, now, reading, site
from matchmaker.web.forms import ConfirmForm

LETTERS_A_PAGE = 12
RUNS_SHOWN = 6
NAME_LENGTH = 60


@blueprint.get("/t/<slug>/week")
@access(ORGANISER)
def week(slug: str) -> ResponseReturnValue:
    """Who would get what and why nobody else; once the week has run, how its letters come along."""
    desk = own_desk(slug)
    territory, run = desk.territory, desk.run
    plan = plan_of(desk)
    name = request.args.get("name", "")[:NAME_LENGTH]
    letters = _named(plan, name)
    page = max(request.args.get("page", 1, type=int), 1)
    first = (page - 1) * LETTERS_A_PAGE
    shown = loading.drafts(reading(), plan.people, letters[first : first + LETTERS_A_PAGE], now=now())
    runs = queries.latest_runs(reading(), territory_id=territory.id, limit=RUNS_SHOWN)
    last_error = delivery.waiting(reading(), kind=WEEKLY_KIND).last_error
    page_of_week = render_template(
        "digests/week.html",
        territory=territory,
        desk=desk,
        plan=plan,
        letters=[
            (draft, service.sections(site().works, draft, (), locale=i18n.get_locale())) for draft in shown
        ],
        count=len(letters),
        name=name,
        page=page,
        pages=-(-len(letters) // LETTERS_A_PAGE),
        silences=_silences(plan),
        changes=None if desk.sent else loading.changes(reading(), territory, plan),
        unreached=()
        if desk.sent
        else with_needs((one.need_id, one.people, one.gate) for one in loading.unreached(reading(), plan)),
        edits=queries.edits(reading(), territory_id=territory.id, iso_week=desk.week),
        stand=standing(run) if run is not None and desk.sent else None,
        pause=brake.find_pause(reading(), now=now()),
        last_error=without_addresses(last_error) if last_error else None,
        runs=[(one, queries.progress(reading(), one)) for one in runs],
        skipped=desk.this_week in queries.skipped_weeks(reading(), territory_id=territory.id),
    )
    record_sight(
        [match for draft in shown for match in draft.helpers], territory=territory, to_organiser=True
    )
    return page_of_week


@blueprint.post("/t/<slug>/week/test")
@access(ORGANISER)
def test(slug: str) -> ResponseReturnValue:
    """Send an example to the organiser who asks for it."""
    territory = own_territory(slug)
    check_limit("digest_test", str(account_id()), capacity=5, period=timedelta(minutes=10))
    if ConfirmForm().validate_on_submit():
        try:
            with begin() as work:
                service.send_test(work, territory_id=territory.id, account_id=account_id())
        except service.NothingToShow:
            flash(
                gettext("There is no open need yet and no paragraph, so there is nothing to show."), "warning"
            )
        else:
            flash(gettext("A test is on its way to your own address."), "success")
    return redirect(url_for("digests.week", slug=slug))


@blueprint.post("/t/<slug>/week/send")
@access(ORGANISER)
def send(slug: str) -> ResponseReturnValue:
    """Ask for the week now. A second time says that it was asked for already, and sends nothing."""
    territory = own_territory(slug)
    if ConfirmForm().validate_on_submit():
        try:
            with begin() as work:
                service.request_week(work, territory_id=territory.id, started_by=account_id())
        except service.AlreadyRun:
            flash(gettext("The letters of this week were sent already. Nothing was sent again."), "warning")
        else:
            flash(gettext("The letters are being prepared, and leave one after the other."), "success")
    return redirect(url_for("digests.week", slug=slug))


def _named(plan: loading.Plan, name: str) -> Sequence[PlannedLetter]:
    """The letters to people whose first name has these letters in it."""
    wanted = fold(name)
    return [one for one in plan.letters if wanted in fold(plan.people[one.reader_id].first_name)]


def _silences(plan: loading.Plan) -> list[tuple[str, list[str]]]:
    """The first names of those who get nothing, by the reason why."""
    names: dict[str, list[str]] = {}
    for recipient, why in plan.silent:
        names.setdefault(gettext(why.label), []).append(recipient.first_name)
    return sorted(names.items(), key=lambda one: alphabetical(one[0]))
