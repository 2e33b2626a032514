"""What a territory says of itself, of people's data and of how things are done here: its own words, or those of ours."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from matchmaker.base.i18n import Labelled, gettext, mark, using

PAGE_LENGTH = 5000


class PageKind(Labelled):
    """A page that each territory has in its own words or in ours."""

    LEGAL = "legal", mark("Legal notice")
    PRIVACY = "privacy", mark("Your data")
    HELP = "help", mark("Help")


class BlockKind(Labelled):
    """What lines are that stand together in a text."""

    HEADING = "heading"
    ITEMS = "items"
    PARAGRAPH = "paragraph"


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """Lines that stand together in a text, without their signs; as plain as they were typed."""

    kind: BlockKind
    lines: tuple[str, ...]


_SIGNS = {"## ": BlockKind.HEADING, "- ": BlockKind.ITEMS}


def blocks(text: str) -> Sequence[Block]:
    """A text as it is shown: ``## `` begins a heading, ``- `` an item of a list, a blank line a new paragraph."""
    found: list[Block] = []
    for kind, lines in groupby(map(_read, text.splitlines()), key=lambda line: line[0]):
        texts = tuple(line for _, line in lines)
        if kind is BlockKind.HEADING:
            found.extend(Block(kind=kind, lines=(line,)) for line in texts if line)
        elif kind is not None:
            found.append(Block(kind=kind, lines=texts))
    return found


def _read(line: str) -> tuple[BlockKind | None, str]:
    line = line.strip()
    if not line:
        return None, ""
    return next(
        ((kind, line.removeprefix(sign).strip()) for sign, kind in _SIGNS.items() if line.startswith(sign)),
        (BlockKind.PARAGRAPH, line),
    )


_TEAM = mark("The team of the territory %(territory)s runs this service here. It answers for what it writes.")
_OPERATOR = mark("Each territory has a team that runs this service there. It answers for what it writes.")
_REACH = mark("This is how you reach it: %(reach)s")
_WRITE = mark("Here you can write to us: %(reach)s")

DEFAULTS: Mapping[PageKind, Sequence[str]] = {
    PageKind.LEGAL: (
        mark("## Who publishes these pages"),
        _TEAM,
        _REACH,
        mark("The law asks for its name, its postal address and who directs what it publishes."),
        mark("They are not written here yet. Ask for them at the address above."),
        mark("## Who hosts these pages"),
        mark("The computers of this service are looked after by who reads this address: %(operator)s"),
        mark("Ask there for the name, the address and the telephone number of the host."),
        mark("## What groups write"),
        mark(
            "Groups write what stands on their own pages. Does something there hurt somebody, or break the law?"
        ),
        mark("Write to us, and say on which page. We read it, and take away what must go."),
    ),
    PageKind.PRIVACY: (
        mark("## In short"),
        mark(
            "- We ask only for what helps you and a group to find each other.\n"
            "- Groups see your first name, your commune and what you can do.\n"
            "- They see your address only if you say yes.\n"
            "- We sell nothing. There are no adverts, and nobody follows you here."
        ),
        mark("## Who answers for your data"),
        _TEAM,
        _REACH,
        mark("## What you can do"),
        mark(
            "- In “My account”, you see all that we keep of you. You can take it with you, or delete it.\n"
            "- In “My profile”, you correct what you said.\n"
            "- Each letter has a link that stops it.\n"
            "- Did a relay sign you up? Then ask the people there. They do it with you."
        ),
        mark("You can also write to us. We answer within a month."),
        mark(
            "No answer, or not a good one? In France, the CNIL helps you free of charge: https://www.cnil.fr"
        ),
        mark("## Cookies"),
        mark(
            "We set two small cookies, and no others. One knows that it is you, and your language. "
            "The other says that your browser has our colours already: it is the same for everybody."
        ),
    ),
    PageKind.HELP: (
        mark("## What is this for?"),
        mark(
            "Groups near you start useful businesses. They lack a skill, a room or a tool. "
            "You say what you can do. We show you who needs it."
        ),
        mark("## I want to help"),
        mark(
            "- Press “Offer my skills”.\n"
            "- Say where you live. Say what you can do, in your own words.\n"
            "- Look at the needs that fit you.\n"
            "- Give your first name and your e-mail address.\n"
            "- Open our letter, and press its link. That is all."
        ),
        mark("## A need fits me"),
        mark(
            "Press “I could help”. The group reads it and answers you. "
            "Nobody sees your address before you have both said yes."
        ),
        mark("## I have no e-mail address"),
        mark(
            "Go to a relay: a library, a social centre or a town hall. Somebody there does it all with you. "
            "Your letters then come on paper."
        ),
        mark("## I have a group"),
        mark(
            "Open the page of your territory and start your group there. Then post a need. "
            "You see at once who could help."
        ),
        mark("## I have no password"),
        mark("You need none. Press “Sign in” and write your address. We send you a link."),
        mark("## I want to stop"),
        mark(
            "Each letter has a link that stops it. In “My account”, you can delete all that we keep of you."
        ),
        mark("## I have another question"),
        _WRITE,
    ),
}
"""Our words for each page, a paragraph each."""


def default_text(kind: PageKind, *, locale: str, territory: str | None, reach: str, operator: str) -> str:
    """Our words for a page, in a language.

    ``territory`` is its name, None on the page of the whole service; ``reach`` is how its team is reached, ``operator``
    how those are who look after the service.
    """
    parts = DEFAULTS[kind]
    if territory is None:
        parts = [_OPERATOR if part is _TEAM else _WRITE if part is _REACH else part for part in parts]
    with using(locale):
        return "\n\n".join(
            gettext(part, territory=territory, reach=reach, operator=operator) for part in parts
        )
