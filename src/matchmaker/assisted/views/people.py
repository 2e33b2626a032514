"""One of a relay's people: correcting, the weekly letter, an address of their own, deleting."""

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from matchmaker.accounts.rules import canonical_address
from matchmaker.assisted import queries, service
from matchmaker.assisted.access import acting_at, own_person
from matchmaker.assisted.forms import CorrectionForm, LetterAgreementForm, OwnAddressForm
from matchmaker.assisted.views.blueprint import blueprint
from matchmaker.assisted.views.desk import locate_here, offer_challenges, refused_address
from matchmaker.base.i18n import gettext
from matchmaker.citizens import queries as citizens
from matchmaker.citizens.rules import (
    ConsentChannel,
    ConsentPurpose,
    canonical_number,
    mailed_letter_text,
    readable_number,
    relay_text,
)
from matchmaker.places.forms import NO_QUESTION, place_page
from matchmaker.places.service import Place
from matchmaker.relays.access import RELAY_WORKER
from matchmaker.vocabulary.forms import add_rows, filled_form, read_skills
from matchmaker.web import access, check_letter, form_page, reading
from matchmaker.web.forms import ConfirmForm


@blueprint.route("/relays/<int:relay_id>/people/<int:person_id>", methods=["GET", "POST"])
@access(RELAY_WORKER)
def person(relay_id: int, person_id: int) -> ResponseReturnValue:
    """Everything about one of a relay's people, and what is on record; the skills are changed on their own page."""
    own, citizen = own_person(relay_id, person_id)
    consent = citizens.weekly_consent(reading(), citizen_id=person_id)
    page = {
        "relay": own,
        "territory": own.territory,
        "citizen": citizen,
        "weekly_letter": consent is not None,
        "acts": queries.acts_for(reading(), relay_id=relay_id, citizen_id=person_id),
    }
    form = CorrectionForm(
        data={
            "first_name": citizen.first_name,
            "locale": citizen.locale,
            "telephone": readable_number(citizen.telephone.number) if citizen.telephone else "",
            "commune": citizen.commune.name_with_code,
            "commune_code": citizen.commune_code,
            "hours_a_week": citizen.hours_a_week,
            "radius_km": citizen.radius_km,
            "remote": citizen.remote,
            "challenges": [challenge.id for challenge in citizen.challenges],
        }
    )
    offer_challenges(form, own.territory)
    question = NO_QUESTION
    if form.validate_on_submit():
        located = locate_here(form, own.territory)
        if isinstance(located, Place):
            with acting_at(relay_id) as (work, desk):
                service.correct_person(
                    work,
                    desk=desk,
                    citizen_id=person_id,
                    first_name=form.first_name.data or "",
                    locale=form.locale.data,
                    telephone=canonical_number(form.telephone.data) if form.telephone.data else None,
                    commune_code=located.commune_code,
                    hours_a_week=form.hours_a_week.data,
                    radius_km=form.radius_km.data,
                    remote=form.remote.data,
                    challenge_ids=form.challenges.data or (),
                )
            flash(gettext("Saved."), "success")
            return redirect(url_for("assisted.person", relay_id=relay_id, person_id=person_id))
        question = located
    return place_page("assisted/person.html", form, question=question, **page)


@blueprint.route("/relays/<int:relay_id>/people/<int:person_id>/skills", methods=["GET", "POST"])
@access(RELAY_WORKER)
def person_skills(relay_id: int, person_id: int) -> ResponseReturnValue:
    """The skills of one of a relay's people."""
    own, citizen = own_person(relay_id, person_id)
    kept = [(skill.phrase, skill.concept_id if skill.confirmed else None) for skill in citizen.skills]
    form = filled_form(kept, citizen.levels)
    page = {"relay": own, "territory": own.territory, "citizen": citizen, "questions": {}, "understood": {}}
    if "add_line" in request.form:
        add_rows(form)
    elif form.validate_on_submit():
        answer = read_skills(form, kept, territory_id=own.territory_id)
        with acting_at(relay_id) as (work, desk):
            service.correct_skills(
                work, desk=desk, citizen_id=person_id, skills=answer.skills, levels=answer.levels
            )
        if answer.settled:
            flash(gettext("Saved."), "success")
            return redirect(url_for("assisted.person", relay_id=relay_id, person_id=person_id))
        form.asked.data = "1"
        page |= {
            "questions": answer.questions,
            "understood": answer.understood,
        }
    elif not form.is_submitted():
        page["understood"] = read_skills(form, kept, territory_id=own.territory_id).understood
    return form_page("assisted/person_skills.html", form, **page)


