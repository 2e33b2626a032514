"""The letters of a relay's people on paper: one PDF, or pages that the browser prints."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from pathlib import Path

import segno
from flask import current_app, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from matchmaker.assisted import loading, service
from matchmaker.assisted.access import acting_at
from matchmaker.assisted.views.blueprint import blueprint, sections_of
from matchmaker.base.i18n import gettext, using
from matchmaker.digests.letters import Sections
from matchmaker.digests.rules import CODE_LASTS, readable_code
from matchmaker.places.rules import local_day
from matchmaker.relays.access import RELAY_WORKER, own_relay
from matchmaker.relays.models import Relay
from matchmaker.web import access, now, reading, site
from matchmaker.web.forms import ConfirmForm


@blueprint.post("/relays/<int:relay_id>/letters/pdf")
@access(RELAY_WORKER)
def pdf(relay_id: int) -> ResponseReturnValue:
    """All letters as one PDF, whose making is on record; where none can be made, a page that says what to do."""
    own = own_relay(relay_id)
    letters = loading.letters_of_relay(reading(), relay_id=relay_id, now=now())
    if not letters or not ConfirmForm().validate_on_submit():
        return redirect(url_for("assisted.letters", relay_id=relay_id))
    page = render_template("assisted/paper/all.html", pages=_pages(own, letters), stylesheet=False)
    try:
        pdf = service.make_pdf(page, stylesheet=Path(current_app.static_folder or "") / "paper.css")
    except service.NoPdf:
        return render_template("assisted/no_pdf.html", relay=own, territory=own.territory)
    week = letters[0].letter.iso_week
    _printed(relay_id, [one.letter.id for one in letters])
    name = gettext("letters-%(week)s.pdf", week=week)
    return pdf, {
        "Content-Type": "application/pdf",
        "Content-Disposition": f'attachment; filename="{name}"',
    }


@blueprint.post("/relays/<int:relay_id>/letters/print")
@access(RELAY_WORKER)
def print_letters(relay_id: int) -> ResponseReturnValue:
    """Put the printing on record, and open the pages that the browser prints."""
    own_relay(relay_id)
    letters = loading.letters_of_relay(reading(), relay_id=relay_id, now=now())
    if not letters or not ConfirmForm().validate_on_submit():
        return redirect(url_for("assisted.letters", relay_id=relay_id))
    _printed(relay_id, [one.letter.id for one in letters])
    return redirect(url_for("assisted.pages", relay_id=relay_id))


@blueprint.get("/relays/<int:relay_id>/letters/pages")
@access(RELAY_WORKER)
def pages(relay_id: int) -> ResponseReturnValue:
    """All letters, a page each, for the browser to print."""
    own = own_relay(relay_id)
    letters = loading.letters_of_relay(reading(), relay_id=relay_id, now=now())
    if not letters:
        return redirect(url_for("assisted.letters", relay_id=relay_id))
    return render_template("assisted/paper/all.html", pages=_pages(own, letters), stylesheet=True)


def _printed(relay_id: int, letter_ids: Sequence[int]) -> None:
    with acting_at(relay_id) as (work, desk):
        service.print_letters(work, desk=desk, letter_ids=letter_ids)


def _pages(relay: Relay, letters: Sequence[loading.PaperLetter]) -> Markup:
    """Each letter as a page in its reader's language."""
    told = zip(letters, sections_of(letters), strict=True)
    return Markup().join(_page(relay, one, sections) for one, sections in told)


def _page(relay: Relay, one: loading.PaperLetter, sections: Sections) -> Markup:
    codes = [line.code or "" for line in one.needs]
    good_until = _good_until(one)
    with using(one.citizen.locale):
        rendered = render_template(
            "assisted/paper/page.html",
            relay=relay,
            citizen=one.citizen,
            week=int(one.letter.iso_week[-2:]),
            day=_day_of(one, one.letter.written_at or now()),
            sections=sections,
            needs=[
                (line.card, readable_code(code), _qr(code), min(line.card.until or good_until, good_until))
                for line, code in zip(sections.needs, codes, strict=True)
            ],
        )
    return Markup(rendered)  # noqa: S704


def _good_until(one: loading.PaperLetter) -> date:
    """The last whole day on which the codes of a letter can be answered, where its territory is."""
    return _day_of(one, (one.letter.written_at or now()) + CODE_LASTS) - timedelta(days=1)


def _day_of(one: loading.PaperLetter, moment: datetime) -> date:
    return local_day(moment, one.letter.run.territory.time_zone)


def _qr(code: str) -> str:
    """A code's page as a QR, in an address that an image shows by itself."""
    return segno.make_qr(site().works.links.to("assisted.code", code=code), error="m").svg_data_uri(border=2)
