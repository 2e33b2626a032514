"""Small faults of pages, each found once by a reader: the next of its kind fails here."""

import re
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

from matchmaker.base.i18n import CATALOGUES
from matchmaker.base.resources import folder

TEMPLATES = sorted(Path(folder("templates")).rglob("*.html"))
EATEN = re.compile(
    r"\{\{ (?:_|ngettext)\((?:(?!\}\}).)*\) \}\}\{% end(?:if|for) %\}\n\s*\{\{ (?:_|ngettext)\(", re.S
)
"""A sentence, the end of a block, which eats its line break, and the next sentence."""
HALF = re.compile(r"\}\}\s?: ")
DOTTED = re.compile(r"\w(?:é|t|u|i)·e\b|\bprêt·e")


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(folder("templates"))))
def test_sentences_are_whole_and_stand_apart(path: Path) -> None:
    """ "un oui ou un non.Personne ne voit", and "Long: Tenir" where French has a space before the colon."""
    text = path.read_text(encoding="utf-8")
    assert EATEN.findall(text) == []
    assert HALF.findall(text) == []


def test_no_french_participle_has_a_dot() -> None:
    """Screen readers stumble over "appelé·e", and "prêt·e" is read as two words: the sentence is written otherwise."""
    with (Path(CATALOGUES) / "fr/LC_MESSAGES/messages.po").open("rb") as file:
        catalogue = read_po(file, locale="fr")
    found = [
        text
        for message in catalogue
        for text in ([message.string] if isinstance(message.string, str) else message.string or ())
        if DOTTED.search(text)
    ]
    assert found == []
