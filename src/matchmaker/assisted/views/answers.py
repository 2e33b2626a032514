"""A relay's desk for the letters of its people: the list of calls, and the answers that come back."""

from datetime import timedelta

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from matchmaker.assisted import loading, service
from matchmaker.assisted.access import acting_at
from matchmaker.assisted.forms import NOT_REACHED, AnswerForm, CallForm, CodeForm
from matchmaker.assisted.views.blueprint import blueprint, sections_of
from matchmaker.base.i18n import gettext, using
from matchmaker.citizens.rules import readable_number
from matchmaker.digests.models import DigestLine
from matchmaker.digests.rules import MistypedCode
from matchmaker.introductions import service as introductions
from matchmaker.matching import service as matching
from matchmaker.matching.cards import NeedCard
from matchmaker.matching.rules import Answer, AnswerChannel
from matchmaker.relays import queries as relays
from matchmaker.relays.access import RELAY_WORKER, own_relay
from matchmaker.relays.models import Relay
from matchmaker.web import (
    Access,
    access,
    account_id,
    check_limit,
    form_page,
    now,
    place_in_list,
    reading,
    visitor_id,
)

CALLS_A_PAGE = 6
"""People with all their needs, and words to read aloud for each."""

REFUSALS = (
    matching.AnsweredBefore,
    matching.NeedNotOpen,
    introductions.NeedNotOpen,
    introductions.GroupOwesAnswers,
)


@blueprint.route("/relays/<int:relay_id>/letters", methods=["GET", "POST"])
@access(RELAY_WORKER)
def letters(relay_id: int) -> ResponseReturnValue:
    """The letters of a relay's people, and the field into which their codes are typed."""
    own = own_relay(relay_id)
    form = CodeForm()
    if form.validate_on_submit():
        check_limit("answer_code", str(account_id()), capacity=120, period=timedelta(minutes=10))
        try:
            with acting_at(relay_id) as (work, desk):
                answer = Answer(form.answer.data)
                line = service.record_code(work, desk=desk, typed=form.code.data or "", answer=answer)
                told = _told(line, answer)
        except MistypedCode:
            form.code.errors = [
                gettext("A sign of this code is mistyped or missing. Compare it with the page.")
            ]
        except service.UnknownCode:
            form.code.errors = [gettext("No letter of your people has this code. Is it from another relay?")]
        except service.OldCode:
            form.code.errors = [
                gettext("This code is more than eight weeks old. It can no longer be answered.")
            ]
        except REFUSALS as error:
            form.answer.errors = [_refusal(error)]
        else:
            flash(told, "success")
            return redirect(url_for("assisted.letters", relay_id=relay_id))
    at = place_in_list()
    page, count = loading.some_letters_of_relay(
        reading(), relay_id=relay_id, now=now(), place=at.before or at.after or 0
    )
    return form_page(
        "assisted/letters.html",
        form,
        relay=own,
        territory=own.territory,
        page=page,
        count=count,
    )


@blueprint.get("/relays/<int:relay_id>/letters/calls")
@access(RELAY_WORKER)
def calls(relay_id: int) -> ResponseReturnValue:
    """Whom to call, and what to say about each need."""
    own = own_relay(relay_id)
    at = place_in_list()
    place = at.before or at.after or 0
    page, _ = loading.some_letters_of_relay(
        reading(), relay_id=relay_id, now=now(), place=place, size=CALLS_A_PAGE
    )
    calls = []
    for one, sections in zip(page.rows, sections_of(page.rows), strict=True):
        with using(one.citizen.locale):
            words = [_spoken(line.card) for line in sections.needs]
        number = readable_number(one.citizen.telephone.number) if one.citizen.telephone else None
        calls.append((one, number, list(zip(one.needs, words, one.answers, strict=True))))
    return render_template(
        "assisted/calls.html", relay=own, territory=own.territory, calls=calls, page=page, place=place or None
    )


