"""The organisers' page of the week: what would leave, its example, and how what left comes along."""

from collections.abc import Sequence
from datetime import timedelta

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from matchmaker.base import i18n
from matchmaker.base.i18n import gettext
from matchmaker.base.text import alphabetical, without_addresses
from matchmaker.digests import loading, queries, service
from matchmaker.digests.access import Desk, own_desk
from matchmaker.digests.letters import WEEKLY_KIND
from matchmaker.digests.views.blueprint import blueprint, plan_of
from matchmaker.digests.views.drawing import Drawing, drawing_of
from matchmaker.digests.views.run import standing, with_needs
from matchmaker.matching.access import record_sight
from matchmaker.places.access import ORGANISER, own_territory
from matchmaker.post import brake, delivery
from matchmaker.web import access, account_id, begin, check_limit, now, reading, site
from matchmaker.web.forms import ConfirmForm

LETTERS_A_PAGE = 12
PAGES_AT_MOST = 100_000
RUNS_SHOWN = 6
NAME_LENGTH = 60


@blueprint.get("/t/<slug>/week")
@access(ORGANISER)
def week(slug: str) -> ResponseReturnValue:
    """Who would get what and why nobody else; once the week has run, how its letters come along."""
    desk = own_desk(slug)
    territory, run = desk.territory, desk.run
    wanted = loading.Wanted(
        name=request.args.get("name", "")[:NAME_LENGTH],
        page=min(max(request.args.get("page", 1, type=int), 1), PAGES_AT_MOST),
        size=LETTERS_A_PAGE,
        new=not desk.sent,
    )
    drawing = drawing_of(desk)
    outline = _outline(desk, drawing, wanted)
    pages = -(-outline.found // LETTERS_A_PAGE)
    runs = queries.latest_runs(reading(), territory_id=territory.id, limit=RUNS_SHOWN)
    last_error = delivery.waiting(reading(), kind=WEEKLY_KIND).last_error
    page_of_week = render_template(
        "digests/week.html",
        territory=territory,
        desk=desk,
        outline=outline,
        drawing=drawing,
        letters=[
            (draft, service.sections(site().works, draft, (), locale=i18n.get_locale()))
            for draft in outline.shown
        ],
        name=wanted.name,
        page=wanted.page,
        pages=sorted({1, pages, *range(max(wanted.page - 2, 1), min(wanted.page + 2, pages) + 1)}),
        silences=_silences(outline),
        changes=outline.changes,
        unreached=with_needs(outline.unreached),
        edits=queries.edits(reading(), territory_id=territory.id, iso_week=desk.week),
        stand=standing(run) if run is not None and desk.sent else None,
        pause=brake.find_pause(reading(), now=now()),
        last_error=without_addresses(last_error) if last_error else None,
        runs=runs,
        letters_in_runs=queries.letters_in_runs(reading(), (one.id for one in runs)),
        skipped=desk.this_week in queries.skipped_weeks(reading(), territory_id=territory.id),
    )
    if drawing.outdated:
        with begin() as work:
            service.ask_for_draft(work, territory_id=territory.id, week=desk.week)
    record_sight(
        [match for draft in outline.shown for match in draft.helpers], territory=territory, to_organiser=True
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


def _outline(desk: Desk, drawing: Drawing, wanted: loading.Wanted) -> loading.Outline:
    if drawing.by_page:
        return loading.outline_of(reading(), desk.territory, plan_of(desk), wanted, now=now())
    if drawing.draft is None:
        return loading.NOTHING
    return loading.kept_outline(reading(), drawing.draft, wanted, now=now())


def _silences(outline: loading.Outline) -> list[tuple[str, int, Sequence[str]]]:
    """How many get nothing, with the first names of the first of them, by the reason why."""
    told = [(gettext(why.label), number, names) for why, number, names in outline.silences]
    return sorted(told, key=lambda one: alphabetical(one[0]))
