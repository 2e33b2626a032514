"""Each form makes what it makes once: who sends it a second time is answered as they were the first time.

A form has a key of its own, drawn when its page is made. What is sent with it counts as the same form again if the
visitor, the address and all that was typed are the same: who goes back and writes something else sends another form.
"""

import json
import secrets
import time
from typing import Any

import structlog
from flask import Flask, Response, current_app, g, redirect, render_template, request, session
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import SQLAlchemyError

from matchmaker.base import sent_forms
from matchmaker.base.sent_forms import Sending, SentBefore
from matchmaker.web.answers import own_path
from matchmaker.web.site import close_reading, site, visitor_id

FIELD = "form_key"
KEY_LENGTH = 64
OF_THE_SIGN_IN = frozenset({"_user_id", "_fresh", "_id"})
OF_ONE_PAGE = frozenset({"_flashes", "csrf_token"})
"""Parts of the cookie: who has them is signed in; what is told once on the next page, and what its forms must have."""

A_PAGE = "a page"
"""The answer of a form that leads nowhere: its view shows the page again, and does nothing."""

PATIENCE = 100
PAUSE = 0.05
"""How often, and how many seconds apart, the second asks for the answer to the first."""

log = structlog.get_logger()


def new_key() -> str:
    """The key of one form of one page."""
    return secrets.token_urlsafe(16)


def install_once(app: Flask) -> None:
    """Look at each form that is sent, before anything else is asked, and keep how it was answered."""
    app.jinja_env.globals.update(form_key=new_key)

    @app.before_request
    def recognise() -> ResponseReturnValue | None:
        typed = request.form.get(FIELD, "") if request.method == "POST" else ""
        if not 0 < len(typed) <= KEY_LENGTH:
            return None
        g.sending = Sending(key=_fingerprint())
        g.cookie_before = dict(session)
        return _first_answer(g.sending.key)

    @app.errorhandler(SentBefore)
    def sent_before(error: SentBefore) -> ResponseReturnValue:  # noqa: ARG001
        answer = _first_answer(g.sending.key)
        if answer is not None:
            return answer
        if g.get("sent_again"):
            return _its_page()
        g.sent_again = True
        # The first was refused after all: this one is the first.
        try:
            return current_app.dispatch_request()
        except Exception as failure:
            return current_app.handle_user_exception(failure)

    @app.after_request
    def keep(response: Response) -> Response:
        sending: Sending | None = g.get("sending")
        if sending is not None and sending.claimed:
            try:
                _keep(sending.key, response)
            except SQLAlchemyError:
                # The form did what it does; whoever sends it again is led to its page.
                log.exception("answer_not_kept", endpoint=request.endpoint)
        return response


def result_page(template: str, **context: object) -> str:
    """The page that tells what a form did, without leading elsewhere.

    Whoever sends the form again sees it again: the view does ``with suppress(SentBefore), begin() as work``.
    """
    g.tells_result = True
    return render_template(template, **context)


def _fingerprint() -> str:
    """What makes this the same form as another: who sends it, where to, and all that is in it, its key among it."""
    visitor = visitor_id()
    who = ["visitor", session.get("csrf_token")] if visitor is None else ["account", visitor]
    fields = sorted(pair for pair in request.form.items(multi=True) if pair[0] != "csrf_token")
    return site().works.tokens.fingerprint("sent_form", json.dumps([who, request.full_path, fields]))


def _first_answer(key: str) -> ResponseReturnValue | None:
    """How the form was answered when it was sent before; waits while that is being done. None if it was not."""
    close_reading()
    for _ in range(PATIENCE):
        with site().reading() as opened:
            sent = sent_forms.find_sent(opened, key=key)
        if sent is None or sent.answer == A_PAGE:
            return None
        if sent.answer is not None:
            answer: dict[str, Any] = json.loads(sent.answer)
            session.update(answer["cookie"])
            return redirect(answer["to"])
        time.sleep(PAUSE)
    # Whatever was to answer it has ended in between: what it made is kept.
    return _its_page()


def _its_page() -> ResponseReturnValue:
    return redirect(own_path(request.full_path.rstrip("?")) or "/")


def _keep(key: str, response: Response) -> None:
    changed = {name: value for name, value in session.items() if value != g.cookie_before.get(name)}
    close_reading()
    # By nobody: the visitor may have signed in with this very form, or have left.
    with site().works.begin() as work:
        if response.status_code == 200 and g.get("tells_result"):
            sent_forms.keep_answer(work, key=key, answer=A_PAGE)
        elif response.location is None or response.status_code >= 400 or OF_THE_SIGN_IN & changed.keys():
            # A page is not kept, nor a sign-in, which is a secret of the browser that has it.
            sent_forms.let_go(work, key=key)
        else:
            cookie = {name: value for name, value in changed.items() if name not in OF_ONE_PAGE}
            kept = json.dumps({"to": response.location, "cookie": cookie})
            sent_forms.keep_answer(work, key=key, answer=kept)