@blueprint.route("/relays/<int:relay_id>/people/<int:person_id>/letter", methods=["GET", "POST"])
@access(RELAY_WORKER)
def person_letter(relay_id: int, person_id: int) -> ResponseReturnValue:
    """The words that one agrees to for the weekly letter, read aloud, and how the yes was given."""
    own, citizen = own_person(relay_id, person_id)
    form = LetterAgreementForm()
    if form.validate_on_submit():
        with acting_at(relay_id) as (work, desk):
            service.ask_for_letter(
                work, desk=desk, citizen_id=person_id, channel=ConsentChannel(form.channel.data)
            )
        flash(
            gettext("It is on record: %(name)s wants the weekly letter.", name=citizen.first_name), "success"
        )
        return redirect(url_for("assisted.person", relay_id=relay_id, person_id=person_id))
    return form_page(
        "assisted/person_letter.html",
        form,
        relay=own,
        territory=own.territory,
        citizen=citizen,
        letter_text=relay_text(ConsentPurpose.WEEKLY_LETTER, relay=own.name, locale=citizen.locale),
    )


@blueprint.post("/relays/<int:relay_id>/people/<int:person_id>/letter/stop")
@access(RELAY_WORKER)
def person_letter_stop(relay_id: int, person_id: int) -> ResponseReturnValue:
    """Stop the weekly letter at a person's wish."""
    _, citizen = own_person(relay_id, person_id)
    if ConfirmForm().validate_on_submit():
        with acting_at(relay_id) as (work, desk):
            service.stop_letter(work, desk=desk, citizen_id=person_id)
        flash(gettext("%(name)s gets no more weekly letters.", name=citizen.first_name), "success")
    return redirect(url_for("assisted.person", relay_id=relay_id, person_id=person_id))


@blueprint.route("/relays/<int:relay_id>/people/<int:person_id>/address", methods=["GET", "POST"])
@access(RELAY_WORKER)
def person_address(relay_id: int, person_id: int) -> ResponseReturnValue:
    """Let a person who has an e-mail address by now take their profile over."""
    own, citizen = own_person(relay_id, person_id)
    consent = citizens.weekly_consent(reading(), citizen_id=person_id)
    form = OwnAddressForm(data={"weekly_letter": consent is not None})
    if form.validate_on_submit():
        address = canonical_address(form.address.data or "")
        check_letter(address)
        try:
            with acting_at(relay_id) as (work, desk):
                service.give_address(
                    work,
                    desk=desk,
                    citizen_id=person_id,
                    address=address,
                    weekly_letter=form.weekly_letter.data,
                )
        except service.AddressOfRelay:
            form.address.errors = [refused_address(citizen.first_name)]
        else:
            flash(
                gettext(
                    "A letter is on its way to %(address)s. Until its link is opened, nothing changes.",
                    address=address,
                ),
                "success",
            )
            return redirect(url_for("assisted.person", relay_id=relay_id, person_id=person_id))
    return form_page(
        "assisted/person_address.html",
        form,
        relay=own,
        territory=own.territory,
        citizen=citizen,
        letter_text=mailed_letter_text(citizen.locale),
    )


@blueprint.route("/relays/<int:relay_id>/people/<int:person_id>/delete", methods=["GET", "POST"])
@access(RELAY_WORKER)
def person_delete(relay_id: int, person_id: int) -> ResponseReturnValue:
    """Delete a profile at the person's wish: shown by GET with what goes, done by POST."""
    own, citizen = own_person(relay_id, person_id)
    form = ConfirmForm()
    if form.validate_on_submit():
        with acting_at(relay_id) as (work, desk):
            service.delete_person(work, desk=desk, citizen_id=person_id)
        flash(gettext("The profile of %(name)s is deleted.", name=citizen.first_name), "success")
        return redirect(url_for("assisted.desk", relay_id=relay_id))
    return form_page("assisted/person_delete.html", form, relay=own, territory=own.territory, citizen=citizen)
