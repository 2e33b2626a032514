"""The organisers' page of the week: what would leave, its example, and how what left comes along."""

from datetime import datetime, timedelta

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from matchmaker import delivery, i18n
from matchmaker.accounts.forms import ConfirmForm
from matchmaker.catalogue.models import Territory
from matchmaker.citizens.rules import WEEKLY_LETTER_KIND
from matchmaker.digests import queries, service
from matchmaker.digests.models import DigestRun
from matchmaker.digests.rules import RunState, iso_week, next_moment
from matchmaker.digests.views.blueprint import blueprint, own_territory
from matchmaker.i18n import gettext
from matchmaker.web import Access, access, account_id, begin, check_limit, now, reading, site

LETTERS_A_PAGE = 12
RUNS_SHOWN = 6
WEEK = timedelta(days=7)


@blueprint.get("/t/<slug>/week")
@access(Access.SIGNED_IN)
def week(slug: str) -> ResponseReturnValue:
    """Who would get what and why nobody else; once the week has run, how its letters come along."""
    territory = own_territory(slug)
    runs = queries.latest_runs(reading(), territory_id=territory.id, limit=RUNS_SHOWN)
    this_week = iso_week(now(), territory.time_zone)
    run = next((run for run in runs if run.iso_week == this_week), None)
    sent = _has_left(run)
    plan = _plan(territory, now() + WEEK if sent else now())
    page = max(request.args.get("page", 1, type=int), 1)
    first = (page - 1) * LETTERS_A_PAGE
    shown = service.drafts(reading(), plan.people, plan.letters[first : first + LETTERS_A_PAGE])
    locale = i18n.get_locale()
    return render_template(
        "digests/week.html",
        territory=territory,
        this_week=this_week,
        plan=plan,
        letters=[(draft, service.sections(site().works, draft, (), locale=locale)) for draft in shown],
        page=page,
        pages=-(-len(plan.letters) // LETTERS_A_PAGE),
        silences=_silences(plan),
        run=run,
        sent=sent,
        progress=queries.progress(reading(), run) if run is not None else None,
        last_error=delivery.waiting(reading(), kind=WEEKLY_LETTER_KIND).last_error,
        runs=[(one, queries.progress(reading(), one)) for one in runs],
        next_moment=next_moment(
            now(), service.schedule_of(territory), weeks_run={run.iso_week for run in runs}
        ),
    )


@blueprint.get("/t/<slug>/week/preview/<int:account_id>")
@access(Access.SIGNED_IN)
def preview(slug: str, account_id: int) -> ResponseReturnValue:
    """One person's letter of this week as it will be read, in its reader's language."""
    territory = own_territory(slug)
    run = queries.find_run(
        reading(), territory_id=territory.id, iso_week=iso_week(now(), territory.time_zone)
    )
    plan = _plan(territory, now() + WEEK if _has_left(run) else now())
    planned = [letter for letter in plan.letters if letter.account_id == str(account_id)]
    if not planned:
        abort(404)
    (draft,) = service.drafts(reading(), plan.people, planned)
    works = site().works
    edits = queries.edits(reading(), territory_id=territory.id, iso_week=plan.iso_week)
    return render_template(
        "digests/preview.html",
        territory=territory,
        draft=draft,
        sections=service.sections(works, draft, edits, locale=i18n.get_locale()),
        letter=service.letter_of(works, territory, draft, edits),
    )


@blueprint.post("/t/<slug>/week/test")
@access(Access.SIGNED_IN)
def test(slug: str) -> ResponseReturnValue:
    """Send an example to the organiser who asks for it."""
    territory = own_territory(slug)
    check_limit("digest_test", str(account_id()), capacity=5, period=timedelta(minutes=10))
    if ConfirmForm().validate_on_submit():
        try:
            with begin() as work:
                service.send_test(work, territory_id=territory.id, account_id=account_id())
        except service.NothingToShow:
            flash(gettext("There is no open need yet, so there is nothing to show."), "warning")
        else:
            flash(gettext("A test is on its way to your own address."), "success")
    return redirect(url_for("digests.week", slug=slug))


@blueprint.post("/t/<slug>/week/send")
@access(Access.SIGNED_IN)
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


def _has_left(run: DigestRun | None) -> bool:
    return run is not None and run.state is not RunState.EXPIRED


def _plan(territory: Territory, moment: datetime) -> service.Plan:
    """What the letters of the week of a moment would say, as things stand now."""
    week = iso_week(moment, territory.time_zone)
    return service.compose(
        reading(),
        territory,
        now=now(),
        tokens=site().works.tokens,
        seed=service.seed_of(territory, week),
        week=week,
    )


def _silences(plan: service.Plan) -> list[tuple[str, list[str]]]:
    """The first names of those who get nothing, by the reason why."""
    names: dict[str, list[str]] = {}
    for recipient, why in plan.silent:
        names.setdefault(gettext(why.label), []).append(recipient.first_name)
    return sorted(names.items())
