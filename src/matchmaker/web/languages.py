"""The language in which a request is answered."""

from flask import Flask, request, session

from matchmaker.base import i18n
from matchmaker.web.site import LOCALE_KEY, site


def install_languages(app: Flask) -> None:
    """Answer each request in the language that its visitor chose, by ``?lang=`` now or earlier."""

    @app.before_request
    def choose_language() -> None:
        asked = request.args.get("lang")
        if asked in i18n.LOCALES:
            session[LOCALE_KEY] = asked
        chosen = session.get(LOCALE_KEY)
        default = site().settings.default_locale
        i18n.set_locale(chosen if chosen in i18n.LOCALES else default)


def speak_like(locale: str) -> None:
    """Answer in the language of a letter whose link was opened, unless the visitor has chosen one here."""
    if LOCALE_KEY not in session and "lang" not in request.args:
        i18n.set_locale(locale)
