"""The introductions of a relay's people: the relay asks them, and writes down what they say."""

from flask import abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from matchmaker.assisted import service
from matchmaker.assisted.access import acting_at
from matchmaker.assisted.forms import RelayStepForm
from matchmaker.assisted.views.blueprint import blueprint
from matchmaker.base.i18n import gettext
from matchmaker.introductions import queries
from matchmaker.introductions import service as introductions
from matchmaker.introductions.cards import need_side, state_text
from matchmaker.introductions.forms import DeclineForm
from matchmaker.introductions.models import Introduction
from matchmaker.introductions.rules import Action, DeclineReason, NotAllowed, Party, actions_for
from matchmaker.relays.access import RELAY_WORKER, own_relay
from matchmaker.relays.models import Relay
from matchmaker.web import access, place_in_list, reading

WAITING_A_PAGE = 12
"""Introductions, each with the forms of its answers."""


@blueprint.get("/relays/<int:relay_id>/introductions")
@access(RELAY_WORKER)
def waiting(relay_id: int) -> ResponseReturnValue:
    """The introductions of a relay's people that are open, those that wait for their answer first."""
    return _page(own_relay(relay_id))


@blueprint.post("/relays/<int:relay_id>/introductions/<int:introduction_id>/act")
@access(RELAY_WORKER)
def waiting_act(relay_id: int, introduction_id: int) -> ResponseReturnValue:
    """Write down what somebody said about an introduction, as their own word, with the relay on record."""
    relay = own_relay(relay_id)
    step = RelayStepForm()
    if not step.validate():
        abort(400)
    action = Action(step.action.data or "")
    decline = DeclineForm(Party.CITIZEN, prefix=_prefix(introduction_id))
    if action is Action.DECLINE and not decline.validate():
        return _page(relay, refused=introduction_id, status=422)
    try:
        with acting_at(relay_id) as (work, desk):
            service.record_step(
                work,
                desk=desk,
                introduction_id=introduction_id,
                action=action,
                reason=DeclineReason(decline.reason.data) if action is Action.DECLINE else None,
                share_telephone=step.share_telephone.data,
            )
    except (NotAllowed, introductions.NoPlaceLeft, introductions.NeedNotOpen, introductions.GroupOwesAnswers):
        flash(
            gettext("This has changed meanwhile, and nothing was done. It stands as you see here."), "warning"
        )
        return _page(own_relay(relay_id), status=409)
    flash(gettext("It is written down as their own answer."), "success")
    return redirect(url_for("assisted.waiting", relay_id=relay_id))


def _page(relay: Relay, *, refused: int | None = None, status: int = 200) -> ResponseReturnValue:
    found = queries.introductions_at_relay(
        reading(), relay_id=relay.id, place=place_in_list(), size=WAITING_A_PAGE
    )
    rows = [
        {
            "introduction": one,
            "text": state_text(one, Party.CITIZEN),
            "card": need_side(one),
            "actions": actions_for(one.state, Party.CITIZEN),
            "decline": DeclineForm(Party.CITIZEN, prefix=_prefix(one.id))
            if one.id == refused
            else DeclineForm(Party.CITIZEN, formdata=None, prefix=_prefix(one.id)),
            "has_telephone": one.citizen is not None and one.citizen.telephone is not None,
            "contact": _contact(one),
        }
        for one in found.rows
    ]
    page = render_template(
        "assisted/waiting.html", relay=relay, territory=relay.territory, rows=rows, found=found
    )
    return page, status


def _prefix(introduction_id: int) -> str:
    """What the fields of one introduction begin with, of which a page has several."""
    return f"introduction-{introduction_id}"


def _contact(introduction: Introduction) -> introductions.Contact | None:
    """What the group shares, for the relay to pass on."""
    try:
        return introductions.contact_of(reading(), introduction, viewer=Party.CITIZEN)
    except introductions.NotAgreed:
        return None
