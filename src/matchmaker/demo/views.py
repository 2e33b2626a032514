"""Pages of the demonstration alone: the letters that it caught, and the style of the service. Registered nowhere else."""

from pathlib import Path

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from matchmaker.base.i18n import using
from matchmaker.demo import content, mailbox, style
from matchmaker.digests import letters
from matchmaker.web import Access, access, letter_page, or_404, site

blueprint = Blueprint("demo", __name__)

LETTERS_SHOWN = 20


@blueprint.get("/demo/mailbox", endpoint="mailbox")
@access(Access.PUBLIC)
def show_mailbox() -> ResponseReturnValue:
    """The letters that were caught, newest first; those to one address with ``?to=``."""
    to = request.args.get("to", "")[:254]
    names = mailbox.names(_folder(), to=to)
    pages = max(1, -(-len(names) // LETTERS_SHOWN))
    page = min(max(request.args.get("page", 1, type=int), 1), pages)
    shown = [
        mailbox.read(_folder(), name) for name in names[(page - 1) * LETTERS_SHOWN : page * LETTERS_SHOWN]
    ]
    host = site().settings.host
    return render_template(
        "demo/mailbox.html",
        letters=[
            (letter, mailbox.parts(letter.text.strip(), host=host)) for letter in shown if letter is not None
        ],
        count=len(names),
        page=page,
        pages=pages,
        to=to,
        addresses=content.sign_ins().addresses,
    )


@blueprint.get("/demo/mailbox/<name>", endpoint="letter")
@access(Access.PUBLIC)
def show_letter(name: str) -> ResponseReturnValue:
    """The HTML part of a letter, as a mail program shows it."""
    return letter_page(or_404(mailbox.html(_folder(), name)))


@blueprint.get("/style", endpoint="style")
@access(Access.PUBLIC)
def show_style() -> ResponseReturnValue:
    """Every colour, letter and part of which pages are made, for who builds pages; in English, as the code is."""
    form = style.EveryField(MultiDict({"first_name": "", "skills-0": "mending bicycles", "radius": "5"}))
    form.validate()
    with using("en"):
        return render_template(
            "demo/style.html",
            tokens=style.tokens().values(),
            pairs=style.pairs(),
            form=form,
            need=style.NEED,
            citizen=style.CITIZEN,
            speed=style.SPEED,
        )


@blueprint.get("/style/letter", endpoint="style_letter")
@access(Access.PUBLIC)
def show_style_letter() -> ResponseReturnValue:
    """The weekly letter of that page, as a mail program shows it."""
    letter = letters.weekly(
        site().works.letters,
        address="camille@demo.example",
        first_name="Camille",
        locale="en",
        territory_name="Valence-Romans",
        sections=style.LETTER,
        home_url="#",
        wishes_url="#",
        unsubscribe_url=None,
        list_id="demo",
    )
    return letter_page(letter.html)


def _folder() -> Path:
    return Path(site().settings.demo_mailbox or "")
