"""The sign-up: four steps, the first matches, the address, and the mailed link."""

from datetime import timedelta

from flask import Blueprint, flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue

from matchmaker.accounts.rules import canonical_address
from matchmaker.accounts.service import LinkUnusable
from matchmaker.base.i18n import get_locale, gettext
from matchmaker.citizens import queries, service
from matchmaker.citizens.forms import ChallengesForm, FinishForm, TimeForm, WeeklyLetterForm
from matchmaker.citizens.models import SignUp
from matchmaker.places import queries as places
from matchmaker.places.forms import NO_QUESTION, PlaceForm, locate, place_page
from matchmaker.places.service import Place
from matchmaker.vocabulary.forms import add_rows, filled_form, read_skills
from matchmaker.web import (
    Access,
    access,
    begin,
    check_letter,
    check_limit,
    enter,
    form_page,
    network,
    now,
    page_url,
    reading,
    site,
    visitor_id,
)
from matchmaker.web.forms import ConfirmForm, choices

blueprint = Blueprint("citizens", __name__)

SIGN_UP_KEY = "sign_up"


def current_sign_up() -> SignUp:
    """The sign-up of this browser; raises service.SignUpLost."""
    sign_up = queries.find_sign_up(reading(), session.get(SIGN_UP_KEY))
    if sign_up is None:
        raise service.SignUpLost
    return sign_up


@blueprint.errorhandler(service.SignUpLost)
def start_again(error: service.SignUpLost) -> ResponseReturnValue:  # noqa: ARG001
    """Send somebody whose answers are gone to the first step, without blame."""
    session.pop(SIGN_UP_KEY, None)
    flash(gettext("We no longer have your answers: let us start again. It takes two minutes."))
    return redirect(url_for("citizens.place"))


@blueprint.route("/join", methods=["GET", "POST"])
@access(Access.PUBLIC)
def place() -> ResponseReturnValue:
    """Where somebody lives: the first step."""
    visitor = visitor_id()
    if visitor and not request.args.get("territory") and queries.has_profile(reading(), account_id=visitor):
        return redirect(url_for("citizens.profile"))
    sign_up = queries.find_sign_up(reading(), session.get(SIGN_UP_KEY))
    known = (
        {}
        if sign_up is None
        else {"commune": sign_up.commune.name_with_code, "commune_code": sign_up.commune_code}
    )
    form = PlaceForm(data=known)
    territory = places.find_territory(reading(), slug=request.args.get("territory", ""))
    question = NO_QUESTION
    if form.validate_on_submit():
        located = locate(form, asked=request.args.get("territory"))
        if isinstance(located, Place):
            return _keep_place(located, sign_up)
        question = located
    return place_page("citizens/place.html", form, question=question, territory=territory)


def _keep_place(located: Place, sign_up: SignUp | None) -> ResponseReturnValue:
    if sign_up is None:
        # A whole hall of people may share one address on the net; this only stops a flood.
        check_limit("sign_up_start", network(), capacity=2000, period=timedelta(hours=1))
        with begin() as work:
            session[SIGN_UP_KEY] = service.start_sign_up(
                work,
                territory_id=located.territory_id,
                commune_code=located.commune_code,
                locale=get_locale(),
            )
    else:
        with begin() as work:
            service.answer_place(
                work,
                sign_up_id=sign_up.id,
                territory_id=located.territory_id,
                commune_code=located.commune_code,
            )
    return redirect(url_for("citizens.skills"))


@blueprint.route("/join/skills", methods=["GET", "POST"])
@access(Access.PUBLIC)
def skills() -> ResponseReturnValue:
    """What somebody can do; unsure phrases come back once with what they could mean."""
    sign_up = current_sign_up()
    kept = [(text, concept_id) for text, concept_id in sign_up.skills]
    form = filled_form(kept, sign_up.ticked)
    page = {"territory": sign_up.territory, "questions": {}, "understood": {}}
    if "add_line" in request.form:
        add_rows(form)
    elif form.validate_on_submit():
        answer = read_skills(form, kept, territory_id=sign_up.territory_id)
        with begin() as work:
            service.answer_skills(
                work,
                sign_up_id=sign_up.id,
                skills=answer.skills,
                locale=get_locale(),
                levels=answer.levels,
            )
        if answer.settled or "skip" in request.form:
            return redirect(url_for("citizens.challenges"))
        form.asked.data = "1"
        page |= {
            "questions": answer.questions,
            "understood": answer.understood,
        }
    elif not form.is_submitted():
        page["understood"] = read_skills(form, kept, territory_id=sign_up.territory_id).understood
    return form_page("citizens/skills.html", form, **page)


