"""What the links in letters open: one question with two buttons, and a button that stops the letters."""

from contextlib import suppress

from flask import render_template, request
from flask.typing import ResponseReturnValue

from matchmaker.accounts import service as accounts
from matchmaker.accounts.models import Account
from matchmaker.base.i18n import gettext
from matchmaker.base.sent_forms import SentBefore
from matchmaker.base.tokens import InvalidToken
from matchmaker.base.work import Missing
from matchmaker.introductions import service
from matchmaker.introductions.cards import citizen_side, need_side, state_text
from matchmaker.introductions.forms import DeclineForm, ShareForm, StepForm
from matchmaker.introductions.models import Introduction
from matchmaker.introductions.rules import IN_FORCE, OPEN, Action, DeclineReason, NotAllowed, Party
from matchmaker.introductions.views.blueprint import blueprint
from matchmaker.introductions.views.page import allowed_actions
from matchmaker.web import Access, access, begin, form_page, reading, result_page, site, speak_like


@blueprint.route("/introductions/answer/<token>", methods=["GET", "POST"])
@access(Access.PUBLIC)
def answer(token: str) -> ResponseReturnValue:
    """Answer the question of a letter, signed in or not: shown by GET, acted on by POST, good for this question alone."""
    step = StepForm()
    try:
        _, by = service.find_by_token(reading(), tokens=site().works.tokens, token=token)
        share, decline = ShareForm(), DeclineForm(by.party)
        if step.validate_on_submit():
            action = Action(step.action.data or "")
            needed = {Action.ACCEPT: share, Action.DECLINE: decline}.get(action)
            if needed is None or needed.validate():
                return _act(token, action, share, decline)
            if needed is share:
                decline = DeclineForm(by.party, formdata=None)
            else:
                share = ShareForm(formdata=None, share_address=True)
        else:
            share = ShareForm(formdata=None, share_address=True)
            decline = DeclineForm(by.party, formdata=None)
        return _question(token, share, decline)
    except service.TokenUnusable as error:
        return _over(error)
    except (NotAllowed, service.NoPlaceLeft):
        return render_template("introductions/answer_over.html", state=None), 409


@blueprint.route("/introductions/stop/<token>", methods=["GET", "POST"])
@access(Access.PUBLIC)
def stop(token: str) -> ResponseReturnValue:
    """Stop the letters about introductions: a button by GET, done by POST with no cookie and no CSRF token (RFC 8058)."""
    try:
        account = accounts.find_by_token(
            reading(), tokens=site().works.tokens, purpose=service.STOP, token=token
        )
    except InvalidToken as error:
        raise Missing from error
    if account is not None:
        speak_like(account.locale)
    if request.method != "POST":
        return render_template("introductions/stop.html", done=False)
    if account is not None:
        number = account.id
        with suppress(SentBefore), begin() as work:
            service.stop_notices(work, account_id=number)
    return result_page("introductions/stop.html", done=True)


def _question(token: str, share: ShareForm, decline: DeclineForm) -> ResponseReturnValue:
    introduction, actor = service.find_by_token(reading(), tokens=site().works.tokens, token=token)
    account = reading().get_one(Account, actor.account_id)
    speak_like(account.locale)
    return form_page(
        "introductions/answer.html",
        decline if decline.errors else share,
        share=share,
        decline=decline,
        introduction=introduction,
        party=actor.party,
        territory=introduction.group.territory,
        state_text=state_text(introduction, actor.party),
        other_name=service.other_name(introduction, actor.party),
        need_card=need_side(introduction) if actor.party is Party.CITIZEN else None,
        citizen_card=citizen_side(introduction) if actor.party is Party.GROUP else None,
        actions=allowed_actions(introduction, actor.party),
        agreed=introduction.state in IN_FORCE,
        own_address=account.address,
    )


def _act(token: str, action: Action, share: ShareForm, decline: DeclineForm) -> ResponseReturnValue:
    with begin() as work:
        introduction, party = service.answer_by_letter(
            work,
            token=token,
            action=action,
            reason=DeclineReason(decline.reason.data) if action is Action.DECLINE else None,
            sharing=share.sharing if action is Action.ACCEPT else None,
        )
    introduction = reading().get_one(Introduction, introduction.id)
    return render_template(
        "introductions/answered.html",
        introduction=introduction,
        territory=introduction.group.territory,
        state_text=state_text(introduction, party),
        other_name=service.other_name(introduction, party),
        open=introduction.state in OPEN,
    )


def _over(error: service.TokenUnusable) -> ResponseReturnValue:
    """What became of a question that a letter put, to who still has a side in it; else that the link opens nothing."""
    text = None
    if error.introduction is not None:
        text = gettext(error.introduction.state.label)
    return render_template("introductions/answer_over.html", state=text), 410
