"""What every door shares: the site's parts, units of work, who may enter, and answers."""

from matchmaker.web.access import (
    Access,
    Newcomer,
    Role,
    access,
    account_id,
    check_access,
    declared_access,
    enter,
    or_404,
    sign_browser_out,
)
from matchmaker.web.answers import (
    CONTENT_SECURITY_POLICY,
    LETTER_POLICY,
    form_page,
    install_answers,
    letter_page,
    own_path,
    refuse_null_characters,
)
from matchmaker.web.languages import install_languages, speak_like
from matchmaker.web.limits import PICTURE, check_letter, check_limit, check_look, limit_acts, network
from matchmaker.web.once import install_once, result_page
from matchmaker.web.paging import install_paging, list_url, place_in_list
from matchmaker.web.site import (
    EXTENSION,
    LOCALE_KEY,
    Site,
    begin,
    close_reading,
    now,
    reading,
    site,
    visitor_id,
)
from matchmaker.web.slots import page_url, slot
from matchmaker.web.template_values import install_template_values
from matchmaker.web.traces import install_traces

__all__ = [
    "CONTENT_SECURITY_POLICY",
    "EXTENSION",
    "LETTER_POLICY",
    "LOCALE_KEY",
    "PICTURE",
    "Access",
    "Newcomer",
    "Role",
    "Site",
    "access",
    "account_id",
    "begin",
    "check_access",
    "check_letter",
    "check_limit",
    "check_look",
    "close_reading",
    "declared_access",
    "enter",
    "form_page",
    "install_answers",
    "install_languages",
    "install_once",
    "install_paging",
    "install_template_values",
    "install_traces",
    "letter_page",
    "limit_acts",
    "list_url",
    "network",
    "now",
    "or_404",
    "own_path",
    "page_url",
    "place_in_list",
    "reading",
    "refuse_null_characters",
    "result_page",
    "sign_browser_out",
    "site",
    "slot",
    "speak_like",
    "visitor_id",
]
