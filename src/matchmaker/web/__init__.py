"""What every door shares: the site's parts, units of work, who may enter, and answers."""

from matchmaker.web.access import (
    Access,
    Newcomer,
    access,
    account_id,
    declared_access,
    enter,
    visitor_id,
)
from matchmaker.web.answers import (
    CONTENT_SECURITY_POLICY,
    LETTER_POLICY,
    check_limit,
    form_page,
    letter_page,
    own_path,
    speak_like,
)
from matchmaker.web.site import EXTENSION, LOCALE_KEY, Site, begin, close_reading, now, reading, site

__all__ = [
    "CONTENT_SECURITY_POLICY",
    "EXTENSION",
    "LETTER_POLICY",
    "LOCALE_KEY",
    "Access",
    "Newcomer",
    "Site",
    "access",
    "account_id",
    "begin",
    "check_limit",
    "close_reading",
    "declared_access",
    "enter",
    "form_page",
    "letter_page",
    "now",
    "own_path",
    "reading",
    "site",
    "speak_like",
    "visitor_id",
]
