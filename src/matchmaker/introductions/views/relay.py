"""The introductions of a relay's people: the relay asks them, and writes down what they say."""

from flask import abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import NoResultFound

from matchmaker.base.i18n import gettext
from matchmaker.citizens import queries as citizens_queries
from matchmaker.citizens import service as citizens
from matchmaker.citizens.models import Relay
from matchmaker.citizens.rules import RelayDeed
from matchmaker.introductions import queries, service
from matchmaker.introductions.forms import DeclineForm, RelayStepForm
from matchmaker.introductions.models import Introduction
from matchmaker.introductions.rules import Action, DeclineReason, NotAllowed, Party, actions_for
from matchmaker.introductions.service import Actor
from matchmaker.introductions.views.blueprint import blueprint, need_side
from matchmaker.introductions.views.wording import state_text
from matchmaker.matching.rules import AnswerChannel
from matchmaker.web import Access, access, account_id, begin, reading, visitor_id


@blueprint.get("/relays/<int:relay_id>/introductions")
@access(Access.SIGNED_IN)
def at_relay(relay_id: int) -> ResponseReturnValue:
    """The introductions of a relay's people that are open, those that wait for their answer first."""
    return _page(_own_relay(relay_id))


@blueprint.post("/relays/<int:relay_id>/introductions/<int:introduction_id>/act")
@access(Access.SIGNED_IN)
def act_at_relay(relay_id: int, introduction_id: int) -> ResponseReturnValue:
    """Write down what somebody said about an introduction, as their own word, with the relay on record."""
    relay = _own_relay(relay_id)
    step = RelayStepForm()
    if not step.validate():
        abort(400)
    action = Action(step.action.data or "")
    decline = DeclineForm(prefix=_prefix(introduction_id))
    if action is Action.DECLINE and not decline.validate():
        return _page(relay, refused=introduction_id, status=422)
    actor = Actor(party=Party.CITIZEN, account_id=account_id(), relay_id=relay_id, channel=AnswerChannel.CALL)
    try:
        with begin() as work:
            citizens.check_at_relay(work.session, relay_id=relay_id, account_id=account_id())
            found = queries.find_at_relay(work.session, relay_id=relay_id, introduction_id=introduction_id)
            service.take_action(
                work,
                introduction_id=introduction_id,
                action=action,
                by=actor,
                reason=DeclineReason(decline.reason.data) if action is Action.DECLINE else None,
            )
            if action is Action.ACCEPT and step.share_telephone.data:
                number = service.telephone_at_relay(work.session, citizen_id=found.citizen_id)
                service.share(
                    work, introduction_id=introduction_id, by=actor, address=False, telephone=number
                )
            citizens.record(
                work,
                citizens.AtDesk(relay_id=relay_id, member_id=account_id()),
                RelayDeed.ANSWERED,
                citizen_id=found.citizen_id,
            )
    except (NoResultFound, citizens.NotAtRelay):
        abort(404)
    except (NotAllowed, service.NoPlaceLeft, service.NeedNotOpen, service.GroupOwesAnswers):
        flash(
            gettext("This has changed meanwhile, and nothing was done. It stands as you see here."), "warning"
        )
        return _page(_own_relay(relay_id), status=409)
    flash(gettext("It is written down as their own answer."), "success")
    return redirect(url_for("introductions.at_relay", relay_id=relay_id))


def _own_relay(relay_id: int) -> Relay:
    relay = citizens_queries.find_own_relay(reading(), relay_id=relay_id, account_id=visitor_id())
    if relay is None:
        abort(404)
    return relay


def _page(relay: Relay, *, refused: int | None = None, status: int = 200) -> ResponseReturnValue:
    found = queries.introductions_at_relay(reading(), relay_id=relay.id)
    rows = [
        {
            "introduction": one,
            "text": state_text(one, Party.CITIZEN),
            "card": need_side(one),
            "actions": actions_for(one.state, Party.CITIZEN),
            "decline": DeclineForm(prefix=_prefix(one.id))
            if one.id == refused
            else DeclineForm(formdata=None, prefix=_prefix(one.id)),
            "has_telephone": one.citizen is not None and one.citizen.telephone is not None,
            "contact": _contact(one),
        }
        for one in found
    ]
    page = render_template("introductions/relay.html", relay=relay, territory=relay.territory, rows=rows)
    return page, status


def _prefix(introduction_id: int) -> str:
    """What the fields of one introduction begin with, of which a page has several."""
    return f"introduction-{introduction_id}"


def _contact(introduction: Introduction) -> service.Contact | None:
    """What the group shares, for the relay to pass on."""
    try:
        return service.contact_of(reading(), introduction, viewer=Party.CITIZEN)
    except service.NotAgreed:
        return None
