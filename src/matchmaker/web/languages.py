"""The language in which a request is answered."""

from flask import Flask, request, session

from matchmaker.base import i18n
from matchmaker.web.site import LOCALE_KEY, site


def install_languages(app: Flask) -> None:
    """Answer each request in the language that its visitor chose, by ``?lang=`` now or earlier, or by their account.

    Who has chosen none is answered in the one that their browser asks for, as far as there is one of ours.
    """

    @app.before_request
    def choose_language() -> None:
        asked = request.args.get("lang")
        if asked in i18n.LOCALES:
            session[LOCALE_KEY] = asked
        chosen = session.get(LOCALE_KEY)
        if chosen not in i18n.LOCALES:
            chosen = _wished()
        i18n.set_locale(chosen or site().settings.default_locale)


def _wished() -> str | None:
    """The first of our languages that the browser asks for, whichever region it is of."""
    # best_match() of Werkzeug takes "en" before the better "fr-CA".
    tags = (tag.partition("-")[0].lower() for tag, quality in request.accept_languages if quality > 0)
    return next((tag for tag in tags if tag in i18n.LOCALES), None)


def speak_like(locale: str) -> None:
    """Answer in the language of a letter whose link was opened, unless the visitor has chosen one here."""
    if LOCALE_KEY not in session and "lang" not in request.args:
        i18n.set_locale(locale)
