"""Offering help, and asking for it."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue

from matchmaker.base.i18n import get_locale, gettext
from matchmaker.citizens.access import CITIZEN, own_profile
from matchmaker.groups.access import is_member
from matchmaker.introductions import queries, service
from matchmaker.introductions.forms import ShareForm, StepForm
from matchmaker.introductions.rules import ASKS, OPEN, Party
from matchmaker.introductions.service import Actor
from matchmaker.introductions.views.blueprint import blueprint
from matchmaker.matching import cards
from matchmaker.matching import queries as matching_queries
from matchmaker.matching import service as matching
from matchmaker.matching.access import RECRUITER, need_to_fill, record_sight, visible_need
from matchmaker.web import access, account_id, begin, check_limit, form_page, now, or_404, reading

OFFERS = 30
"""Needs for which one person offers help in an hour."""


class Refused(Exception):
    """An introduction cannot begin; the message says why, to whoever wanted it."""


@blueprint.route("/needs/<int:need_id>/offer", methods=["GET", "POST"])
@access(CITIZEN)
def offer(need_id: int) -> ResponseReturnValue:
    """Offer help: what the group sees now, and what it will see once both agree."""
    need = visible_need(need_id)
    citizen = own_profile(territory_id=need.territory_id)
    if is_member(need):
        flash(gettext("This need comes from one of your groups."), "warning")
        return redirect(url_for("matching.need", need_id=need_id))
    known = queries.find_between(reading(), need_id=need_id, citizen_id=citizen.id)
    if known is not None and known.state in OPEN - ASKS[Party.CITIZEN]:
        return redirect(url_for("introductions.show", introduction_id=known.id))
    citizen_id = citizen.id
    form = ShareForm(share_address=True)
    sent = form.validate_on_submit()
    try:
        with _beginning():
            if sent:
                number = _offer(need_id, citizen_id, form)
            elif known is None:
                service.check_meets(reading(), need, now=now())
    except Refused as refusal:
        flash(str(refusal), "warning")
        return redirect(url_for("matching.need", need_id=need_id))
    if sent:
        flash(gettext("Thank you! The group is told. You will have an answer in any case."), "success")
        return redirect(url_for("introductions.show", introduction_id=number))
    explanation = matching.explain(reading(), need, citizen_id=citizen_id, now=now())
    return form_page(
        "introductions/offer.html",
        form,
        need=need,
        territory=need.group.territory,
        card=cards.citizen_card(citizen, match=explanation.match, all_skills=False),
    )


@blueprint.route("/needs/<int:need_id>/citizens/<int:citizen_id>/propose", methods=["GET", "POST"])
@access(RECRUITER)
def propose(need_id: int, citizen_id: int) -> ResponseReturnValue:
    """Ask somebody for help whom the need's page of people shows: for its group, and for organisers, who ask both sides."""
    need = need_to_fill(need_id)
    member = is_member(need)
    known = queries.find_between(reading(), need_id=need_id, citizen_id=citizen_id)
    if known is not None:
        flash(gettext("You two were introduced for this need before."), "warning")
        return redirect(url_for("introductions.show", introduction_id=known.id))
    form = StepForm(action="accept")
    sent = form.validate_on_submit()
    try:
        with _beginning():
            if sent:
                number = _propose(need_id, citizen_id, Party.GROUP if member else Party.ORGANISER)
            else:
                service.check_meets(reading(), need, now=now())
    except Refused as refusal:
        flash(str(refusal), "warning")
        return redirect(url_for("matching.citizens", need_id=need_id))
    if sent:
        flash(gettext("The question is put. You will have an answer in any case."), "success")
        return redirect(url_for("introductions.show", introduction_id=number))
    match = or_404(matching.citizen_in_sight(reading(), need, citizen_id=citizen_id, now=now()))
    citizen = or_404(matching_queries.citizens_by_id(reading(), [citizen_id]).get(citizen_id))
    territory = need.group.territory
    page = form_page(
        "introductions/propose.html",
        form,
        need=need,
        territory=territory,
        member=member,
        card=cards.citizen_card(citizen, match=match, all_skills=False),
        need_card=cards.need_card(need, to=url_for, locale=get_locale(), match=match),
    )
    record_sight([match], territory=territory, to_organiser=not member)
    return page


def _offer(need_id: int, citizen_id: int, form: ShareForm) -> int:
    actor = Actor(party=Party.CITIZEN, account_id=account_id())
    check_limit("offer", f"{account_id()}", capacity=OFFERS, period=timedelta(hours=1))
    with begin() as work:
        return service.offer(work, need_id=need_id, citizen_id=citizen_id, by=actor, sharing=form.sharing).id


def _propose(need_id: int, citizen_id: int, party: Party) -> int:
    actor = Actor(party=party, account_id=account_id())
    with begin() as work:
        return service.propose(work, need_id=need_id, citizen_id=citizen_id, by=actor).id


@contextmanager
def _beginning() -> Iterator[None]:
    """Turn what stands against an introduction into words to whoever wanted it."""
    try:
        yield
    except service.NeedNotOpen as error:
        raise Refused(gettext("This need is not open any more. Nothing was sent.")) from error
    except service.NoPlaceLeft as error:
        raise Refused(gettext("Somebody else has just taken the last place. Thank you!")) from error
    except service.OwnNeed as error:
        raise Refused(gettext("This need comes from one of your groups.")) from error
    except service.GroupOwesAnswers as error:
        raise Refused(
            gettext("Three people wait for an answer of this group. It meets nobody new before it answers.")
        ) from error
    except service.AskedEnough as error:
        raise Refused(
            gettext("This person was asked twice this month already. Please choose somebody else.")
        ) from error
    except service.AlreadyIntroduced as error:
        raise Refused(gettext("You two were introduced for this need before.")) from error