@blueprint.route("/join/challenges", methods=["GET", "POST"])
@access(Access.PUBLIC)
def challenges() -> ResponseReturnValue:
    """The défis of the territory that somebody cares about."""
    sign_up = current_sign_up()
    offered = places.challenges_of(reading(), territory_id=sign_up.territory_id)
    form = ChallengesForm(data={"challenges": sign_up.challenge_ids})
    form.challenges.choices = choices(*((str(item.id), item.title(get_locale())) for item in offered))
    if form.validate_on_submit():
        with begin() as work:
            service.answer_challenges(work, sign_up_id=sign_up.id, challenge_ids=form.challenges.data or ())
        return redirect(url_for("citizens.time"))
    hints = {str(item.id): item.description(get_locale()) for item in offered}
    return form_page("citizens/challenges.html", form, territory=sign_up.territory, hints=hints)


@blueprint.route("/join/time", methods=["GET", "POST"])
@access(Access.PUBLIC)
def time() -> ResponseReturnValue:
    """How much time somebody has, and how far they go; then come the first matches."""
    sign_up = current_sign_up()
    form = TimeForm(obj=sign_up)
    if form.validate_on_submit():
        with begin() as work:
            service.answer_time(
                work,
                sign_up_id=sign_up.id,
                hours_a_week=form.hours_a_week.data,
                radius_km=form.radius_km.data,
                remote=form.remote.data,
            )
        return redirect(page_url("matches"))
    return form_page("citizens/time.html", form, territory=sign_up.territory)


@blueprint.route("/join/account", methods=["GET", "POST"])
@access(Access.PUBLIC)
def finish() -> ResponseReturnValue:
    """Name, address and consent; who is signed in already is only asked for the consent."""
    visitor = visitor_id()
    token = request.args.get("resume")
    if visitor and token:
        session[SIGN_UP_KEY] = service.resumed_sign_up(
            reading(), tokens=site().works.tokens, token=token, account_id=visitor
        )
        return redirect(url_for("citizens.finish"))
    sign_up = current_sign_up()
    if visitor:
        return _finish_signed_in(sign_up, visitor)
    form = FinishForm(
        data={
            "first_name": sign_up.first_name,
            "address": sign_up.address,
            "locale": sign_up.locale or get_locale(),
            "weekly_letter": sign_up.consent_text is not None,
        }
    )
    if form.validate_on_submit():
        address = canonical_address(form.address.data or "")
        check_letter(address)
        check_limit("sign_up_letters", sign_up.id, capacity=10, period=timedelta(hours=1))
        with begin() as work:
            service.finish_sign_up(
                work,
                sign_up_id=sign_up.id,
                first_name=form.first_name.data or "",
                address=address,
                locale=form.locale.data,
                consent_locale=form.consent_locale,
            )
        return redirect(url_for("citizens.sent"))
    return form_page("citizens/finish.html", form, territory=sign_up.territory)


def _finish_signed_in(sign_up: SignUp, account_id: int) -> ResponseReturnValue:
    form = WeeklyLetterForm()
    if form.validate_on_submit():
        try:
            with begin() as work:
                service.create_profile(
                    work,
                    sign_up_id=sign_up.id,
                    account_id=account_id,
                    locale=get_locale(),
                    consent_locale=form.consent_locale,
                )
        except service.ProfileExists:
            flash(gettext("You have a profile here already. Change it on this page."), "warning")
            return redirect(url_for("citizens.profile"))
        session.pop(SIGN_UP_KEY, None)
        flash(gettext("Welcome! Your profile is ready."), "success")
        return redirect(page_url("home"))
    return form_page("citizens/finish_signed_in.html", form, territory=sign_up.territory, sign_up=sign_up)


@blueprint.get("/join/sent")
@access(Access.PUBLIC)
def sent() -> ResponseReturnValue:
    """The news that a letter is on its way: the same whether the address was known or not."""
    sign_up = current_sign_up()
    if sign_up.mailed_at is None:
        return redirect(url_for("citizens.finish"))
    return render_template("citizens/sent.html", address=sign_up.address, territory=sign_up.territory)


@blueprint.route("/join/confirm/<token>", methods=["GET", "POST"])
@access(Access.PUBLIC)
def confirm(token: str) -> ResponseReturnValue:
    """The mailed link: shown by GET, used by POST."""
    form = ConfirmForm()
    try:
        if form.validate_on_submit():
            with begin() as work:
                confirmed = service.confirm(work, token=token)
            answer = enter(session_token=confirmed.signed_in.session_token, locale=confirmed.signed_in.locale)
            if confirmed.created:
                flash(gettext("Welcome! Your profile is ready."), "success")
            else:
                flash(gettext("You had a profile here already. It stays as it was."))
            return answer
        sign_up = service.read_confirmation(reading(), tokens=site().works.tokens, token=token, now=now())
    except LinkUnusable:
        return render_template("citizens/link_unusable.html"), 410
    return form_page("citizens/confirm.html", form, sign_up=sign_up, territory=sign_up.territory)
