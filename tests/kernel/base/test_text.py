"""Words as people write them."""

import itertools
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest

from matchmaker.base.text import fold, inclusive_forms, spellings, stem, stems


@pytest.mark.parametrize(
    ("written", "folded"),
    [
        ("Développement C++ / C#", "developpement c++ c#"),
        ("L’œuvre d’Été", "l oeuvre d ete"),
        ("  deux   espaces ", "deux espaces"),
        ("…", ""),
    ],
)
def test_folding_keeps_letters_digits_plus_and_sharp(written: str, folded: str) -> None:
    assert fold(written) == folded


@pytest.mark.parametrize(
    ("written", "masculine", "feminine"),
    [
        ("menuisier·ère", "menuisier", "menuisière"),
        ("menuisier.ère", "menuisier", "menuisière"),
        ("menuisier/ère", "menuisier", "menuisière"),
        ("menuisier(ère)", "menuisier", "menuisière"),
        ("conseiller-ère agricole", "conseiller agricole", "conseillère agricole"),
        ("développeur·euse web", "développeur web", "développeuse web"),
        ("animateur·ice", "animateur", "animatrice"),
        ("chef·fe de projet", "chef de projet", "cheffe de projet"),
        ("sportif·ve", "sportif", "sportive"),
        ("étudiant·es", "étudiants", "étudiantes"),
        ("professionnel·le·s", "professionnels", "professionnelles"),
        ("infirmier·ère libéral·e", "infirmier libéral", "infirmière libérale"),
        ("Abatteur / Abatteuse de carrière", "Abatteur de carrière", "Abatteuse de carrière"),
        (
            "coquilleur en fonderie/coquilleuse en fonderie",
            "coquilleur en fonderie",
            "coquilleuse en fonderie",
        ),
        (
            "poste de directeur/directrice adjoint",
            "poste de directeur adjoint",
            "poste de directrice adjoint",
        ),
    ],
)
def test_inclusive_writing_gives_both_genders(written: str, masculine: str, feminine: str) -> None:
    assert inclusive_forms(written) == (masculine, feminine)


@pytest.mark.parametrize(
    "written", ["node.js", "c++/c#", "porte-à-porte", "entretien/vente", "bien-être", "sous-les"]
)
def test_other_dots_slashes_and_dashes_are_left_alone(written: str) -> None:
    assert inclusive_forms(written) == (written,)


def test_a_label_with_a_middle_dot_has_every_usual_spelling() -> None:
    assert spellings("menuisier·ère") == (
        "menuisier",
        "menuisière",
        "menuisier·ère",
        "menuisier/ère",
        "menuisier(ère)",
    )


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("developpeur", "developpeuse"),
        ("operateurs", "operatrice"),
        ("menuisier", "menuisiere"),
        ("reparation", "reparer"),
        ("jardins", "jardin"),
    ],
)
def test_forms_of_a_word_share_a_stem(one: str, other: str) -> None:
    assert stem(one, "fr") == stem(other, "fr")


@pytest.mark.parametrize(("one", "other"), [("couture", "culture"), ("jardinage", "gardiennage")])
def test_other_words_do_not(one: str, other: str) -> None:
    assert stem(one, "fr") != stem(other, "fr")


def test_fillers_are_left_out_unless_there_is_nothing_else() -> None:
    assert stems("tenir la caisse", "fr") == (stem("tenir", "fr"), stem("caisse", "fr"))
    assert stems("chez nous", "fr")


def test_threads_do_not_break_each_others_words() -> None:
    parts = (
        ("repar", "jardin", "cuisin", "dessin", "voyag"),
        ("ations", "euses", "ements", "iblement", "issaient"),
    )
    words = ["".join(some) for some in itertools.product(*parts, ("", "s"))]
    alone = [stem.__wrapped__(word, "fr") for word in words]
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        with ThreadPoolExecutor(4) as pool:
            together = list(
                pool.map(lambda _: [stem.__wrapped__(word, "fr") for word in words * 10], range(4))
            )
    finally:
        sys.setswitchinterval(before)
    assert together == [alone * 10] * 4
