"""Taking out of a text what names somebody, however people write it."""

import pytest

from matchmaker.base.naming import Naming

ZOE = Naming(names=["Zoé d'Arc"], addresses=["zoe@example.org"], telephones=["+33612345678", "+442079460958"])


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("Merci Zoé d'Arc !", "Merci … !"),
        ("Merci ZOE D’ARC, zoe d'arc", "Merci …, …"),
        ("Merci Zoé\nd'Arc", "Merci …"),
        ("Zoé d'Arcy est une autre.", "Zoé d'Arcy est une autre."),
        ("<zoe@example.org>, mailto:Zoe@Example.org.", "<…>, mailto:…."),
        ("azoe@example.org, zoe@example.org.uk", "azoe@example.org, zoe@example.org.uk"),
        ("06 12 34 56 78, 06.12.34.56.78, 0612345678", "…, …, …"),
        ("+33 (0)6 12 34 56 78 ou 0033612345678", "… ou …"),
        ("+44 20 7946 0958", "…"),
        ("06 12 34 56 79, le 12/06 à 18 h", "06 12 34 56 79, le 12/06 à 18 h"),
    ],
)
def test_somebody_is_found_however_they_are_written(text: str, left: str) -> None:
    assert ZOE.out_of(text) == left


def test_tags_stay_whoever_is_called_like_one() -> None:
    naming = Naming(names=["strong", "https"])
    html = '<a href="https://aide.example.org/x"><strong>Strong</strong></a>'
    assert naming.out_of_html(html) == '<a href="https://aide.example.org/x"><strong>…</strong></a>'


def test_what_a_page_escapes_is_found() -> None:
    assert ZOE.out_of_html("<p>Zoé d&#39;Arc</p>") == "<p>…</p>"
