"""The pages of a group."""

from collections.abc import Sequence
from datetime import timedelta

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from matchmaker.base import i18n
from matchmaker.base.i18n import gettext, mark
from matchmaker.base.paging import part_of
from matchmaker.groups import queries, service
from matchmaker.groups.access import LEAD, acting_in, is_keeper, own_led_group
from matchmaker.groups.forms import GroupForm
from matchmaker.groups.models import GroupInvitation, StartupGroup
from matchmaker.groups.rules import CLOSED_FOR, Stage, actions_in, state_on
from matchmaker.groups.views.blueprint import blueprint
from matchmaker.invitations.queries import waiting_invitations
from matchmaker.places import queries as places
from matchmaker.places import rules
from matchmaker.places.models import Challenge
from matchmaker.web import (
    Access,
    access,
    account_id,
    begin,
    check_limit,
    form_page,
    now,
    or_404,
    place_in_list,
    reading,
    visitor_id,
)
from matchmaker.web.forms import choices

GROUPS_A_DAY = 10
NEEDS_A_PAGE = 20
CLOSED_SHOWN = 24
TERRITORIES_SHOWN = 12
"""Territories in which a group can be started by a button; with more, people choose theirs first."""
CHALLENGE_GONE = mark("This challenge is not there any more. Please choose another one.")
NAME_TAKEN = mark("There is a group of this name already in this territory.")


@blueprint.get("/my-groups")
@access(Access.SIGNED_IN)
def mine() -> ResponseReturnValue:
    """The groups of the signed-in person."""
    at = place_in_list()
    return render_template(
        "groups/mine.html",
        page=part_of(queries.groups_of(reading(), account_id=account_id()), place=at.before or at.after or 0),
        closed=queries.closed_groups_of(reading(), account_id=account_id())[:CLOSED_SHOWN],
        territories=places.territories(reading(), limit=TERRITORIES_SHOWN + 1),
        territories_shown=TERRITORIES_SHOWN,
    )


@blueprint.route("/t/<slug>/groups/new", methods=["GET", "POST"])
@access(Access.SIGNED_IN)
def new(slug: str) -> ResponseReturnValue:
    """Found a group; ``?challenge=`` chooses the défi beforehand."""
    place = or_404(places.find_territory(reading(), slug=slug))
    challenges = places.challenges_of(reading(), territory_id=place.id)
    form = GroupForm(challenge=request.args.get("challenge", type=int))
    _offer_challenges(form, challenges)
    if form.validate_on_submit():
        check_limit("group", f"{account_id()}", capacity=GROUPS_A_DAY, period=timedelta(days=1))
        try:
            with begin() as work:
                group = service.found_group(
                    work,
                    challenge=_chosen(challenges, form.challenge.data),
                    founder_id=account_id(),
                    name=form.name.data or "",
                    pitch=form.pitch.data or "",
                    description=form.description.data or "",
                    stage=Stage(form.stage.data),
                    locale=place.locale,
                )
                number = group.id
        except service.NameTaken:
            form.name.errors = [gettext(NAME_TAKEN)]
        except service.ChallengeElsewhere:
            form.challenge.errors = [gettext(CHALLENGE_GONE)]
        else:
            flash(gettext("Your group is founded. Now say what it needs."), "success")
            return redirect(url_for("groups.show", group_id=number))
    return form_page("groups/new.html", form, territory=place)


@blueprint.get("/groups/<int:group_id>")
@access(Access.PUBLIC)
def show(group_id: int) -> ResponseReturnValue:
    """A group: what it builds, who is in it, what it needs; to its members also what is not public."""
    group = or_404(queries.find_group(reading(), group_id=group_id))
    keeper = is_keeper(group_id)
    role = queries.role_of(reading(), group_id=group_id, account_id=visitor_id())
    if group.closed_at is not None:
        page = render_template(
            "groups/closed.html",
            group=group,
            territory=group.territory,
            role=role,
            keeper=keeper,
            deleted_at=group.closed_at + CLOSED_FOR,
        )
        return page, 410
    today = rules.local_day(now(), group.territory.time_zone)
    needs = queries.needs_of_group(
        reading(),
        group_id=group_id,
        today=today,
        open_only=role is None,
        place=place_in_list(),
        size=NEEDS_A_PAGE,
    )
    states = {need.id: state_on(need.state, need.until, today) for need in needs.rows}
    return render_template(
        "groups/show.html",
        group=group,
        territory=group.territory,
        role=role,
        me=visitor_id(),
        keeper=keeper,
        is_lead=service.can_edit(reading(), group_id=group_id, account_id=visitor_id()),
        states=states,
        actions={number: actions_in(state) for number, state in states.items()} if role else {},
        page=needs,
        needs=needs.rows,
        invitations=waiting_invitations(reading(), GroupInvitation, subject_ids=[group_id], now=now())
        if role
        else (),
    )


@blueprint.route("/groups/<int:group_id>/edit", methods=["GET", "POST"])
@access(LEAD)
def edit(group_id: int) -> ResponseReturnValue:
    """Change what a group says of itself; for leads."""
    group = own_led_group(group_id)
    challenges = places.challenges_of(reading(), territory_id=group.territory_id)
    form = GroupForm(
        data={
            "name": group.name,
            "pitch": group.pitch,
            "description": group.description,
            "challenge": group.challenge_id,
            "stage": group.stage.value,
        }
    )
    _offer_challenges(form, challenges)
    page = {"group": group, "territory": group.territory}
    if form.validate_on_submit():
        try:
            with acting_in(group_id, lead=True) as work:
                service.change_group(
                    work,
                    work.session.get_one(StartupGroup, group_id),
                    challenge=_chosen(challenges, form.challenge.data),
                    name=form.name.data or "",
                    pitch=form.pitch.data or "",
                    description=form.description.data or "",
                    stage=Stage(form.stage.data),
                )
        except service.NameTaken:
            form.name.errors = [gettext(NAME_TAKEN)]
        except service.ChallengeElsewhere:
            form.challenge.errors = [gettext(CHALLENGE_GONE)]
        else:
            flash(gettext("Saved."), "success")
            return redirect(url_for("groups.show", group_id=group_id))
    return form_page("groups/edit.html", form, **page)


def _offer_challenges(form: GroupForm, challenges: Sequence[Challenge]) -> None:
    locale = i18n.get_locale()
    form.challenge.choices = choices(
        *((str(challenge.id), challenge.title(locale)) for challenge in challenges)
    )


def _chosen(challenges: Sequence[Challenge], number: int) -> Challenge:
    return next(challenge for challenge in challenges if challenge.id == number)
