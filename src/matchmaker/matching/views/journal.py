"""What a citizen taught the matching, who was shown their profile, and undoing both."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from matchmaker.base.i18n import gettext
from matchmaker.base.ids import CitizenId
from matchmaker.citizens.access import CITIZEN, own_profile, own_profiles
from matchmaker.citizens.models import Citizen
from matchmaker.groups import queries as groups
from matchmaker.groups.models import Need
from matchmaker.matching import cards, queries, service
from matchmaker.matching.access import visible_need
from matchmaker.matching.forms import DismissForm
from matchmaker.matching.rules import DismissReason, match_from_mapping
from matchmaker.matching.views.blueprint import blueprint
from matchmaker.web import access, begin, form_page, now, or_404, reading

SHOWINGS = 200


@blueprint.route("/needs/<int:need_id>/not-for-me", methods=["GET", "POST"])
@access(CITIZEN)
def not_for_me(need_id: int) -> ResponseReturnValue:
    """Why a need is not for the signed-in citizen, and what each reason would change, before it does."""
    need, citizen = _need_and_profile(need_id)
    explanation = service.explain(reading(), need, citizen_id=citizen.id, now=now())
    form = DismissForm()
    citizen_id = citizen.id
    if form.validate_on_submit():
        with begin() as work:
            service.dismiss(
                work,
                need_id=need_id,
                citizen_id=citizen_id,
                reason=DismissReason(form.reason.data),
                nearer=form.nearer.data,
            )
        flash(
            gettext("Thank you. You will not see this need again; you can undo it in your journal."),
            "success",
        )
        return redirect(url_for("matching.home"))
    radius = service.radius_below(need, citizen, explanation.match)
    return form_page(
        "matching/not_for_me.html",
        form,
        need=need,
        territory=need.group.territory,
        radius=radius,
        lost=service.needs_beyond(reading(), citizen, radius=radius, besides=need_id, now=now())
        if radius
        else 0,
        reasons=cards.covered(explanation.match),
    )


@blueprint.post("/needs/<int:need_id>/for-me")
@access(CITIZEN)
def for_me(need_id: int) -> ResponseReturnValue:
    """See a need again, and undo what its dismissal taught."""
    need, citizen = _need_and_profile(need_id)
    territory, citizen_id = need.group.territory.slug, citizen.id
    with begin() as work:
        service.take_back(work, need_id=need_id, citizen_id=citizen_id)
    flash(gettext("It is undone: you see this need again."), "success")
    return redirect(url_for("matching.journal", t=territory))


@blueprint.get("/journal")
@access(CITIZEN)
def journal() -> ResponseReturnValue:
    """Who was shown the signed-in citizen's profile, when and why; and what they taught the matching."""
    profiles = own_profiles()
    citizen = next((one for one in profiles if one.territory.slug == request.args.get("t")), profiles[0])
    showings = queries.showings_of(reading(), citizen_id=citizen.id, limit=SHOWINGS)
    hidden = queries.hidden_from(reading(), citizen_id=citizen.id)
    return render_template(
        "matching/journal.html",
        citizen=citizen,
        profiles=profiles,
        territory=citizen.territory,
        showings=[(one, cards.covered(match_from_mapping(one.match))) for one in showings],
        hidden=hidden,
        hidden_ids={one.group_id for one in hidden},
        dismissals=queries.dismissals_of(reading(), citizen_id=citizen.id),
    )


@blueprint.post("/groups/<int:group_id>/hide")
@access(CITIZEN)
def hide(group_id: int) -> ResponseReturnValue:
    """Be proposed to a group no more, with every profile that one has."""
    profiles = _profiles_before(group_id)
    with begin() as work:
        for citizen_id in profiles:
            service.hide_from_group(work, citizen_id=citizen_id, group_id=group_id)
    flash(gettext("Done. This group is not shown your profile any more, nor you its needs."), "success")
    return redirect(url_for("matching.journal"))


@blueprint.post("/groups/<int:group_id>/unhide")
@access(CITIZEN)
def unhide(group_id: int) -> ResponseReturnValue:
    """Be proposed to a group again."""
    profiles = _profiles_before(group_id)
    with begin() as work:
        for citizen_id in profiles:
            service.show_to_group(work, citizen_id=citizen_id, group_id=group_id)
    flash(gettext("Done. This group can find you again."), "success")
    return redirect(url_for("matching.journal"))


def _need_and_profile(need_id: int) -> tuple[Need, Citizen]:
    need = visible_need(need_id)
    return need, own_profile(territory_id=need.territory_id)


def _profiles_before(group_id: int) -> list[CitizenId]:
    or_404(groups.find_group(reading(), group_id=group_id))
    return [one.id for one in own_profiles()]
