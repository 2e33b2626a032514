"""Posting a need, changing it, and what becomes of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from flask import abort, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from matchmaker.base.i18n import gettext, mark, ngettext
from matchmaker.groups import service
from matchmaker.groups.access import MEMBER, NEED_MEMBER, acting_in, own_group, own_need
from matchmaker.groups.forms import ActionForm, NeedForm, WantedForm
from matchmaker.groups.models import Need, StartupGroup
from matchmaker.groups.rules import (
    ActionNotAllowed,
    Importance,
    NeedAction,
    NeedKind,
    NeedProblem,
    NeedState,
    problems_of,
    state_on,
)
from matchmaker.groups.service import NeedDetails, WantedPhrase
from matchmaker.groups.views.blueprint import blueprint
from matchmaker.places import rules
from matchmaker.places.forms import commune_choices, read_commune_field
from matchmaker.places.models import Territory
from matchmaker.vocabulary.rules import LIMITS, Level
from matchmaker.web import access, account_id, check_limit, form_page, now, page_url, reading, slot

SPARE_ROWS = 3
NEEDS_A_DAY = 60
PROBLEMS = {
    NeedProblem.ENDS_IN_THE_PAST: mark("This day has passed. Choose today or a later day."),
    NeedProblem.ENDS_TOO_LATE: mark("This is more than two years away. Choose a day that is nearer."),
    NeedProblem.NOTHING_WANTED: mark("Say at least one skill that you look for, then publish it."),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """The commune that was meant, or those to choose from."""

    commune_code: str | None = None
    choices: tuple[dict[str, str], ...] = ()


@blueprint.route("/groups/<int:group_id>/needs/new", methods=["GET", "POST"])
@access(MEMBER)
def need_new(group_id: int) -> ResponseReturnValue:
    """Post a need, as a draft or at once."""
    group = own_group(group_id)
    form = NeedForm()
    if _asks_for_rows(form):
        return _page(form, group, need=None)
    publish = "publish" in request.form
    place = _check(form, group, public=publish)
    if form.is_submitted() and not form.errors and form.wanted.looked_over:
        check_limit("need", f"{account_id()}", capacity=NEEDS_A_DAY, period=timedelta(days=1))
        try:
            with acting_in(group_id) as work:
                need = service.post_need(
                    work,
                    work.session.get_one(StartupGroup, group_id),
                    details=_details(form, place),
                    publish=publish,
                )
                answer = _saved(need, was=None)
        except service.NeedRefused as refused:
            _tell(form, refused.problems)
        else:
            return answer
    return _page(form, group, need=None, place=place)


@blueprint.route("/needs/<int:need_id>/edit", methods=["GET", "POST"])
@access(NEED_MEMBER)
def need_edit(need_id: int) -> ResponseReturnValue:
    """Change a need."""
    need = own_need(need_id)
    was = _state(need)
    form = NeedForm(data=None if request.method == "POST" else _data(need))
    if _asks_for_rows(form):
        return _page(form, need.group, need=need)
    publish = "publish" in request.form
    place = _check(form, need.group, public=publish or was is NeedState.OPEN, kept_until=need.until)
    if form.is_submitted() and not form.errors and form.wanted.looked_over:
        try:
            with acting_in(need.group_id) as work:
                changed = service.change_need(
                    work, need_id=need_id, details=_details(form, place), publish=publish
                )
                answer = _saved(changed, was=was)
        except service.NeedRefused as refused:
            _tell(form, refused.problems, need)
        else:
            return answer
    return _page(form, need.group, need=need, place=place)


@blueprint.post("/needs/<int:need_id>/state")
@access(NEED_MEMBER)
def need_state(need_id: int) -> ResponseReturnValue:
    """Publish, close, fill or open a need again."""
    need = own_need(need_id)
    form = ActionForm()
    if not form.validate_on_submit() or form.action.data not in set(NeedAction):
        abort(422)
    try:
        with acting_in(need.group_id) as work:
            service.act_on_need(work, need_id=need_id, action=NeedAction(form.action.data))
    except ActionNotAllowed:
        flash(gettext("This need has changed meanwhile. Here is how it stands now."), "warning")
    except service.NeedRefused as refused:
        for problem in refused.problems:
            flash(_text_of(problem, need), "warning")
        return redirect(url_for("groups.need_edit", need_id=need_id))
    else:
        flash(gettext("Saved."), "success")
    return redirect(page_url("need", need_id=need_id))


def _state(need: Need) -> NeedState:
    today = rules.local_day(now(), need.group.territory.time_zone)
    return state_on(need.state, need.until, today)


def _saved(need: Need, *, was: NeedState | None) -> ResponseReturnValue:
    if need.state is NeedState.DRAFT:
        flash(gettext("Your draft is kept. Only your group sees it."), "success")
        return redirect(url_for("groups.show", group_id=need.group_id))
    if need.state is NeedState.OPEN and was is not NeedState.OPEN:
        flash(gettext("Your need is published. See at once who could help."), "success")
    else:
        flash(gettext("Saved."), "success")
    return redirect(page_url("need", need_id=need.id))


def _page(
    form: NeedForm, group: StartupGroup, *, need: Need | None, place: Place | None = None
) -> ResponseReturnValue:
    return form_page(
        "groups/need.html",
        form,
        group=group,
        territory=group.territory,
        need=need,
        state=_state(need) if need else NeedState.DRAFT,
        blank_row=WantedForm(prefix="wanted-__-"),
        limit=LIMITS.phrases,
        communes=place.choices if place else (),
    )


def _asks_for_rows(form: NeedForm) -> bool:
    if "add_line" not in request.form:
        return False
    for _ in range(min(SPARE_ROWS, LIMITS.phrases - len(form.wanted.entries))):
        form.wanted.append_entry()
    return True


def _check(form: NeedForm, group: StartupGroup, *, public: bool, kept_until: date | None = None) -> Place:
    """Read what was sent. Whatever is wrong with it stands beside its field afterwards, all at once."""
    if not form.is_submitted():
        return Place()
    form.validate()
    place = Place() if form.commune.errors else _read_place(form, group.territory)
    if not form.kind.errors:
        problems = problems_of(
            kind=NeedKind(form.kind.data),
            wanted=sum(1 for row in form.wanted.data if row["phrase"]),
            until=form.until.data,
            today=rules.local_day(now(), group.territory.time_zone),
            public=public,
            kept_until=kept_until,
        )
        _tell(form, problems)
    return place


def _read_place(form: NeedForm, territory: Territory) -> Place:
    if not form.commune.data:
        if not form.remote.data:
            form.commune.errors = [gettext("Please name a commune, or say that it can be done from home.")]
        return Place()
    answer = read_commune_field(reading(), form.commune, code=form.commune_code, territory=territory)
    if answer.commune is not None:
        return Place(commune_code=answer.commune.code)
    return Place(choices=commune_choices(answer))


def _tell(form: NeedForm, problems: Sequence[NeedProblem], need: Need | None = None) -> None:
    fields = {
        NeedProblem.ENDS_IN_THE_PAST: form.until,
        NeedProblem.ENDS_TOO_LATE: form.until,
        NeedProblem.NOTHING_WANTED: form.wanted,
        NeedProblem.PLACES_HELD: form.places,
    }
    for problem in problems:
        fields[problem].errors = [_text_of(problem, need)]


def _text_of(problem: NeedProblem, need: Need | None) -> str:
    if problem is not NeedProblem.PLACES_HELD or need is None:
        return gettext(PROBLEMS[problem])
    return ngettext(
        "%(names)s agreed to help and holds a place. Write at least 1, or more to look for others too.",
        "%(num)s people agreed to help and hold a place: %(names)s."
        " Write at least %(num)s, or more to look for others too.",
        need.places_held,
        names=slot("place_holders", need.id),
    )


def _details(form: NeedForm, place: Place) -> NeedDetails:
    wanted: dict[str, WantedPhrase] = {}
    for row in form.wanted.data:
        if row["phrase"]:
            phrase = WantedPhrase(
                phrase=row["phrase"],
                importance=Importance(row["importance"]),
                level=Level(row["level"]) if row["level"] else None,
            )
            wanted.setdefault(row["phrase"].lower(), phrase)
    return NeedDetails(
        title=form.title.data or "",
        description=form.description.data or "",
        kind=NeedKind(form.kind.data),
        wanted=tuple(wanted.values()),
        places=form.places.data or 1,
        hours_a_week=form.hours_a_week.data,
        commune_code=place.commune_code,
        remote=bool(form.remote.data),
        until=form.until.data,
    )


def _data(need: Need) -> dict[str, object]:
    commune = need.commune
    return {
        "title": need.title,
        "kind": need.kind.value,
        "description": need.description,
        "wanted": [
            *(
                {
                    "phrase": row.phrase,
                    "importance": row.importance.value,
                    "level": row.level.value if row.level else "",
                }
                for row in need.wanted
            ),
            {"phrase": "", "importance": Importance.MUST.value, "level": ""},
        ],
        "places": need.places,
        "hours_a_week": need.hours_a_week,
        "commune": commune.name_with_code if commune else "",
        "commune_code": need.commune_code or "",
        "remote": need.remote,
        "until": need.until,
    }
