"""Letters as values, and what renders them."""

import re
import textwrap
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

import css_inline
from jinja2 import Environment, FileSystemLoader, StrictUndefined, pass_context, select_autoescape
from jinja2.runtime import Context
from markupsafe import Markup

from matchmaker.base import i18n
from matchmaker.base.resources import folder
from matchmaker.base.text import language_of

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


SUBJECT_LENGTH = 69
"""With the name of the header these are the 78 signs of a line, and more than most mail programs show."""

SHORTEST_VALUE = 20

LINE_LENGTH = 72
_LEAD = re.compile(r"\s*(- |\d+\. )?")


def wrap(text: str) -> str:
    """``text`` in lines that every mail program shows whole, but for a link that is longer."""
    lines: list[str] = []
    for line in text.split("\n"):
        lead = _LEAD.match(line)
        below = " " * lead.end() if lead else ""
        # What fits stays as it is: the line above a signature ends with a space.
        lines += (
            textwrap.wrap(
                line, LINE_LENGTH, subsequent_indent=below, break_long_words=False, break_on_hyphens=False
            )
            if len(line) > LINE_LENGTH
            else [line]
        )
    return "\n".join(lines)


def subject_of(text: str, values: Mapping[str, object]) -> str:
    """A marked text as a subject in the language in force; where it would be too long, its longest value is cut short."""
    subject = " ".join(i18n.gettext(text, **values).split())
    words = {name: value for name, value in values.items() if isinstance(value, str)}
    if len(subject) <= SUBJECT_LENGTH or not words:
        return subject
    longest = max(words, key=lambda name: len(words[name]))
    room = len(words[longest]) - (len(subject) - SUBJECT_LENGTH)
    if room < SHORTEST_VALUE:
        return subject
    return " ".join(
        i18n.gettext(
            text, **{**values, longest: textwrap.shorten(words[longest], room, placeholder="…")}
        ).split()
    )


@pass_context
def foreign(context: Context, text: str) -> str | Markup:
    """What somebody wrote, marked as in its language where that is not the letter's, so that it is read aloud as such."""
    spoken = language_of(text)
    if spoken is None or spoken == context["locale"]:
        return text
    return Markup('<span lang="{}">{}</span>').format(spoken, text)


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
            foreign=foreign,
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
            title = subject_of(subject, subject_values or {})
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
            text=wrap(text.strip()) + "\n",
            html=self._inliner.inline(html),
            unsubscribe_url=unsubscribe_url,
            list_id=list_id,
            asked_for=asked_for,
            has_key=has_key,
            lasts=lasts,
        )
