"""The organisers' page of the week, its example letters, and the link that stops the letters."""

from datetime import timedelta

from flask import Blueprint, abort, flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue

from matchmaker import delivery, i18n
from matchmaker.accounts.forms import ConfirmForm
from matchmaker.accounts.models import Account
from matchmaker.catalogue import queries as catalogue_queries
from matchmaker.catalogue import service as catalogue
from matchmaker.catalogue.models import Territory
from matchmaker.citizens import service as citizens
from matchmaker.digests import queries, service
from matchmaker.digests.rules import RunState, iso_week, next_moment
from matchmaker.i18n import gettext, ngettext
from matchmaker.tokens import InvalidToken
from matchmaker.web import Access, access, account_id, begin, check_limit, now, reading, site

blueprint = Blueprint("digests", __name__)

LETTERS_A_PAGE = 12
RUNS_SHOWN = 6
KIND = "digests.weekly"


@blueprint.get("/t/<slug>/week")
@access(Access.SIGNED_IN)
def week(slug: str) -> ResponseReturnValue:
    """Who would get what and why nobody else; once the week has run, how its letters come along."""
    territory = _own_territory(slug)
    works = site().works
    plan = service.compose(reading(), territory, now=now(), tokens=works.tokens)
    runs = queries.latest_runs(reading(), territory_id=territory.id, limit=RUNS_SHOWN)
    this_week = iso_week(now(), territory.time_zone)
    run = next((run for run in runs if run.iso_week == this_week), None)
    page = max(request.args.get("page", 1, type=int), 1)
    first = (page - 1) * LETTERS_A_PAGE
    shown = service.drafts(reading(), plan, plan.letters[first : first + LETTERS_A_PAGE])
    return render_template(
        "digests/week.html",
        territory=territory,
        this_week=this_week,
        plan=plan,
        letters=[(draft, service.cards(works, draft, locale=i18n.get_locale())) for draft in shown],
        page=page,
        pages=-(-len(plan.letters) // LETTERS_A_PAGE),
        silences=_silences(plan),
        run=run,
        sent=run is not None and run.state is RunState.COMPOSED,
        progress=queries.progress(reading(), run) if run is not None else None,
        last_error=delivery.waiting(reading(), kind=KIND).last_error,
        runs=runs,
        next_moment=next_moment(
            now(), service.schedule_of(territory), weeks_run={run.iso_week for run in runs}
        ),
    )


@blueprint.get("/t/<slug>/week/preview/<int:citizen_id>")
@access(Access.SIGNED_IN)
def preview(slug: str, citizen_id: int) -> ResponseReturnValue:
    """One citizen's letter of this week as it will be read, in its reader's language."""
    territory = _own_territory(slug)
    works = site().works
    plan = service.compose(reading(), territory, now=now(), tokens=works.tokens)
    draft = service.find_draft(reading(), plan, citizen_id=citizen_id)
    if draft is None:
        abort(404)
    return render_template(
        "digests/preview.html",
        territory=territory,
        draft=draft,
        cards=service.cards(works, draft, locale=i18n.get_locale()),
        letter=service.write(works, territory, draft),
    )


@blueprint.post("/t/<slug>/week/test")
@access(Access.SIGNED_IN)
def test(slug: str) -> ResponseReturnValue:
    """Send an example to the organiser who asks for it."""
    territory = _own_territory(slug)
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
    """Run the week now. A second time says that it was sent already, and sends nothing."""
    territory = _own_territory(slug)
    if ConfirmForm().validate_on_submit():
        try:
            with begin() as work:
                run = service.run_week(work, territory_id=territory.id, started_by=account_id())
                number = run.eligible - run.without_lines
        except service.AlreadyRun:
            flash(gettext("The letters of this week were sent already. Nothing was sent again."), "warning")
        else:
            flash(
                ngettext("%(num)s letter is on its way.", "%(num)s letters are on their way.", number)
                if number
                else gettext("The week is done: there was nothing new to tell, so nobody gets a letter."),
                "success",
            )
    return redirect(url_for("digests.week", slug=slug))


@blueprint.route("/unsubscribe/<token>", methods=["GET", "POST"])
@access(Access.PUBLIC)
def unsubscribe(token: str) -> ResponseReturnValue:
    """Stop the letters: a page with a button by GET, done by POST with no cookie and no CSRF token (RFC 8058)."""
    tokens = site().works.tokens
    try:
        bound = tokens.read_bound(service.UNSUBSCRIBE, token)
    except InvalidToken:
        abort(404)
    account = queries.find_account(reading(), citizen_id=int(bound.name))
    # Who has left gets the same page; whoever has their number now keeps their letters.
    if account is not None and not tokens.is_bound(bound, to=account.address):
        account = None
    if account is not None:
        _speak_like(account)
    if request.method == "GET":
        return render_template("digests/unsubscribe.html", done=False)
    if account is not None:
        with begin() as work:
            citizens.withdraw_weekly_letter(work, citizen_id=int(bound.name))
    return render_template("digests/unsubscribe.html", done=True)


def _own_territory(slug: str) -> Territory:
    territory = catalogue_queries.find_territory(reading(), slug=slug)
    if territory is None or not catalogue.is_organiser(
        reading(), territory_id=territory.id, account_id=account_id()
    ):
        abort(404)
    return territory


def _silences(plan: service.Plan) -> list[tuple[str, list[str]]]:
    """The first names of those who get nothing, by the reason why."""
    names: dict[str, list[str]] = {}
    for recipient, why in plan.silent:
        names.setdefault(gettext(why.label), []).append(recipient.first_name)
    return sorted(names.items())


def _speak_like(account: Account) -> None:
    # Who opens the link from a letter has no language chosen here; the letter's own is theirs.
    if "locale" not in session and "lang" not in request.args:
        i18n.set_locale(account.locale)
