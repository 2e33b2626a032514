"""The pages of a relay: its people, and signing somebody up who has no e-mail address."""

from contextlib import suppress

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from matchmaker.accounts.rules import canonical_address
from matchmaker.assisted import queries, service
from matchmaker.assisted.access import acting_at
from matchmaker.assisted.forms import AgreementForm, AssistedForm, MailedLetterForm, PersonForm
from matchmaker.assisted.views.blueprint import blueprint
from matchmaker.base.i18n import get_locale, gettext
from matchmaker.citizens import service as citizens
from matchmaker.citizens.models import SignUp
from matchmaker.citizens.rules import (
    ConsentChannel,
    ConsentPurpose,
    canonical_number,
    mailed_letter_text,
    relay_text,
)
from matchmaker.places import queries as places
from matchmaker.places.forms import NO_QUESTION, PlaceQuestion, locate, place_page
from matchmaker.places.models import Territory
from matchmaker.places.service import Place
from matchmaker.relays.access import RELAY_WORKER, own_relay
from matchmaker.relays.models import Relay
from matchmaker.vocabulary.forms import SkillsAnswer, add_rows, read_skills
from matchmaker.web import access, check_letter, form_page, place_in_list, reading
from matchmaker.web.forms import choices


def locate_here(form: PersonForm, territory: Territory) -> Place | PlaceQuestion:
    """Where a valid form says somebody lives, counted from the nearest commune of ``territory`` if it is no part of it."""
    form.territory.data = territory.slug
    return locate(form, asked=territory.slug)


def offer_challenges(form: PersonForm, territory: Territory) -> None:
    """Give a form the territory's défis to choose from."""
    offered = places.challenges_of(reading(), territory_id=territory.id)
    form.challenges.choices = choices(*((str(item.id), item.title(get_locale())) for item in offered))


@blueprint.get("/relays/<int:relay_id>")
@access(RELAY_WORKER)
def desk(relay_id: int) -> ResponseReturnValue:
    """The people of a relay, the newest first; those of a first name with ``?q=``."""
    own = own_relay(relay_id)
    search = request.args.get("q", "")[:60]
    place = place_in_list()
    page, count = queries.people_of(
        reading(), relay_id=relay_id, search=search, place=place.before or place.after or 0
    )
    return render_template(
        "assisted/desk.html",
        relay=own,
        territory=own.territory,
        search=search,
        count=count,
        page=page,
    )


@blueprint.route("/relays/<int:relay_id>/sign-up", methods=["GET", "POST"])
@access(RELAY_WORKER)
def sign_up(relay_id: int) -> ResponseReturnValue:
    """What somebody answers; ``?again=`` corrects answers that are not agreed to yet."""
    own = own_relay(relay_id)
    draft = queries.find_draft(reading(), relay_id=relay_id, sign_up_id=request.args.get("again"))
    kept = [(text, concept_id) for text, concept_id in draft.skills] if draft else []
    form = AssistedForm(data=_answers_of(draft))
    form.skills.kept_levels = draft.ticked if draft else {}
    offer_challenges(form, own.territory)
    page: dict[str, object] = {
        "relay": own,
        "territory": own.territory,
        "draft": draft,
        "questions": {},
        "understood": {},
    }
    question = NO_QUESTION
    if "add_line" in request.form:
        add_rows(form)
    elif form.validate_on_submit():
        located, answer = (
            locate_here(form, own.territory),
            read_skills(form, kept, territory_id=own.territory_id),
        )
        page |= {
            "questions": answer.questions,
            "understood": answer.understood,
        }
        form.asked.data = "1"
        if isinstance(located, PlaceQuestion):
            question = located
        elif answer.settled:
            noted = _note(own, form, located, answer, draft)
            if noted is not None:
                return redirect(url_for("assisted.agreement", relay_id=relay_id, sign_up_id=noted))
    elif not form.is_submitted() and kept:
        add_rows(form, 1)
    return place_page("assisted/sign_up.html", form, question=question, **page)