@blueprint.post("/relays/<int:relay_id>/letters/calls/<int:line_id>")
@access(RELAY_WORKER)
def call(relay_id: int, line_id: int) -> ResponseReturnValue:
    """How a call ended: the person's own answer, or that they were not reached."""
    own_relay(relay_id)
    form = CallForm()
    if form.validate_on_submit():
        try:
            told = _record_call(relay_id, line_id, form.outcome.data)
        except REFUSALS as error:
            flash(_refusal(error), "warning")
        else:
            flash(told, "success")
    place = place_in_list().after
    return redirect(url_for("assisted.calls", relay_id=relay_id, after=place, _anchor=f"line-{line_id}"))


def _record_call(relay_id: int, line_id: int, outcome: str) -> str:
    """Keep how a call ended; the words that say so."""
    if outcome == NOT_REACHED:
        with acting_at(relay_id) as (work, desk):
            line = service.record_not_reached(work, desk=desk, line_id=line_id)
            return gettext("On record: %(name)s was not reached.", name=_first_name(line))
    answer = Answer(outcome)
    with acting_at(relay_id) as (work, desk):
        line = service.record_answer(
            work, desk=desk, line_id=line_id, answer=answer, channel=AnswerChannel.CALL
        )
        return _told(line, answer)


@blueprint.route("/r/<code>", methods=["GET", "POST"])
@access(Access.PUBLIC)
def code(code: str) -> ResponseReturnValue:
    """The page behind a letter's QR: for who works at its relay the question, for all others how to answer by them."""
    form = AnswerForm()
    found = _find_code(code)
    if found is not None and form.validate_on_submit():
        relay, line = found
        answer = Answer(form.answer.data)
        try:
            with acting_at(relay.id) as (work, desk):
                kept = service.record_answer(
                    work, desk=desk, line_id=line.id, answer=answer, channel=AnswerChannel.CODE
                )
                told = _told(kept, answer)
        except REFUSALS as error:
            form.answer.errors = [_refusal(error)]
            # Acting has ended the session with which the line was read.
            found = _find_code(code)
        else:
            flash(told, "success")
            return redirect(url_for("assisted.letters", relay_id=relay.id))
    if found is None:
        return render_template("assisted/code_elsewhere.html", code=code)
    relay, line = found
    return form_page("assisted/code.html", form, relay=relay, territory=relay.territory, line=line)


def _find_code(typed: str) -> tuple[Relay, DigestLine] | None:
    """The line of a code, with its relay, if the visitor works there and the code is good."""
    visitor = visitor_id()
    if visitor is None:
        return None
    for relay in relays.relays_at(reading(), account_id=visitor):
        try:
            return relay, service.line_of_code(reading(), relay_id=relay.id, typed=typed, now=now())
        except service.UnknownCode:
            continue
        except (MistypedCode, service.OldCode):
            break
    return None


def _spoken(card: NeedCard) -> str:
    """What to say about a need on the telephone, in two sentences."""
    first = gettext(
        "The group %(group)s is looking for help: %(title)s.", group=card.group_name, title=card.title
    )
    offered = ", ".join(dict.fromkeys(reason.own for reason in card.reasons if reason.own))
    if offered:
        return f"{first} " + gettext(
            "You offer this: %(skills)s – would you like to help them?", skills=offered
        )
    return f"{first} " + gettext("Would you like to help them?")


def _first_name(line: DigestLine) -> str:
    return line.letter.citizen.first_name if line.letter.citizen is not None else ""


def _told(line: DigestLine, answer: Answer) -> str:
    name, title = _first_name(line), _title(line)
    if answer is Answer.YES:
        return gettext("On record: %(name)s says yes to “%(title)s”.", name=name, title=title)
    return gettext("On record: %(name)s says no to “%(title)s”.", name=name, title=title)


def _title(line: DigestLine) -> str:
    return line.need.title if line.need is not None else ""


def _refusal(error: Exception) -> str:
    if isinstance(error, introductions.GroupOwesAnswers):
        return gettext(
            "Three people wait for an answer of this group. It meets nobody new before it answers: "
            "please write this yes down again in a week."
        )
    if isinstance(error, (matching.NeedNotOpen, introductions.NeedNotOpen)):
        return gettext("This need is not open any more, so nobody can say yes to it. Please tell the person.")
    return gettext(
        "Another answer has been on record for more than a week. It can no longer be changed here."
    )
