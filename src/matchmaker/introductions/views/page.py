"""One introduction and all of mine: where it stands, answering, sharing, writing, and saying what came of it."""

from collections.abc import Sequence
from datetime import timedelta

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from matchmaker.base.i18n import gettext
from matchmaker.base.paging import BEGINNING, ROWS
from matchmaker.introductions import queries, service
from matchmaker.introductions.access import SIDE, acting_in, own_introduction
from matchmaker.introductions.cards import citizen_side, need_side, state_text
from matchmaker.introductions.forms import DeclineForm, MessageForm, ShareForm, StepForm
from matchmaker.introductions.models import Introduction
from matchmaker.introductions.queries import Part
from matchmaker.introductions.rules import (
    ASKS,
    OPEN,
    OUTCOMES,
    SIDES,
    SPOKEN,
    Action,
    DeclineReason,
    NotAllowed,
    Party,
    actions_for,
)
from matchmaker.introductions.views.blueprint import blueprint
from matchmaker.web import Access, access, account_id, check_limit, place_in_list, reading

SHOWN_OF_EACH = 8
"""Introductions of each part on the page of them all."""

MESSAGES = 20
"""What one person writes in ten minutes, to whomever."""


@blueprint.get("/introductions")
@access(Access.SIGNED_IN)
def mine() -> ResponseReturnValue:
    """The introductions of the signed-in person, those that wait for them first; one part alone with ``?only=``."""
    asked = request.args.get("only")
    only = next((part for part in Part if part.value == asked), None)
    parts = {
        part: queries.introductions_of(
            reading(),
            account_id=account_id(),
            part=part,
            place=place_in_list() if only else BEGINNING,
            size=ROWS if only else SHOWN_OF_EACH,
        )
        for part in ([only] if only else Part)
    }
    return render_template(
        "introductions/mine.html",
        only=only,
        parts={part: (_rows(page.rows), page) for part, page in parts.items() if page.rows},
    )


def _rows(found: Sequence[Introduction]) -> list[tuple[Introduction, Party, str, str]]:
    sides = [(one, queries.side_of(one, account_id=account_id())) for one in found]
    return [(one, party, state_text(one, party), service.other_name(one, party)) for one, party in sides]


@blueprint.get("/introductions/<int:introduction_id>")
@access(SIDE)
def show(introduction_id: int) -> ResponseReturnValue:
    """One introduction, with exactly what its reader may do with it now."""
    introduction, party = own_introduction(introduction_id)
    return _page(introduction, party)


@blueprint.post("/introductions/<int:introduction_id>/act")
@access(SIDE)
def act(introduction_id: int) -> ResponseReturnValue:
    """Take one step. A no without a reason, or a number that is none, comes back with what was typed."""
    introduction, party = own_introduction(introduction_id)
    step = StepForm()
    if not step.validate():
        abort(400)
    action = Action(step.action.data or "")
    share = ShareForm() if action is Action.ACCEPT else None
    decline = DeclineForm(party) if action is Action.DECLINE else None
    if any(form is not None and not form.validate() for form in (share, decline)):
        return _page(introduction, party, share=share, decline=decline, status=422)
    try:
        with acting_in(introduction_id) as (work, actor):
            service.take_action(
                work,
                introduction_id=introduction_id,
                action=action,
                by=actor,
                reason=DeclineReason(decline.reason.data) if decline is not None else None,
                sharing=share.sharing if share is not None else None,
            )
    except service.GroupOwesAnswers:
        return _refused(introduction_id, gettext("Three people wait for this group. It answers them first."))
    except (service.NoPlaceLeft, service.NeedNotOpen):
        return _refused(
            introduction_id,
            gettext("There is no place left: somebody else was quicker, or the need is closed."),
        )
    except NotAllowed:
        return _refused(
            introduction_id,
            gettext("This has changed meanwhile, and nothing was done. It stands as you see here."),
        )
    flash(_done(action), "success")
    return redirect(url_for("introductions.show", introduction_id=introduction_id))


@blueprint.post("/introductions/<int:introduction_id>/contact")
@access(SIDE)
def contact(introduction_id: int) -> ResponseReturnValue:
    """Choose what the other side sees; nothing takes back what was shared."""
    introduction, party = own_introduction(introduction_id)
    form = ShareForm()
    if not form.validate():
        return _page(introduction, party, share=form, status=422)
    try:
        with acting_in(introduction_id) as (work, actor):
            service.share(work, introduction_id=introduction_id, by=actor, sharing=form.sharing)
    except NotAllowed:
        return _refused(introduction_id, gettext("There is nothing to share here any more."))
    flash(gettext("Your choice is kept."), "success")
    return redirect(url_for("introductions.show", introduction_id=introduction_id))


