"""What every template can use."""

from collections.abc import Callable, Mapping

from flask import Flask, g, request
from flask_wtf.csrf import generate_csrf

from matchmaker.base import i18n
from matchmaker.web.site import site, visitor_id


def install_template_values(app: Flask, *, of_visitor: Callable[[int | None], Mapping[str, object]]) -> None:
    """Give templates the values of the site, and those that the rooms have for an account, or for a visitor (None)."""

    @app.context_processor
    def values() -> dict[str, object]:
        # The page of a failure must not ask the database, which may be what failed.
        visitor = None if g.get("failing") else visitor_id()
        return {
            "absolute": site().works.links.to,
            "absolute_page": site().works.links.to_page,
            "locale": i18n.get_locale(),
            "languages": tuple(i18n.LOCALES.items()),
            "here": request.endpoint,
            "csrf_token": generate_csrf,
            "settings_demo": site().settings.demo_mailbox is not None,
            "service_name": site().settings.mail_from_name,
            **of_visitor(visitor),
        }
