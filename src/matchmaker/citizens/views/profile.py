"""The profile of somebody who is signed in: all of it can be changed, and deleted."""

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from matchmaker.base.i18n import get_locale, gettext
from matchmaker.citizens import queries, service
from matchmaker.citizens.access import CITIZEN, NoProfile, own_profiles
from matchmaker.citizens.forms import ProfileForm
from matchmaker.citizens.models import Citizen
from matchmaker.citizens.views.sign_up import blueprint
from matchmaker.places import queries as places
from matchmaker.places.forms import NO_QUESTION, locate, place_page
from matchmaker.places.service import Place
from matchmaker.vocabulary.forms import add_rows, filled_form, read_skills
from matchmaker.web import access, begin, form_page, reading, sign_browser_out
from matchmaker.web.forms import ConfirmForm, choices


@blueprint.app_errorhandler(NoProfile)
def make_one(error: NoProfile) -> ResponseReturnValue:  # noqa: ARG001
    """Lead somebody without a profile to the sign-up."""
    flash(gettext("First say what you can do; then you can offer it here."), "info")
    return redirect(url_for("citizens.place"))


@blueprint.route("/profile", methods=["GET", "POST"])
@access(CITIZEN)
def profile() -> ResponseReturnValue:
    """Everything in a profile but its skills, which it shows with a link."""
    citizen, others = _chosen_profile()
    offered = places.challenges_of(reading(), territory_id=citizen.territory_id)
    form = ProfileForm(
        data={
            "commune": citizen.commune.name_with_code,
            "commune_code": citizen.commune_code,
            "hours_a_week": citizen.hours_a_week,
            "radius_km": citizen.radius_km,
            "remote": citizen.remote,
            "challenges": [challenge.id for challenge in citizen.challenges],
            "weekly_letter": queries.weekly_consent(reading(), citizen_id=citizen.id) is not None,
        }
    )
    form.challenges.choices = choices(*((str(item.id), item.title(get_locale())) for item in offered))
    question = NO_QUESTION
    if form.validate_on_submit():
        located = locate(form, asked=citizen.territory.slug)
        if isinstance(located, Place):
            answer = _save(form, citizen, located)
            if answer is not None:
                return answer
        else:
            question = located
    return place_page(
        "citizens/profile.html",
        form,
        citizen=citizen,
        others=others,
        question=question,
        territory=citizen.territory,
    )


def _save(form: ProfileForm, citizen: Citizen, located: Place) -> ResponseReturnValue | None:
    try:
        with begin() as work:
            service.change_profile(
                work,
                citizen_id=citizen.id,
                details=service.ProfileDetails(
                    territory_id=located.territory_id,
                    commune_code=located.commune_code,
                    hours_a_week=form.hours_a_week.data,
                    radius_km=form.radius_km.data,
                    remote=form.remote.data,
                    challenge_ids=form.challenges.data or (),
                ),
                consent_locale=form.consent_locale,
            )
    except service.ProfileExists:
        form.commune.errors = [gettext("You have another profile in the territory of this commune.")]
        return None
    if located.territory_id != citizen.territory_id:
        flash(gettext("You have moved to another territory. Choose its challenges."), "success")
    else:
        flash(gettext("Saved."), "success")
    return redirect(url_for("citizens.profile", territory=located.slug))


@blueprint.route("/profile/skills", methods=["GET", "POST"])
@access(CITIZEN)
def profile_skills() -> ResponseReturnValue:
    """The skills of a profile."""
    citizen, _ = _chosen_profile()
    kept = [(skill.phrase, skill.concept_id if skill.confirmed else None) for skill in citizen.skills]
    form = filled_form(kept, citizen.levels)
    page = {"territory": citizen.territory, "citizen": citizen, "questions": {}, "understood": {}}
    if "add_line" in request.form:
        add_rows(form)
    elif form.validate_on_submit():
        answer = read_skills(form, kept, territory_id=citizen.territory_id)
        with begin() as work:
            service.change_skills(
                work,
                citizen_id=citizen.id,
                skills=answer.skills,
                language=get_locale(),
                levels=answer.levels,
            )
        if answer.settled:
            flash(gettext("Saved."), "success")
            return redirect(url_for("citizens.profile", territory=citizen.territory.slug))
        form.asked.data = "1"
        page |= {
            "questions": answer.questions,
            "understood": answer.understood,
        }
    elif not form.is_submitted():
        page["understood"] = read_skills(form, kept, territory_id=citizen.territory_id).understood
    return form_page("citizens/profile_skills.html", form, **page)


@blueprint.route("/profile/delete", methods=["GET", "POST"])
@access(CITIZEN)
def delete() -> ResponseReturnValue:
    """Leave: shown by GET with what goes, done by POST."""
    citizen, others = _chosen_profile()
    form = ConfirmForm()
    if form.validate_on_submit():
        with begin() as work:
            account_closed = service.delete_profile(work, citizen_id=citizen.id)
        if account_closed:
            sign_browser_out()
            flash(gettext("Your profile and your account are deleted. Thank you for having been here."))
        else:
            flash(gettext("Your profile is deleted. Your account stays, because you still use it."))
        return redirect(url_for("places.home"))
    return form_page(
        "citizens/delete.html", form, citizen=citizen, others=others, territory=citizen.territory
    )


def _chosen_profile() -> tuple[Citizen, list[Citizen]]:
    """The profile that the page is about and the person's other ones.

    ``?territory=slug`` names the profile; without it, or when the person has none there, it is the newest.
    """
    profiles = own_profiles()
    asked = request.args.get("territory")
    chosen = next((one for one in profiles if one.territory.slug == asked), profiles[0])
    return chosen, [one for one in profiles if one is not chosen]