@blueprint.post("/introductions/<int:introduction_id>/messages")
@access(SIDE)
def write(introduction_id: int) -> ResponseReturnValue:
    """Write to the other side, or leave a thank-you."""
    introduction, party = own_introduction(introduction_id)
    form = MessageForm()
    if not form.validate():
        return _page(introduction, party, message=form, status=422)
    check_limit("message", f"{account_id()}", capacity=MESSAGES, period=timedelta(minutes=10))
    thanks = "thanks" in request.form
    try:
        with acting_in(introduction_id) as (work, actor):
            say = service.thank if thanks else service.write_message
            say(work, introduction_id=introduction_id, by=actor, text=form.body.data or "")
    except (NotAllowed, service.ThankedBefore):
        return _refused(introduction_id, gettext("Nothing more can be written here."), message=form)
    flash(
        gettext("Your thank-you is left.") if thanks else gettext("Sent. The other side is told."), "success"
    )
    return redirect(url_for("introductions.show", introduction_id=introduction_id) + "#thread")


def allowed_actions(introduction: Introduction, party: Party) -> Sequence[Action]:
    """What a side may do now: steps of the machine, or its own word on what came of it."""
    if introduction.state in SPOKEN and party in SIDES:
        said = introduction.citizen_outcome if party is Party.CITIZEN else introduction.group_outcome
        return tuple(OUTCOMES) if said is None else ()
    return actions_for(introduction.state, party)


def _page(
    introduction: Introduction,
    party: Party,
    *,
    share: ShareForm | None = None,
    decline: DeclineForm | None = None,
    message: MessageForm | None = None,
    status: int = 200,
) -> ResponseReturnValue:
    side = party in SIDES
    own = service.own_share(reading(), introduction, party=party) if side else None
    try:
        other = service.contact_of(reading(), introduction, viewer=party)
        agreed = True
    except service.NotAgreed:
        other, agreed = None, False
    share = share or ShareForm(
        formdata=None,
        share_address=own.address is not None if own else introduction.state in ASKS.get(party, ()),
        telephone=own.telephone if own else None,
    )
    thread = queries.messages_of(reading(), introduction_id=introduction.id) if side else ()
    page = render_template(
        "introductions/show.html",
        introduction=introduction,
        party=party,
        side=side,
        territory=introduction.group.territory,
        state_text=state_text(introduction, party),
        other_name=service.other_name(introduction, party) if side else None,
        need_card=need_side(introduction),
        citizen_card=citizen_side(introduction),
        actions=allowed_actions(introduction, party),
        outcomes=tuple(OUTCOMES),
        agreed=agreed,
        contact=other,
        own=own,
        share=share,
        decline=decline or DeclineForm(party, formdata=None),
        message=message or MessageForm(formdata=None),
        form=next((one for one in (share, decline, message) if one is not None and one.errors), None),
        thread=thread,
        can_write=side and _can_write(introduction),
        can_thank=side
        and introduction.state in SPOKEN
        and not any(one.thanks and one.party is party for one in thread),
        open=introduction.state in OPEN,
    )
    return page, status


def _can_write(introduction: Introduction) -> bool:
    """Whether the two sides can write to each other here: a citizen without an account has no page to read."""
    citizen = introduction.citizen
    return citizen is not None and citizen.account_id is not None and introduction.state in OPEN | SPOKEN


def _refused(introduction_id: int, words: str, *, message: MessageForm | None = None) -> ResponseReturnValue:
    """The page as things stand now, with what was in the way; nothing was changed."""
    flash(words, "warning")
    introduction, party = own_introduction(introduction_id)
    return _page(introduction, party, message=message, status=409)


def _done(action: Action) -> str:
    if action is Action.ACCEPT:
        return gettext("You said yes. The other side is told.")
    if action is Action.DECLINE:
        return gettext("You said no, and the other side is told kindly. Thank you for answering.")
    if action is Action.WITHDRAW:
        return gettext("You withdrew. The other side is told.")
    if action in OUTCOMES:
        return gettext("Thank you for telling what came of it.")
    return gettext("It is kept, and the other side is told.")
