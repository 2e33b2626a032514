"""Letters as values, and what renders them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

import css_inline
from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from matchmaker.base import i18n
from matchmaker.base.resources import folder

ORDINARILY_LASTS = timedelta(days=4)
"""How long a letter may wait whose words do not say until when they are good: a long weekend's outage."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """One e-mail to one person, ready but for its sender."""

    kind: str
    recipient: str
    recipient_name: str
    locale: str
    subject: str
    text: str
    html: str
    unsubscribe_url: str | None = None
    list_id: str | None = None
    asked_for: bool = False
    """Whether it answers what its reader did just now: such a letter goes first, and is tried where others came back."""
    has_key: bool = False
    """Whether who holds it can act as its reader: its words are kept no longer than until it has left."""
    lasts: timedelta = ORDINARILY_LASTS
    """How long what it says is good for anything: it is not sent after that."""


class LetterRenderer:
    """Renders a room's letter templates; keeps the compiled templates between calls."""

    def __init__(self, *, service_name: str) -> None:
        self._environment = Environment(
            loader=FileSystemLoader(folder("templates")),
            autoescape=select_autoescape(["html"]),
            undefined=StrictUndefined,
            extensions=["jinja2.ext.i18n"],
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._environment.install_gettext_callables(  # type: ignore[attr-defined]
            i18n.translate, i18n.translate_plural, newstyle=True
        )
        self._environment.filters.update(
            date=i18n.format_day,
            datetime=i18n.format_moment,
            number=i18n.format_number,
            percent=i18n.format_percent,
        )
        self._environment.globals["service_name"] = service_name
        self._inliner = css_inline.CSSInliner(load_remote_stylesheets=False, keep_style_tags=True)

    def compose(
        self,
        template: str,
        *,
        recipient: str,
        recipient_name: str,
        locale: str,
        subject: str,
        subject_values: Mapping[str, object] | None = None,
        unsubscribe_url: str | None = None,
        list_id: str | None = None,
        asked_for: bool = False,
        has_key: bool = False,
        lasts: timedelta = ORDINARILY_LASTS,
        **context: object,
    ) -> Letter:
        """The letter of ``template`` ("accounts/letters/sign_in", without ending) in ``locale``.

        ``subject`` is a marked English text; ``asked_for``, ``has_key`` and ``lasts`` are as in ``Letter``. The templates
        see ``context``, ``subject``, ``locale``, ``recipient_name`` and ``unsubscribe_url``.
        """
        with i18n.using(locale):
            title = " ".join(i18n.gettext(subject, **(subject_values or {})).split())
            values: dict[str, object] = {
                **context,
                "subject": title,
                "locale": locale,
                "recipient_name": recipient_name,
                "unsubscribe_url": unsubscribe_url,
            }
            text = self._environment.get_template(f"{template}.txt").render(values)
            html = self._environment.get_template(f"{template}.html").render(values)
        return Letter(
            kind=template.replace("/letters/", "."),
            recipient=recipient,
            recipient_name=recipient_name,
            locale=locale,
            subject=title,
            text=text.strip() + "\n",
            html=self._inliner.inline(html),
            unsubscribe_url=unsubscribe_url,
            list_id=list_id,
            asked_for=asked_for,
            has_key=has_key,
            lasts=lasts,
        )