def _answers_of(draft: SignUp | None) -> dict[str, object]:
    if draft is None:
        return {"locale": get_locale()}
    return {
        "first_name": draft.first_name,
        "locale": draft.locale,
        "address": draft.address,
        "commune": draft.commune.name_with_code,
        "commune_code": draft.commune_code,
        "skills": [text for text, _ in draft.skills],
        "challenges": draft.challenge_ids,
        "hours_a_week": draft.hours_a_week,
        "radius_km": draft.radius_km,
        "remote": draft.remote,
    }


def _note(
    own: Relay,
    form: AssistedForm,
    located: Place,
    answer: SkillsAnswer,
    draft: SignUp | None,
) -> str | None:
    """Keep the answers for now; the id by which they go on, or None when the address is refused beside its field."""
    try:
        with acting_at(own.id) as (work, _):
            return service.note_answers(
                work,
                relay_id=own.id,
                sign_up_id=draft.id if draft else None,
                answers=service.Answers(
                    first_name=form.first_name.data or "",
                    locale=form.locale.data,
                    address=canonical_address(form.address.data) if form.address.data else None,
                    commune_code=located.commune_code,
                    skills=answer.skills,
                    levels=answer.levels,
                    challenge_ids=form.challenges.data or (),
                    hours_a_week=form.hours_a_week.data,
                    radius_km=form.radius_km.data,
                    remote=form.remote.data,
                ),
            ).id
    except service.AddressOfRelay:
        form.address.errors = [refused_address(form.first_name.data or "")]
        return None


def refused_address(first_name: str) -> str:
    """Why a helper's address cannot be that of whom they help, and what to do instead."""
    return gettext(
        "Somebody who works at your relay has this address. An address stands for one person: %(name)s would be you. "
        "Write an address of their own, or leave it out.",
        name=first_name,
    )


@blueprint.route("/relays/<int:relay_id>/sign-up/<sign_up_id>", methods=["GET", "POST"])
@access(RELAY_WORKER)
def agreement(relay_id: int, sign_up_id: str) -> ResponseReturnValue:
    """What somebody agrees to, read to them; with an address of their own, they get a letter instead."""
    own = own_relay(relay_id)
    draft = queries.find_draft(reading(), relay_id=relay_id, sign_up_id=sign_up_id)
    if draft is not None:
        with suppress(citizens.SignUpLost):
            return _send_letter(own, draft) if draft.address else _agree(own, draft)
    flash(gettext("This sign-up is finished, or too old. Look whether the person is in the list."), "warning")
    return redirect(url_for("assisted.desk", relay_id=relay_id))


def _agree(own: Relay, draft: SignUp) -> ResponseReturnValue:
    form = AgreementForm()
    if form.validate_on_submit():
        with acting_at(own.id) as (work, desk):
            citizen = service.sign_up_here(
                work,
                desk=desk,
                sign_up_id=draft.id,
                channel=ConsentChannel(form.channel.data),
                weekly_letter=form.weekly_letter.data,
                telephone=canonical_number(form.telephone.data) if form.telephone.data else None,
            )
            number = citizen.id
        flash(gettext("%(name)s is signed up.", name=draft.first_name), "success")
        return redirect(url_for("assisted.person", relay_id=own.id, person_id=number))
    locale = draft.locale or get_locale()
    return form_page(
        "assisted/agreement.html",
        form,
        relay=own,
        territory=own.territory,
        sign_up=draft,
        profile_text=relay_text(ConsentPurpose.RELAY_PROFILE, relay=own.name, locale=locale),
        letter_text=relay_text(ConsentPurpose.WEEKLY_LETTER, relay=own.name, locale=locale),
    )


def _send_letter(own: Relay, draft: SignUp) -> ResponseReturnValue:
    form = MailedLetterForm()
    if form.validate_on_submit():
        check_letter(draft.address or "")
        with acting_at(own.id) as (work, _):
            address = service.send_to_person(
                work, relay_id=own.id, sign_up_id=draft.id, weekly_letter=form.weekly_letter.data
            )
        flash(
            gettext(
                "A letter is on its way to %(address)s. %(name)s opens the link in it, and is signed up.",
                address=address,
                name=draft.first_name,
            ),
            "success",
        )
        return redirect(url_for("assisted.desk", relay_id=own.id))
    return form_page(
        "assisted/send.html",
        form,
        relay=own,
        territory=own.territory,
        sign_up=draft,
        letter_text=mailed_letter_text(draft.locale or get_locale()),
    )
